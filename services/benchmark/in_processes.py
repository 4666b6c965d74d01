"""What a benchmark over Kafka runs in processes of their own, so that their memory and their time are only theirs."""

import gc
import resource
import sys
import time
from dataclasses import asdict
from functools import partial
from threading import Event, Thread
from typing import Any

from events.codec import Codec
from events.log.cluster import Cluster
from events.log.group import Membership
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.group_pump import BATCH_EVENTS, GroupPump
from services.installation import connect

LOOK_SECONDS = 0.02

# How far the table is that is furthest behind, over all partitions.
REACHED = """
SELECT coalesce(min(reached), 0)
  FROM (SELECT sum(next_offset) AS reached FROM engine.checkpoint GROUP BY table_name) AS tables
"""


def reading(cluster: Cluster) -> float:
    """Return the seconds that reading and decoding the whole log take, with the collector off as in the pump."""
    log, codec = KafkaLog(cluster), Codec()
    positions = log.starts()
    gc.disable()
    begun = time.perf_counter()
    while chunks := log.read(positions, BATCH_EVENTS):
        for chunk in chunks:
            codec.decode_batch(chunk.values)
            positions[chunk.partition] = chunk.next_offset
    seconds = time.perf_counter() - begun
    log.close()
    return seconds


def pumping(cluster: Cluster, dsn: str, group: str) -> dict[str, Any]:
    """Pump until the whole log is projected, alone or with others; return the progress and ``peak_rss_mb``."""
    log = KafkaLog(cluster)
    goal = sum(log.ends().values())
    pump = GroupPump(log, partial(connect, dsn), PROJECTIONS, partial(Membership, cluster, group))
    stop = Event()
    failures: list[BaseException] = []
    thread = Thread(target=_run, args=(pump, stop, failures), name="pump")
    thread.start()
    with connect(dsn, "regulars bench") as connection:
        while thread.is_alive() and reached(connection) < goal:
            time.sleep(LOOK_SECONDS)
    stop.set()
    thread.join()
    if failures:
        raise failures[0]
    # Linux gives the peak in kilobytes, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return {**asdict(pump.progress), "peak_rss_mb": peak}


def reached(connection: Any) -> int:  # noqa: ANN401 - any connection will do
    """Return how many events every table has seen."""
    row = connection.execute(REACHED).fetchone()
    return int(row[0])


def _run(pump: GroupPump, stop: Event, failures: list[BaseException]) -> None:
    try:
        pump.run(stop)
    except BaseException as error:  # noqa: BLE001 - it is raised again by whoever started the thread
        failures.append(error)
