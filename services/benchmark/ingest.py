"""Measures the front door: ``regulars api`` on a core of its own; Kafka, Postgres and whoever sends on the others."""

import asyncio
import base64
import time
from collections import Counter
from itertools import islice
from typing import NamedTuple

import uvloop

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from services.benchmark.api_process import ApiProcess, api_process
from services.benchmark.cores import Cores
from services.benchmark.dripping import dripping
from services.benchmark.http_load import Load, connected, flood, schedule
from services.benchmark.ingest_figures import Ingest, Sent, Slowed, Soak, slowed_by
from services.benchmark.measuring import Heard
from services.benchmark.over_kafka import scratch_topics
from services.benchmark.segment_messages import BATCH_MESSAGES, Requests
from services.dev.ports import HOST
from services.ingest import registry
from services.ingest.source import Role, Source
from services.installation import Installation

SOURCE = Source("benchmark", events_per_second=10_000_000)
WARM_EVENTS = 5_000
BATCH_CONNECTIONS, SINGLE_CONNECTIONS = 12, 64
SINGLES_PER_SECOND = 500.0
SOAK_EVENTS_PER_SECOND = 10_000.0
SOAK_SINGLES_PER_SECOND = 50.0
SAMPLE_SECONDS = 10.0


class Wishes(NamedTuple):
    """How long to measure: ``events`` in batches, ``seconds`` of single events, ``soak_seconds`` of both.

    ``drips`` are connections that say one byte a second, while which single events and batches are measured once more.
    """

    events: int
    seconds: float
    soak_seconds: float
    drips: int
    seed: int


def measure(installation: Installation, cluster: Cluster, parted: Cores, heard: Heard, wishes: Wishes) -> Ingest:
    """Start an api over topics of its own, send to it, and compare what it acknowledged with what the log holds."""
    with scratch_topics(cluster) as own:
        key = _key(installation)
        with api_process(installation.dsn, own, parted.api) as api:
            run = _Run(api, Requests(HOST, key, SOURCE, wishes.seed), heard)
            batches, singles, slowed, soak = uvloop.run(run.all(wishes, key))
        log = KafkaLog(own)
        held = sum(log.ends().values()) - sum(log.starts().values())
        log.close()
    return Ingest(
        events=sum(load.messages for load in run.loads),
        acknowledged_log_events=sum(load.events for load in run.loads),
        log_events=held,
        refused=dict(sum((load.refused for load in run.loads), Counter())),
        batches=batches,
        singles=singles,
        slowed=slowed,
        soak=soak,
        cores=parted.told(),
    )


def _key(installation: Installation) -> str:
    with installation.connect("regulars bench") as connection:
        registry.add(connection, SOURCE.name, events_per_second=SOURCE.events_per_second)
        return registry.new_key(connection, SOURCE.name, Role.WRITE)


class _Run:
    """Everything that is sent to one api; ``loads`` is what came of it."""

    def __init__(self, api: ApiProcess, requests: Requests, heard: Heard) -> None:
        self._api = api
        self._requests = requests
        self._heard = heard
        self.loads: list[Load] = []

    async def all(self, wishes: Wishes, key: str) -> tuple[Sent, Sent, Slowed | None, Soak | None]:
        """Send batches, single events, both beside dripping connections, and both for as long as memory is watched."""
        await self._batches(WARM_EVENTS)
        batches = await self._batches(wishes.events)
        singles = await self._singles(wishes.seconds)
        slowed = None
        if wishes.drips:
            user = base64.b64encode(f"{key}:".encode())
            async with dripping(HOST, self._api.port, user, wishes.drips):
                beside = await self._batches(wishes.events), await self._singles(wishes.seconds)
            slowed = slowed_by(wishes.drips, (batches, singles), beside)
        soak = await self._soak(wishes.soak_seconds) if wishes.soak_seconds else None
        return batches, singles, slowed, soak

    async def _batches(self, events: int) -> Sent:
        self._heard("Batches", 0, events)
        requests = islice(self._requests.of(self._requests.batches), -(-events // BATCH_MESSAGES))
        async with connected(HOST, self._api.port, BATCH_CONNECTIONS) as connections:
            before, begun = self._api.cpu_seconds(), time.perf_counter()
            load = await flood(connections, requests)
            return self._sent(load, len(connections), time.perf_counter() - begun, before)

    async def _singles(self, seconds: float) -> Sent:
        self._heard("Single events", 0, int(seconds * SINGLES_PER_SECOND))
        requests = self._requests.of(self._requests.singles)
        async with connected(HOST, self._api.port, SINGLE_CONNECTIONS) as connections:
            before, begun = self._api.cpu_seconds(), time.perf_counter()
            load = await schedule(connections, requests, SINGLES_PER_SECOND, seconds)
            return self._sent(load, len(connections), time.perf_counter() - begun, before)

    async def _soak(self, seconds: float) -> Soak:
        self._heard("Soak", 0, int(seconds))
        samples = [self._api.rss_mb()]

        async def watch() -> None:
            while True:
                await asyncio.sleep(min(SAMPLE_SECONDS, seconds / 2))
                samples.append(self._api.rss_mb())

        watching = asyncio.create_task(watch())
        batches, singles = self._requests.of(self._requests.batches), self._requests.of(self._requests.singles)
        begun = time.perf_counter()
        async with (
            connected(HOST, self._api.port, BATCH_CONNECTIONS) as many,
            connected(HOST, self._api.port, SINGLE_CONNECTIONS) as single,
        ):
            loads = await asyncio.gather(
                schedule(many, batches, SOAK_EVENTS_PER_SECOND / BATCH_MESSAGES, seconds),
                schedule(single, singles, SOAK_SINGLES_PER_SECOND, seconds),
            )
        took = time.perf_counter() - begun
        watching.cancel()
        self.loads += loads
        return Soak(
            seconds=round(took, 1),
            events_per_second=round(sum(load.messages for load in loads) / took, 1),
            begin_rss_mb=samples[0],
            end_rss_mb=self._api.rss_mb(),
            rss_mb=samples,
        )

    def _sent(self, load: Load, connections: int, seconds: float, cpu_before: float) -> Sent:
        self.loads.append(load)
        cpu = self._api.cpu_seconds() - cpu_before
        return Sent(
            events=load.messages,
            events_per_second=round(load.messages / seconds, 1),
            p50_ms=load.milliseconds(0.5),
            p99_ms=load.milliseconds(0.99),
            max_ms=load.milliseconds(1),
            cpu_microseconds_per_event=round(1e6 * cpu / max(1, load.messages), 1),
            connections=connections,
            bytes_per_event=load.bytes // max(1, load.messages),
        )
