"""Measures append, read and drain over a made-up workload, in a database that is made for it and dropped afterwards."""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice

from msgspec import Struct
from psycopg import sql
from psycopg.conninfo import make_conninfo

from events.codec import Codec
from events.log import EventLog
from events.log.postgres import DEFAULT_PARTITIONS, Journal
from projections import PROJECTIONS
from projections._engine.progress import Progress
from projections._engine.projector import Projector, stored
from projections._engine.pump import BATCH_EVENTS
from services.benchmark.workload import workload
from services.installation import Installation, connect, prepare

APPEND_EVENTS = 5_000

PREFIX = "regulars_bench_"

# What an earlier run left behind because it was killed.
LEFT_OVER = """
SELECT datname FROM pg_database AS d
 WHERE starts_with(datname, %s) AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datname = d.datname)
"""

SIGNALS = "SELECT count(*) FROM engine.signal"

Heard = Callable[[str, int, int], None]
"""Is told the stage, how many events of it are done, and how many there are."""


class Measurement(Struct, frozen=True, kw_only=True):
    """What a run came to. ``raw`` is reading and decoding alone; ``ratio`` is the drain's rate to the raw one.

    ``seconds`` is by stage; read, fold, wait and commit are parts of the drain, and commit runs beside the others.
    """

    events: int
    seed: int
    events_per_second: float
    raw_events_per_second: float
    ratio: float
    append_events_per_second: float
    projections: int
    rows_written: int
    signals: int
    batches: int
    parked: int
    peak_rss_mb: float
    seconds: dict[str, float]


@contextmanager
def scratch(dsn: str) -> Iterator[Installation]:
    """Yield an installation in a new database of the same server, and drop it whatever happens."""
    name = f"{PREFIX}{os.getpid()}"
    own_dsn = make_conninfo(dsn, dbname=name)
    with connect(dsn, "regulars bench") as server:
        for (left_over,) in server.execute(LEFT_OVER, [PREFIX]).fetchall():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(left_over)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            prepare(own_dsn, DEFAULT_PARTITIONS)
            with closing(Installation(own_dsn)) as installation:
                yield installation
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def measure(installation: Installation, events: int, seed: int, heard: Heard, *, news: bool = False) -> Measurement:
    """Append this many events, read them, drain them through all projections, and return what each took.

    As ``news`` they come when the projections are there already, and raise signals; else they are history to them.
    """
    log = installation.journal()
    if news:
        with closing(Projector(log, installation.connect, PROJECTIONS)) as projector:
            projector.catch_up()
    generating, appending = append(log, events, seed, heard, APPEND_EVENTS)
    reading = _read(log, events, heard)
    with closing(Projector(log, installation.connect, PROJECTIONS)) as projector:
        begun = time.perf_counter()
        done = projector.catch_up(lambda so_far: heard("Draining", so_far.events, events))
        draining = time.perf_counter() - begun
    stages = {"generate": generating, "append": appending, "raw": reading, "drain": draining, **done.seconds}
    with closing(installation.connect()) as connection:
        ((signals,),) = connection.execute(SIGNALS).fetchall()
    return _measurement(events, seed, done, stages, signals)


def append(log: EventLog, events: int, seed: int, heard: Heard, batch_events: int) -> tuple[float, float]:
    """Append this many events of the workload, and return the seconds of making them up and of appending them."""
    source = workload(events, seed)
    generating = appending = 0.0
    for count in range(0, events, batch_events):
        begun = time.perf_counter()
        batch = list(islice(source, batch_events))
        made = time.perf_counter()
        log.append(batch)
        generating += made - begun
        appending += time.perf_counter() - made
        heard("Appending", count + len(batch), events)
    return generating, appending


def _read(log: Journal, events: int, heard: Heard) -> float:
    """Return the seconds that reading and decoding take by themselves, with the collector off as in the pump."""
    codec = Codec()
    positions = dict.fromkeys(range(log.partitions), 0)
    count = 0
    gc.disable()
    begun = time.perf_counter()
    try:
        while chunks := log.read(positions, BATCH_EVENTS):
            for chunk in chunks:
                codec.decode_batch(chunk.values)
                positions[chunk.partition] = chunk.next_offset
                count += len(chunk.values)
            heard("Reading", count, events)
        return time.perf_counter() - begun
    finally:
        gc.enable()


def peak_rss_mb() -> float:
    """Return the most memory that this process has had. Linux gives it in kilobytes, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _measurement(events: int, seed: int, done: Progress, seconds: dict[str, float], signals: int) -> Measurement:
    drained, raw = events / seconds["drain"], events / seconds["raw"]
    return Measurement(
        events=events,
        seed=seed,
        events_per_second=round(drained, 1),
        raw_events_per_second=round(raw, 1),
        ratio=round(drained / raw, 3),
        append_events_per_second=round(events / seconds["append"], 1),
        projections=len(stored(PROJECTIONS)),
        rows_written=done.rows,
        signals=signals,
        batches=done.batches,
        parked=done.parked,
        peak_rss_mb=peak_rss_mb(),
        seconds={name: round(value, 3) for name, value in seconds.items()},
    )
