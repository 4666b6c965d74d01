"""Measures the whole way over Kafka: append, read and pump, on topics and in a database of its own."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

from msgspec import Struct

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import DEFAULT_PARTITIONS
from projections import PROJECTIONS
from services.benchmark.in_processes import pumping, reached, reading
from services.benchmark.measuring import Heard, append
from services.installation import Installation

APPEND_EVENTS = 20_000
LOOK_SECONDS = 0.02
SETTINGS = ("synchronous_commit", "fsync", "full_page_writes", "shared_buffers", "max_wal_size")


class OverKafka(Struct, frozen=True, kw_only=True):
    """What a run came to. ``raw`` is consuming and decoding alone; ``ratio`` is the pumps' rate to the raw one.

    The pumps' seconds run from their start, joining the group included, until everything is committed.
    ``longest_stop_seconds`` is the longest time in which no checkpoint moved. ``peak_rss_mb`` is the largest pump's.
    ``seconds`` is by stage; read, fold, wait and commit are the pumps' added up, and commit runs beside the others.
    """

    events: int
    seed: int
    pumps: int
    partitions: int
    events_per_second: float
    raw_events_per_second: float
    ratio: float
    append_events_per_second: float
    projections: int
    rows_written: int
    batches: int
    parked: int
    duplicates: int
    fenced: int
    longest_stop_seconds: float
    peak_rss_mb: float
    seconds: dict[str, float]
    postgres: dict[str, str]


def measure(  # noqa: PLR0913 - the options of a command
    installation: Installation, cluster: Cluster, heard: Heard, *, events: int, seed: int, pumps: int
) -> OverKafka:
    """Append this many events to a new topic, read them, pump them into the installation, and remove the topic."""
    with scratch_topics(cluster) as own, ProcessPoolExecutor(pumps, mp_context=get_context("spawn")) as processes:
        log = KafkaLog(own)
        generating, appending = append(log, events, seed, heard, APPEND_EVENTS)
        heard("Reading", 0, events)
        raw = processes.submit(reading, own).result()
        begun = time.perf_counter()
        running = [processes.submit(pumping, own, installation.dsn, f"{own.prefix}.pump") for _ in range(pumps)]
        draining, longest_stop = _watched(installation, running, events, begun, heard)
        done = [each.result() for each in running]
        log.close()
    stages = {name: sum(each["seconds"][name] for each in done) for name in done[0]["seconds"]}
    seconds = {"generate": generating, "append": appending, "raw": raw, "drain": draining, **stages}
    return _measurement(installation, done, seconds, events=events, seed=seed, longest_stop=longest_stop)


@contextmanager
def scratch_topics(cluster: Cluster) -> Iterator[Cluster]:
    """Yield the cluster with topics of our own, which are removed whatever happens."""
    own = replace(cluster, prefix=f"{cluster.prefix}.bench-{uuid4().hex[:8]}")
    topics.create(own, DEFAULT_PARTITIONS)
    try:
        yield own
    finally:
        topics.remove(own)


def _watched(
    installation: Installation, running: list[Future[dict[str, Any]]], events: int, begun: float, heard: Heard
) -> tuple[float, float]:
    """Return how long it took until everything was committed, and the longest time in which nothing moved."""
    longest, before, moved_at = 0.0, 0, begun
    with installation.connect("regulars bench") as connection:
        while (done := reached(connection)) < events:
            for each in running:
                if each.done():
                    each.result()  # it ended before its time: say why
            now = time.perf_counter()
            if done > before:
                if before:
                    longest = max(longest, now - moved_at)
                before, moved_at = done, now
                heard("Pumping", done, events)
            time.sleep(LOOK_SECONDS)
    return time.perf_counter() - begun, max(longest, time.perf_counter() - moved_at)


def _measurement(  # noqa: PLR0913 - it gathers what was measured
    installation: Installation,
    done: list[dict[str, Any]],
    seconds: dict[str, float],
    *,
    events: int,
    seed: int,
    longest_stop: float,
) -> OverKafka:
    drained, raw = events / seconds["drain"], events / seconds["raw"]
    with installation.connect() as connection:
        query = "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS n (name)"
        postgres: dict[str, str] = dict(connection.execute(query, [list(SETTINGS)]).fetchall())
    return OverKafka(
        events=events,
        seed=seed,
        pumps=len(done),
        partitions=DEFAULT_PARTITIONS,
        events_per_second=round(drained, 1),
        raw_events_per_second=round(raw, 1),
        ratio=round(drained / raw, 3),
        append_events_per_second=round(events / seconds["append"], 1),
        projections=len(PROJECTIONS),
        rows_written=sum(each["rows"] for each in done),
        batches=sum(each["batches"] for each in done),
        parked=sum(each["parked"] for each in done),
        duplicates=sum(each["duplicates"] for each in done),
        fenced=sum(each["fenced"] for each in done),
        longest_stop_seconds=round(longest_stop, 3),
        peak_rss_mb=round(max(each["peak_rss_mb"] for each in done), 1),
        seconds={name: round(value, 3) for name, value in seconds.items()},
        postgres=postgres,
    )
