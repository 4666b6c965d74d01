"""Receivers that a test runs: a web server that keeps what is posted to it, and a mail server that keeps mail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.dev.ports import free_port

POLL_SECONDS = 0.01


class Received(NamedTuple):
    """A request as it came: its path, its headers, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What the server answers."""

    status: int = 204
    headers: dict[str, str] = {}  # noqa: RUF012 - of a named tuple, which nobody changes
    body: bytes = b""


class WebServer(ThreadingHTTPServer):
    """Keeps every request, and answers each path as it is told to; without a word, that it is fine.

    What is in ``doing`` happens before a path answers.
    """

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []
        self.answers: dict[str, Answer] = {}
        self.doing: dict[str, Callable[[], object]] = {}

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"

    def at(self, path: str) -> list[Received]:
        """Return what came to a path."""
        return [each for each in self.received if each.path == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: WebServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.server.doing.get(self.path, lambda: None)()
        answer = self.server.answers.get(self.path, Answer())
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Yield a web server that runs."""
    with WebServer() as server:
        thread = Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Mailbox:
    """What a mail server took; while it is ``full`` it takes nothing."""

    def __init__(self) -> None:
        """Begin empty."""
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.full = False
        self.port = free_port()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's own
        """Take a mail."""
        del server, session
        if self.full:
            return "452 4.2.2 The mailbox is full"
        content: Any = envelope.content
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Yield the mailbox of a mail server that runs."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    yield mailbox
    controller.stop()
