"""Connections that say one byte a second: half of them are slow with a request's head, half with its body.

Whoever is let go comes back. It is what attackers do, and phones at the end of a train's tunnel.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import chain, cycle, repeat

PAUSE_SECONDS = 1.0
HEAD = b"POST /v1/batch HTTP/1.1\r\nHost: shop.example\r\n"
OF_A_BODY = b"Authorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: 4096\r\n\r\n"


def slow_head(_: bytes) -> Iterator[bytes]:
    """Yield the pieces of a request whose head does not end."""
    return chain((bytes([byte]) for byte in HEAD), cycle((b"x", b"-")))


def slow_body(user: bytes) -> Iterator[bytes]:
    """Yield the pieces of a request whose body does not end; ``user`` is Basic authorization's word."""
    return chain((HEAD + OF_A_BODY % user,), repeat(b" "))


@asynccontextmanager
async def dripping(host: str, port: int, user: bytes, connections: int) -> AsyncIterator[None]:
    """Have this many slow connections for as long as this lasts."""
    kinds = (slow_head, slow_body)
    tasks = [
        asyncio.create_task(_drip(host, port, user, kinds[number % 2], PAUSE_SECONDS * number / connections))
        for number in range(connections)
    ]
    try:
        await asyncio.sleep(PAUSE_SECONDS)  # until all are connected
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _drip(host: str, port: int, user: bytes, pieces: object, first_seconds: float) -> None:
    await asyncio.sleep(first_seconds)  # not all at once
    while True:
        with suppress(OSError):
            await _one(host, port, pieces(user))  # type: ignore[operator]
        await asyncio.sleep(PAUSE_SECONDS)


async def _one(host: str, port: int, pieces: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(PAUSE_SECONDS)
            if reader.at_eof() or writer.is_closing():
                return
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
