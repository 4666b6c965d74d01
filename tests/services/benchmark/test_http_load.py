"""The load that the front door is measured with: what it counts, and from when on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import islice, repeat

from services.benchmark.http_load import Load, connected, flood, schedule
from services.benchmark.segment_messages import Request
from services.dev.ports import HOST

STORED = b'{"accepted":2,"duplicates":0}'
REQUEST = Request(b"POST /v1/batch HTTP/1.1\r\n\r\n", messages=2, events=3)


@asynccontextmanager
async def server(*bodies: bytes, stall_seconds: float = 0.0) -> AsyncIterator[int]:
    """Yield the port of a server that gives these answers, then the last one again, and the first one late."""
    left = [stall_seconds]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told: Iterator[bytes] = iter([*bodies, *repeat(bodies[-1], 1_000)])
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(left.pop() if left else 0)
                body = next(told)
                status = 200 if body.startswith(b"{") else 503
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)))
                await asyncio.sleep(0)
                writer.write(body)
        writer.close()
        over.set()

    over = asyncio.Event()
    async with await asyncio.start_server(answer, HOST, 0) as listening:
        yield listening.sockets[0].getsockname()[1]
        await over.wait()


async def flooded(*bodies: bytes) -> Load:
    """Send four requests to a server that gives these answers."""
    async with server(*bodies) as port, connected(HOST, port, 1) as connections:
        return await flood(connections, islice(repeat(REQUEST), 4))


def test_only_what_was_stored_now_is_acknowledged() -> None:
    """Another status, a part, and what was there before are counted with what was said, and not as acknowledged."""
    load = asyncio.run(flooded(STORED, b'{"accepted":1}', b'{"accepted":2,"duplicates":1}', b"away"))

    assert (load.messages, load.events, load.bytes, len(load.seconds)) == (2, 3, len(REQUEST.data), 1)
    assert [(said.partition(":")[0], count) for said, count in load.refused.items()] == [
        ("200", 1),
        ("200", 1),
        ("503", 1),
    ]


def test_a_single_message_is_acknowledged_by_its_outcome() -> None:
    """A single message's answer has no counts."""
    load = asyncio.run(flooded(b'{"outcome":"stored"}', b'{"outcome":"duplicate"}'))

    assert (load.messages, load.refused.total()) == (2, 3)


def test_who_stands_still_is_not_spared_what_it_kept_waiting() -> None:
    """A request's time counts from when it was due: a stall is in the times of all that came meanwhile."""

    async def stalled() -> Load:
        async with server(STORED, stall_seconds=0.3) as port, connected(HOST, port, 1) as connections:
            return await schedule(connections, repeat(REQUEST), per_second=100, seconds=0.4)

    load = asyncio.run(stalled())

    assert (len(load.seconds), load.refused) == (40, {})
    assert load.milliseconds(0.5) > 50
    assert load.milliseconds(1) >= 290


def test_a_connection_that_ends_is_counted() -> None:
    """A request that nobody answers is none that was acknowledged, and does not go unnoticed."""

    async def cut() -> Load:
        listening = await asyncio.start_server(lambda _, writer: writer.close(), HOST, 0)
        async with listening, connected(HOST, listening.sockets[0].getsockname()[1], 1) as connections:
            return await flood(connections, islice(repeat(REQUEST), 2))

    load = asyncio.run(cut())

    assert (load.messages, load.refused) == (0, {"no answer: ConnectionResetError": 1})
