"""Measures the desk: commands one after the other, many in one transaction, and over HTTP, each durable when told."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from projections import PROJECTIONS
from projections._engine.projector import Projector
from services.benchmark.api_process import api_process, only_on
from services.benchmark.cores import Cores
from services.benchmark.desk_orders import LIFE, life, orders, request_of
from services.benchmark.http_load import Load, connected, flood
from services.benchmark.measuring import Heard
from services.benchmark.segment_messages import Request
from services.desk.deciding import Order, Refused
from services.desk.desk import Desk
from services.dev.ports import HOST
from services.ingest import registry
from services.ingest.source import Role
from services.installation import Installation

SOURCE = "bench"
AT_ONCE = 100
CONNECTIONS = 8
WARM = 10 * len(LIFE)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = "SELECT current_setting('synchronous_commit'), current_setting('fsync')"


class Rate(Struct, frozen=True, kw_only=True):
    """How one way of giving commands went. ``cpu_milliseconds`` are of the process that decides, for each command."""

    commands: int
    commands_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_milliseconds: float


class Desked(Struct, frozen=True, kw_only=True):
    """What a run came to: one command a transaction, AT_ONCE in one (whose times are a whole one's), and over HTTP.

    Whoever decides has one core, and Postgres and the clients the others, where there are any: ``cores``. ``whole``
    says that the desk holds one event for each command that was carried out, and that none was refused.
    """

    seed: int
    one_by_one: Rate
    together: Rate
    over_http: Rate
    cores: dict[str, list[int]]
    synchronous_commit: str
    fsync: str
    whole: bool


class _Timed(NamedTuple):
    seconds: list[float]
    whole: float
    cpu: float

    def rate(self, commands: int) -> Rate:
        ordered = sorted(self.seconds)
        p50, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
        return Rate(
            commands=commands,
            commands_per_second=round(commands / self.whole, 1),
            p50_ms=round(1000 * p50, 2),
            p99_ms=round(1000 * p99, 2),
            cpu_milliseconds=round(1000 * self.cpu / commands, 3),
        )


def measure_desk(installation: Installation, parted: Cores, heard: Heard, *, commands: int, seed: int = 42) -> Desked:
    """Give this many commands in each of three ways, to an installation that nobody else uses."""
    with closing(Projector(installation.journal(), installation.connect, PROJECTIONS)) as projector:
        projector.lead()
        projector.catch_up()
    with closing(Desk(installation.dsn)) as desk, only_on(parted.api):
        heard("Deciding one by one", 0, commands)
        one_by_one = _one_by_one(desk, commands, seed)
        heard("Deciding together", 0, commands)
        together = _together(desk, commands, seed)
    heard("Deciding over HTTP", 0, commands)
    over_http, sent = _over_http(installation, parted, commands, seed)
    with installation.connect("regulars bench") as connection:
        ((held,),) = connection.execute("SELECT count(*) FROM desk.stored_events").fetchall()
        ((durable, fsync),) = connection.execute(SETTINGS).fetchall()
    return Desked(
        seed=seed,
        one_by_one=one_by_one,
        together=together,
        over_http=over_http,
        cores=parted.told(),
        synchronous_commit=durable,
        fsync=fsync,
        whole=held == WARM + 2 * commands + sent,
    )


def _one_by_one(desk: Desk, commands: int, seed: int) -> Rate:
    for order in islice(orders("warm", seed), WARM):
        desk.perform(order, NOW)
    return _timed([partial(desk.perform, order, NOW) for order in islice(orders("one", seed), commands)]).rate(commands)


def _together(desk: Desk, commands: int, seed: int) -> Rate:
    given = list(islice(orders("all", seed), commands))
    batches = [given[begin : begin + AT_ONCE] for begin in range(0, commands, AT_ONCE)]
    return _timed([partial(_all_of, desk, batch) for batch in batches]).rate(commands)


def _all_of(desk: Desk, batch: Sequence[Order]) -> None:
    for outcome in desk.perform_all(batch, NOW):
        if isinstance(outcome, Refused):
            raise outcome


def _timed(work: Sequence[Callable[[], object]]) -> _Timed:
    seconds: list[float] = []
    cpu, begun = time.process_time(), time.perf_counter()
    for each in work:
        at = time.perf_counter()
        each()
        seconds.append(time.perf_counter() - at)
    return _Timed(seconds, time.perf_counter() - begun, time.process_time() - cpu)


def _over_http(installation: Installation, parted: Cores, commands: int, seed: int) -> tuple[Rate, int]:
    """Return how it went over HTTP, and how many commands were carried out; a connection has whole lives to tell."""
    with installation.connect("regulars bench") as connection:
        registry.add(connection, SOURCE)
        key = registry.new_key(connection, SOURCE, Role.ADMIN)
    with api_process(installation.dsn, None, parted.api) as api, only_on(parted.others):
        cpu = api.cpu_seconds()
        begun = time.perf_counter()
        loads = asyncio.run(_flood(api.port, key, commands, seed))
        timed = _Timed(
            [seconds for load in loads for seconds in load.seconds],
            time.perf_counter() - begun,
            api.cpu_seconds() - cpu,
        )
    for load in loads:
        for refusal in load.refused:
            raise RuntimeError(refusal)
    done = sum(load.events for load in loads)
    return timed.rate(done), done


async def _flood(port: int, key: str, commands: int, seed: int) -> list[Load]:
    lives = max(1, commands // (CONNECTIONS * len(LIFE)))

    def requests(place: int) -> Iterator[Request]:
        for number in range(lives):
            for order in life(f"http-{seed}-{place}-{number}", number):
                yield request_of(order, HOST, key)

    async with connected(HOST, port, CONNECTIONS) as connections:
        floods = [flood([connection], requests(place)) for place, connection in enumerate(connections)]
        return await asyncio.gather(*floods)
