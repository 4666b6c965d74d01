"""Two servers for a browser: a shop's pages, and an API that notes what it is sent and answers as it is told to."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Condition, Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SECONDS = 20.0
SCRIPT = files("services.ingest.snippet").joinpath("regulars.js").read_bytes()
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
{scripts}
"""
CALLS = '<script src="/calls.js"></script>'
EMBEDDED = '<script async src="{api}/v1/regulars.js" data-key="{key}" data-store="web"{attributes}></script>'


class Answer(NamedTuple):
    """How the API answers one request: with a status, or not at all; at once, or when the test says so."""

    status: int = 200
    retry_after: str = ""
    cut: bool = False
    after: Event | None = None


class Posted(NamedTuple):
    """One request with messages. A beacon's ``mode`` is no-cors, since it hears no answer; that of a fetch is cors."""

    mode: str
    content_type: str
    size_bytes: int
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The batch."""
        batch: list[dict[str, Any]] = self.body["batch"]
        return batch


@dataclass
class Api:
    """What was sent, and how the next requests are answered; with 200 where nothing is said."""

    origin: str = ""
    answers: deque[Answer] = field(default_factory=deque)
    posted: list[Posted] = field(default_factory=list)
    preflights: int = 0
    refusals: int = 0
    changed: Condition = field(default_factory=Condition)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages of all requests, as often as they were sent."""
        return [message for posted in self.posted for message in posted.messages]

    @property
    def names(self) -> list[str]:
        """What the messages are called: a track's event, another's type."""
        return [message.get("event", message["type"]) for message in self.messages]

    def wait_for(self, requests: int) -> list[Posted]:
        """Return the requests once there are as many. Raises AssertionError where they do not come."""
        with self.changed:
            came = self.changed.wait_for(lambda: len(self.posted) >= requests, SECONDS)
        assert came, f"{len(self.posted)} of {requests} requests came"
        return self.posted

    def note(self, posted: Posted) -> Answer:
        """Keep a request, and say how it is answered."""
        with self.changed:
            self.posted.append(posted)
            answer = self.answers.popleft() if self.answers else Answer()
            self.refusals += answer.cut or answer.status >= 400
            self.changed.notify_all()
        return answer


@dataclass
class Shop:
    """The pages of a shop: every path is one. ``calls`` is a script that runs before ours is there.

    ``pasted`` is put in place of all scripts, and then scripts may stand within the page.
    """

    api: str
    origin: str = ""
    key: str = "rgl_shop"
    attributes: str = ""
    calls: str = ""
    title: str = "Kettles & more"
    embedded: int = 1
    policy: str = ""
    pasted: str = ""

    def page(self) -> str:
        """Return the page that every path shows."""
        script = EMBEDDED.format(api=self.api, key=self.key, attributes=self.attributes and f" {self.attributes}")
        scripts = self.pasted or "\n".join([CALLS, *[script] * self.embedded])
        return PAGE.format(title=self.title.replace("&", "&amp;"), scripts=scripts)

    def headers(self) -> dict[str, str]:
        """Return a policy under which only scripts of the shop and of the API run, and none within the page."""
        if self.pasted:
            return {}
        policy = f"default-src 'none'; script-src 'self' {self.api}; connect-src {self.api}; img-src data:"
        return {"Content-Security-Policy": policy + (self.policy and f"; {self.policy}")}


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0, so that every request has a connection of its own."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: the tests say what was wrong."""

    def answer(self, status: int, content_type: str = "", body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def recording_api() -> Iterator[Api]:
    """Serve an API that notes what it is sent."""
    api = Api()

    class Handler(_Handler):
        def do_GET(self) -> None:
            self.answer(200, "text/javascript; charset=utf-8", SCRIPT)

        def do_OPTIONS(self) -> None:
            api.preflights += 1
            self.answer(204)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mode, content_type = self.headers.get("Sec-Fetch-Mode", ""), self.headers.get("Content-Type", "")
            answer = api.note(Posted(mode, content_type, len(body), json.loads(body)))
            if answer.after is not None:
                answer.after.wait(SECONDS)
            if answer.cut:
                return
            told = {"Access_Control_Allow_Origin": "*", "Access_Control_Expose_Headers": "Retry-After"}
            told |= {"Retry_After": answer.retry_after} if answer.retry_after else {}
            self.answer(answer.status, "application/json", b'{"success": true}', **told)

    with _serving(Handler) as port:
        api.origin = f"http://localhost:{port}"
        yield api


@contextmanager
def shop_pages(api: str) -> Iterator[Shop]:
    """Serve a shop that embeds the script of an API, from another origin than the API's."""
    shop = Shop(api)

    class Handler(_Handler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/calls.js":
                self.answer(200, "text/javascript; charset=utf-8", shop.calls.encode())
            else:
                self.answer(200, "text/html; charset=utf-8", shop.page().encode(), **_underscored(shop.headers()))

    with _serving(Handler) as port:
        shop.origin = f"http://127.0.0.1:{port}"
        yield shop


def _underscored(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


@contextmanager
def _serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
