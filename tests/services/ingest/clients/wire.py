"""The way from a client to a front door: a proxy that may leave answers undelivered, and lead elsewhere from then on.

The server has taken the whole request and answered it; the client hears nothing, and the connection is closed. It
cannot know whether what it sent was stored, and sends it again.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from threading import Lock, Thread
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 16
STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


class HttpWire:
    """Carries connections to a door.

    ``statuses`` are those of the answers that clients heard, ``unheard`` of those that they did not; ``heads`` are the
    heads of requests, in small letters.
    """

    def __init__(self, door: str, listener: socket.socket) -> None:
        """Listen for clients of the door at an address."""
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.statuses: list[int] = []
        self.unheard: list[int] = []
        self.heads: list[str] = []
        self._listener = listener
        self._door = self._other = door
        self._to_cut = 0
        self._lock = Lock()

    def cut(self, answers: int, other: str | None = None) -> None:
        """Leave so many answers undelivered; who connects after that is led to the ``other`` door, if there is one."""
        with self._lock:
            self._to_cut, self._other = answers, other or self._door

    def serve(self) -> None:
        """Take clients until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        to = urlsplit(self._door)
        with (
            closing(client),
            suppress(OSError),
            closing(socket.create_connection((to.hostname, to.port))) as server,
            DefaultSelector() as selector,
        ):
            selector.register(client, EVENT_READ)
            selector.register(server, EVENT_READ)
            while True:
                for key, _ in selector.select():
                    source, sink = (client, server) if key.fileobj is client else (server, client)
                    piece = source.recv(PIECE_BYTES)
                    if not piece or (source is server and self._severs(piece)):
                        return
                    if source is client and piece.startswith(b"POST "):
                        self.heads.append(piece.partition(b"\r\n\r\n")[0].decode("latin-1").lower())
                    sink.sendall(piece)

    def _severs(self, piece: bytes) -> bool:
        """Return whether an answer is to be left undelivered; ours fit into one piece."""
        statuses = [int(status) for status in STATUS.findall(piece)]
        with self._lock:
            if not self._to_cut or not statuses:
                self.statuses += statuses
                return False
            self._to_cut -= 1
            self.unheard += statuses
            self._door = self._other
            return True


@contextmanager
def wire_to(door: str) -> Iterator[HttpWire]:
    """Yield a wire to the door at an address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        wire = HttpWire(door, listener)
        server = Thread(target=wire.serve, daemon=True)
        server.start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)
        server.join()
