"""Sends requests over connections that are kept: as fast as they are answered, or on a schedule.

It is written for those who measure a server on a small machine: plain bytes, no library of a client's comforts.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple, cast

import msgspec

from services.benchmark.segment_messages import Request

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
ANSWER_SECONDS = 30.0
SHOWN_BYTES = 300


class Answer(NamedTuple):
    """An answer as it came."""

    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """A connection that is kept, for one request at a time."""

    def __init__(self) -> None:
        """Begin unconnected."""
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._came = b""

    async def ask(self, data: bytes) -> Answer:
        """Send a request, and return its answer. Raises OSError where the connection ends before."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._came = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._waiting

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Have who waits hear of the end."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        self._came += data
        end = self._came.find(HEAD_END)
        if end < 0 or self._waiting is None or self._waiting.done():
            return
        head = self._came[:end].lower()
        length = int(head[head.find(LENGTH) + len(LENGTH) :].split(b"\r\n", 1)[0])
        begin = end + len(HEAD_END)
        if len(self._came) >= begin + length:
            self._waiting.set_result(Answer(int(head[9:12]), self._came[begin : begin + length]))


@asynccontextmanager
async def connected(host: str, port: int, connections: int) -> AsyncIterator[list[Connection]]:
    """Yield this many open connections. Use them soon: a server may let those go that say nothing."""
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(Connection, host, port))[1] for _ in range(connections)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()
        await asyncio.sleep(0)  # until they are


class _Told(msgspec.Struct):
    """What is looked at in an answer: one to a batch has counts, one to a single message an outcome."""

    accepted: int = 0
    duplicates: int = 0
    outcome: str = ""


class Load:
    """What came of requests. ``seconds`` are the times of those of which all was stored; the others are ``refused``."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.seconds: list[float] = []
        self.messages = self.events = self.bytes = 0
        self.refused: Counter[str] = Counter()

    async def ask(self, connection: Connection, request: Request, since: float) -> bool:
        """Send a request, and count its answer; return whether the connection can be used for another."""
        try:
            answer = await asyncio.wait_for(connection.ask(request.data), ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            self.refused[f"no answer: {type(error).__name__}"] += 1
            return False
        told = msgspec.json.decode(answer.body, type=_Told) if answer.status == HTTPStatus.OK else _Told()
        if told.outcome == "stored" or (told.accepted == request.messages and not told.duplicates):
            self.seconds.append(time.perf_counter() - since)
            self.messages += request.messages
            self.events += request.events
            self.bytes += len(request.data)
        else:
            self.refused[f"{answer.status}: {answer.body[:SHOWN_BYTES].decode(errors='replace')}"] += 1
        return True

    def milliseconds(self, share: float) -> float:
        """Return the time in which this share of the requests was answered; 1 is the slowest's."""
        ordered = sorted(self.seconds)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0


async def flood(connections: Sequence[Connection], requests: Iterator[Request]) -> Load:
    """Send requests until there are no more, each connection its next one when its last is answered."""
    load = Load()

    async def work(connection: Connection) -> None:
        for request in requests:
            if not await load.ask(connection, request, time.perf_counter()):
                return

    await asyncio.gather(*map(work, connections))
    return load


async def schedule(
    connections: Sequence[Connection], requests: Iterator[Request], per_second: float, seconds: float
) -> Load:
    """Send so many requests a second for so long, whether or not earlier ones are answered.

    A request's time counts from the moment at which it was due, so that whoever stands still is not spared the requests
    that it kept waiting.
    """
    load = Load()
    due: asyncio.Queue[tuple[float, Request] | None] = asyncio.Queue()

    async def work(connection: Connection) -> None:
        while (told := await due.get()) is not None:
            at, request = told
            if not await load.ask(connection, request, at):
                return

    async def tell() -> None:
        begun = time.perf_counter()
        for number in range(int(per_second * seconds)):
            at = begun + number / per_second
            if (left := at - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            due.put_nowait((at, next(requests)))
        for _ in connections:
            due.put_nowait(None)

    await asyncio.gather(tell(), *map(work, connections))
    return load
