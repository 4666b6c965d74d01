"""Somebody who asked for webhooks: keeps what comes in, and answers that it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import msgspec


class Heard(NamedTuple):
    """A webhook that came in: its id, its type, and what it says."""

    id: str
    type: str
    data: dict[str, Any]


class Listener:
    """All that came in, in the order in which it did."""

    def __init__(self, address: str) -> None:
        """Listen at an address."""
        self.address = address
        self.heard: list[Heard] = []

    def types(self) -> list[str]:
        """Return the types of what came in, each webhook once, in the order of types."""
        return sorted({heard.id: heard.type for heard in self.heard}.values())

    def said(self, kind: str) -> dict[str, Any]:
        """Return what the only webhook of a type says."""
        ((_, data),) = {heard.id: heard.data for heard in self.heard if heard.type == kind}.items()
        return data


@contextmanager
def listener() -> Iterator[Listener]:
    """Yield a listener at an address of this machine."""
    found: list[Listener] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            document = msgspec.json.decode(body)
            found[0].heard.append(Heard(self.headers["webhook-id"], document["type"], document["data"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.append(Listener(f"http://127.0.0.1:{server.server_port}/hooks"))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found[0]
        server.shutdown()
        thread.join()
