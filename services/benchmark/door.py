"""Measures the door for producers on Kafka, from the intake to the log, on topics and in a database of its own."""

from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from confluent_kafka import Producer
from msgspec import Struct

from events.codec import Codec
from events.log import partition_of
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogUnavailable
from events.log.kafka import PRODUCER, KafkaLog
from events.log.postgres import DEFAULT_PARTITIONS
from services.benchmark.door_process import by_stage, letting_in
from services.benchmark.measuring import Heard
from services.benchmark.over_kafka import scratch_topics
from services.benchmark.workload import workload
from services.installation import Installation

PRODUCE_EVENTS = 20_000
STAGE_EVENTS = 100_000


class LetThrough(Struct, frozen=True, kw_only=True):
    """What a run came to, for one door that has the intake to itself.

    Its seconds run from its start, joining the group included, until everything is committed. ``seconds`` are by stage,
    of the thread that reads and checks. ``cpu_microseconds_per_event`` is of the whole process; ``by_stage`` splits it,
    by a second run in which one stage comes after the other: check contains decode. ``whole`` says that the log holds
    as many events as were written.
    """

    events: int
    seed: int
    partitions: int
    events_per_second: float
    cpu_microseconds_per_event: float
    by_stage: dict[str, float]
    batches: int
    refused: int
    log_events: int
    whole: bool
    peak_rss_mb: float
    seconds: dict[str, float]


def measure_door(
    installation: Installation, cluster: Cluster, heard: Heard, *, events: int, seed: int = 42
) -> LetThrough:
    """Write this many events to a new intake, have a door let them in, and remove the topics."""
    with (
        scratch_topics(cluster) as own,
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes,
    ):
        log = KafkaLog(own)
        produce(own, events, seed, heard)
        heard("Letting in", 0, events)
        done = processes.submit(letting_in, own, installation.dsn, events).result()
        heard("Letting in", events, events)
        on_log = sum(log.ends().values())
        sample = min(events, STAGE_EVENTS)
        stages = processes.submit(by_stage, own, sample).result()
        log.close()
    return LetThrough(
        events=events,
        seed=seed,
        partitions=DEFAULT_PARTITIONS,
        events_per_second=round(events / done.seconds, 1),
        cpu_microseconds_per_event=round(1e6 * done.cpu_seconds / events, 2),
        by_stage={name: round(1e6 * seconds / sample, 2) for name, seconds in stages.items()},
        batches=done.batches,
        refused=done.refused,
        log_events=on_log,
        whole=on_log == events and done.stored == events,
        peak_rss_mb=round(done.peak_rss_mb, 1),
        seconds={name: round(seconds, 3) for name, seconds in {"whole": done.seconds, **done.stages}.items()},
    )


def produce(cluster: Cluster, events: int, seed: int, heard: Heard) -> None:
    """Write the workload to the intake, keyed by subject. Raises LogUnavailable where the broker does not take it."""
    source, codec = workload(events, seed), Codec()
    producer = Producer({**cluster.librdkafka(), **PRODUCER})
    failures: list[object] = []
    for count in range(0, events, PRODUCE_EVENTS):
        messages = [
            {
                "key": each.subject,
                "value": codec.encode(each),
                "partition": partition_of(each.subject, DEFAULT_PARTITIONS),
            }
            for each in islice(source, PRODUCE_EVENTS)
        ]
        producer.produce_batch(
            cluster.intake,
            messages,
            on_delivery=lambda error, _: failures.append(error) if error is not None else None,
        )
        if producer.flush(2 * REQUEST_TIMEOUT_SECONDS) or failures:
            message = f"Kafka at {cluster.servers} did not take what the benchmark wrote: {failures or 'no answer'}."
            raise LogUnavailable(message)
        heard("Writing", count + len(messages), events)
