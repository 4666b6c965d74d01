"""Clients that say one byte a second: they get their answer late, or none, and nobody else waits for them."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from statistics import median

import pytest

from services.benchmark.dripping import dripping
from services.benchmark.http_load import Connection, connected, flood
from services.benchmark.segment_messages import Request, Requests
from services.dev.ports import HOST, free_port
from services.ingest import registry
from services.ingest.source import Role, Source
from services.variables import API, POSTGRES, SETTINGS
from tests.conftest import Connect
from tests.services.cli.staying import Staying

DRIPS = 100
REQUESTS = 150
MOST_TIMES_SLOWER = 2.0
SOURCE = Source("shop")


@pytest.fixture
def port(database: str) -> Iterator[int]:
    """Return the port of a front door, a process of its own, that keeps its events in the journal."""
    port = free_port()
    settings = {setting.name: "" for setting in SETTINGS} | {POSTGRES.name: database, API.name: f"{HOST}:{port}"}
    with ExitStack() as held:
        door = Staying("api", "--json", environment=settings)
        held.callback(door.kill)
        door.wait_for("serving")
        yield port


@pytest.fixture
def key(connect: Connect) -> str:
    """Return a key to it."""
    registry.add(connect(), SOURCE.name)
    return registry.new_key(connect(), SOURCE.name, Role.WRITE)


async def typical_seconds(connections: list[Connection], requests: Iterator[Request]) -> float:
    """Return how long a request takes as a rule; all of them are stored."""
    load = await flood(connections, islice(requests, REQUESTS))
    assert (load.messages, load.refused) == (REQUESTS, {})
    return median(load.seconds)


async def seconds_without_and_with(port: int, key: str) -> tuple[float, float]:
    """Return how long a request takes alone, before or after, and beside slow connections."""
    made = Requests(HOST, key, SOURCE, seed=1)
    requests = made.of(made.singles)
    async with connected(HOST, port, 2) as connections:
        await typical_seconds(connections, requests)  # everything has been done once
        before = await typical_seconds(connections, requests)
        async with dripping(HOST, port, base64.b64encode(f"{key}:".encode()), DRIPS):
            beside = [await typical_seconds(connections, requests) for _ in range(3)]
        after = await typical_seconds(connections, requests)
    return max(before, after), median(beside)


def test_slow_clients_do_not_slow_the_others(port: int, key: str) -> None:
    """A hundred connections that drip, in their heads and their bodies, leave everybody else as fast as before."""
    without, beside = asyncio.run(seconds_without_and_with(port, key))

    assert beside < MOST_TIMES_SLOWER * without, f"{1000 * beside:.1f} ms beside them, {1000 * without:.1f} ms without"
