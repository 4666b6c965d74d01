"""The wire to Postgres or to the front door, which tests may cut: a proxy that closes a connection at a chosen moment.

A request that is cut never reaches the server. An answer that is cut was given and nobody heard it: the dreaded COMMIT
of which the client cannot know whether it took effect, and the batch that its sender has to send again.
"""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from typing import TypeVar

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services import installation
from services.installation import Connection

PIECE_BYTES = 1 << 16
READY = b"Z"  # the last message of an answer: ready for query, five bytes and a state
READY_BYTES = 6


class Cut(Enum):
    """When a connection is cut."""

    NEVER = "never"
    AT_REQUEST = "at the request with the number that was asked for"
    UNHEARD = "when the server has answered a request that holds a word, before anybody hears of it"
    UNANSWERED = "when a request that holds a word has been sent, whether or not the server has come to it"


class Wire:
    """Connections that go through here behave as others do until they are cut; the next one is whole again."""

    def __init__(self, dsn: str, listener: socket.socket) -> None:
        """Listen for clients of the database of ``dsn``."""
        self._target = conninfo_to_dict(dsn)
        self._listener = listener
        self.port = int(listener.getsockname()[1])
        self.dsn = make_conninfo(dsn, host="127.0.0.1", port=self.port, sslmode="disable", gssencmode="disable")
        self._cut = Cut.NEVER
        self._request = self._requests = 0
        self._word = b""

    def connect(self) -> Connection:
        """Return a new connection over this wire."""
        return installation.connect(self.dsn)

    def cut(self, when: Cut, *, request: int = 0, word: bytes = b"COMMIT") -> None:
        """Cut one connection, once; requests count from now on, over all connections."""
        self._cut, self._request, self._requests, self._word = when, request, 0, word

    @property
    def was_cut(self) -> bool:
        """Whether what was asked for has happened."""
        return self._cut is Cut.NEVER

    def serve(self) -> None:
        """Take clients until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with (
            closing(client),
            closing(_server(self._target)) as server,
            DefaultSelector() as selector,
            suppress(OSError),
        ):
            selector.register(client, EVENT_READ)
            selector.register(server, EVENT_READ)
            while True:
                for key, _ in selector.select():
                    source, sink = (client, server) if key.fileobj is client else (server, client)
                    piece = source.recv(PIECE_BYTES)
                    if not piece or (source is client and self._severs(piece, client, server)):
                        return
                    sink.sendall(piece)

    def _severs(self, request: bytes, client: socket.socket, server: socket.socket) -> bool:
        """Return whether a client's request is where the cut is; it may have reached the server all the same."""
        self._requests += 1
        match self._cut:
            case Cut.AT_REQUEST if self._requests == self._request:
                self._cut = Cut.NEVER
            case Cut.UNHEARD if self._meant(request):
                server.sendall(request)
                self._cut = Cut.NEVER
                self._wait_for_answer(client, server)
            case Cut.UNANSWERED if self._meant(request):
                server.sendall(request)
                self._cut = Cut.NEVER
            case _:
                return False
        return True

    def _meant(self, request: bytes) -> bool:
        """Return whether a request is one of those that may be cut."""
        return self._word in request

    def _wait_for_answer(self, client: socket.socket, server: socket.socket) -> None:
        """Wait until the server has answered; what is left of a request that came in pieces goes on to it."""
        answer = b""
        with DefaultSelector() as selector:
            selector.register(client, EVENT_READ)
            selector.register(server, EVENT_READ)
            while not self._is_whole(answer):
                for key, _ in selector.select():
                    piece = client.recv(PIECE_BYTES) if key.fileobj is client else server.recv(PIECE_BYTES)
                    if not piece:
                        return
                    if key.fileobj is client:
                        server.sendall(piece)
                    else:
                        answer = answer[-READY_BYTES:] + piece

    def _is_whole(self, answer: bytes) -> bool:
        """Return whether an answer, of which this is the end so far, is there as a whole."""
        return answer[-READY_BYTES:][:1] == READY


AnyWire = TypeVar("AnyWire", bound=Wire)


class HttpWire(Wire):
    """A wire to the front door: a request's head and its body are a piece each, and its body ends as JSON does."""

    def _meant(self, request: bytes) -> bool:
        return request.endswith((b"}", b"]"))

    def _is_whole(self, answer: bytes) -> bool:
        return bool(answer)


def _server(target: dict[str, str | int | None]) -> socket.socket:
    host, port = str(target.get("host") or "127.0.0.1"), int(target.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


@contextmanager
def wire_to(dsn: str) -> Iterator[Wire]:
    """Yield a wire to a database."""
    with _listener() as listener, _serving(Wire(dsn, listener), listener) as wire:
        yield wire


@contextmanager
def http_wire_to(port: int) -> Iterator[HttpWire]:
    """Yield a wire to the front door at a port of this machine."""
    target = make_conninfo(host="127.0.0.1", port=port)
    with _listener() as listener, _serving(HttpWire(target, listener), listener) as wire:
        yield wire


def _listener() -> closing[socket.socket]:
    return closing(socket.create_server(("127.0.0.1", 0)))


@contextmanager
def _serving(wire: AnyWire, listener: socket.socket) -> Iterator[AnyWire]:
    server = Thread(target=wire.serve, daemon=True)
    server.start()
    yield wire
    listener.shutdown(socket.SHUT_RDWR)
    server.join()
