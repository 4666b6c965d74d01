"""What a benchmark of the door runs in a process of its own: a door that lets all in, and its parts one by one."""

import gc
import resource
import sys
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from events.codec import Codec
from events.log import Chunk, Positions
from events.log.cluster import Cluster
from events.log.group import Membership
from events.log.kafka import KafkaLog
from services.ingest.registry import Directory
from services.installation import connect
from services.intake.checking import Checked, Checker
from services.intake.door import BATCH_RECORDS, Door
from services.intake.figures import DoorFigures

READ, DECODE, CHECK, PRODUCE = "read", "decode", "check", "produce"


class LetIn(Struct, frozen=True):
    """What a door's process came to; ``cpu_seconds`` is of all its threads, those of the Kafka client included."""

    stored: int
    refused: int
    batches: int
    seconds: float
    cpu_seconds: float
    stages: dict[str, float]
    peak_rss_mb: float


def letting_in(cluster: Cluster, dsn: str, events: int) -> LetIn:
    """Let everything in that is on the intake, committed to the last record, with the collector off as in a door."""
    log, figures = KafkaLog(cluster), DoorFigures()
    gc.disable()
    with connect(dsn, "regulars bench") as connection:
        begun, cpu = time.perf_counter(), time.process_time()
        door = Door(cluster, log, connection, figures)
        while figures.stored + figures.refused < events:
            door.turn()
        door.close()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    log.close()
    # Linux gives the peak in kilobytes, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    stages = dict(figures.seconds)
    return LetIn(figures.stored, figures.refused, figures.batches, seconds, cpu, stages, peak)


def by_stage(cluster: Cluster, events: int) -> dict[str, float]:
    """Return the processor's seconds, over all threads, of reading, checking and producing this many events.

    One after the other, and so each by itself: nothing of it runs beside the others. Checking contains decoding.
    """
    log, taken = KafkaLog(cluster), list[list[Chunk]]()
    gc.disable()
    seconds = {READ: _timed(lambda: taken.extend(_read(cluster, events)))}
    codec, checker = Codec(), Checker(Directory().source)
    seconds[DECODE] = _timed(lambda: [codec.decode_batch(chunk.values) for chunks in taken for chunk in chunks])
    checked = list[Checked]()
    seconds[CHECK] = _timed(lambda: checked.extend(checker.check(chunks) for chunks in taken))
    seconds[PRODUCE] = _timed(lambda: _produce(log, checked))
    log.close()
    return seconds


def _read(cluster: Cluster, events: int) -> list[list[Chunk]]:
    """Return this many records of the intake, in batches as a door reads them."""

    def beginning(partitions: Sequence[int]) -> Positions:
        return dict.fromkeys(partitions, 0)

    group = Membership(cluster, f"{cluster.prefix}.bench", beginning, lambda _: None, topic=cluster.intake)
    found: list[list[Chunk]] = []
    count = 0
    try:
        while count < events:
            found.append(group.read(BATCH_RECORDS))
            count += sum(len(chunk.values) for chunk in found[-1])
    finally:
        group.leave()
    return found


def _produce(log: KafkaLog, checked: Sequence[Checked]) -> None:
    for each in checked:
        log.append_encoded(each.events)


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
