"""Requests to the front door by hand: sent in one go, or begun and ended later."""

import base64
import socket
from typing import NamedTuple, Self

import msgspec

ANSWER_SECONDS = 20.0
HEAD_END = b"\r\n\r\n"


class Answered(NamedTuple):
    """An answer: its status, and its document."""

    status: int
    document: dict[str, object]


class HalfRequest:
    """A request to /v1/events of which the head and half of the body have been sent."""

    def __init__(self, port: int, key: str, body: bytes, path: str = "/v1/events") -> None:
        """Connect, and send that."""
        user = base64.b64encode(f"{key}:".encode()).decode()
        lines = (f"POST {path} HTTP/1.1", "Host: shop.example", f"Authorization: Basic {user}")
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode()
        self._socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self._rest = body[len(body) // 2 :]
        self._socket.sendall(head + body[: len(body) // 2])

    def __enter__(self) -> Self:
        """Return the request."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connection."""
        self._socket.close()

    def end(self) -> Answered:
        """Send the rest, and return the answer. Raises AssertionError where there is none."""
        self._socket.sendall(self._rest)
        came = b""
        while piece := self._socket.recv(1 << 16):
            came += piece
        head, _, body = came.partition(HEAD_END)
        assert head.startswith(b"HTTP/1.1 "), f"the request was cut: {came!r}"
        return Answered(int(head[9:12]), msgspec.json.decode(body))


def posted(port: int, key: str, body: bytes, path: str = "/v1/batch") -> Answered:
    """Return the answer to a request."""
    with HalfRequest(port, key, body, path) as request:
        return request.end()
