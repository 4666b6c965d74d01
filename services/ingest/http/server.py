"""The web server under the front door: uvicorn, with patience that has an end.

Uvicorn waits for a request's head for as long as a client likes. Many such clients would hold many connections, so one
that has not told its whole head within HEAD_SECONDS, or in HEAD_BYTES, is let go.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 65_536
KEEP_ALIVE_SECONDS = 75  # longer than what load balancers keep, so that they close first
DRAIN_SECONDS = 12  # a little more than the longest that a request takes
LOOK_SECONDS = 0.1
BACKLOG = 2048


class _PatientProtocol(HttpToolsProtocol):
    """One connection. The clock runs from its first byte, or from the last answer's, to the end of the next head."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES + len(data):
                self._let_go()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._head_bytes = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._let_go)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _let_go(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that the process tells when to stop, in place of signals of its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that clients may connect to. Raises OSError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def serve(app: ASGIApp, listener: socket.socket, stops: Callable[[], bool], started: Callable[[], None]) -> None:
    """Serve on a socket until ``stops`` says so; then answer what has begun, for DRAIN_SECONDS at most.

    ``started`` is called when requests are answered.
    """
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=_PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
    )
    server = _Server(config)

    async def run() -> None:
        task = asyncio.create_task(server.serve([listener]))
        told = False
        while not task.done():
            if server.started and not told:
                told = True
                started()
            if stops():
                server.should_exit = True
            await asyncio.wait([task], timeout=LOOK_SECONDS)
        task.result()

    with closing(listener), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())
