"""How a pump stands is found out from beside it: lag by projection and partition, in events and in seconds."""

import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from events.log.cluster import Cluster
from projections import PROJECTIONS
from projections._engine.projector import make_live
from projections._engine.rebuild import build
from projections._engine.registry import open_tables
from services.installation import Installation
from services.process.health import Health
from services.pump.figures import PumpFigures
from services.pump.watching import LOOK_SECONDS, Watch
from tests.conftest import Connect
from tests.contracts.facts import fact
from tests.contracts.kafka_topics import OpenKafka, kafka_logs
from tests.services.running import Told, away, wait_until

PATIENCE_SECONDS = 4 * LOOK_SECONDS  # what answers every look is never silent for so long
WAITED_SECONDS = 0.7
SOME = PROJECTIONS[:2]
NAMES = [projection.name for projection in SOME]


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka."""
    with kafka_logs(kafka) as opened:
        yield opened


class Watched:
    """A watch over some projections, and all who hear of what it finds."""

    def __init__(self, database: str, kafka: Cluster) -> None:
        """Watch the database and the log."""
        self.figures, self.told = PumpFigures(), Told()
        self.health = Health("pump", "database", "log", patience_seconds=PATIENCE_SECONDS)
        self.installation = Installation(database, kafka)
        self.watch = Watch(self.installation, kafka, NAMES, figures=self.figures, health=self.health, report=self.told)


@pytest.fixture
def watched(database: str, kafka: Cluster, open_kafka: OpenKafka) -> Iterator[Watched]:
    """Return a watch over the fresh database and log, at work."""
    del open_kafka  # which made the topics
    watched = Watched(database, kafka)
    with watched.health.working():
        yield watched
    watched.installation.close()


def test_a_lag_is_told_by_projection_and_partition(watched: Watched, open_kafka: OpenKafka, connect: Connect) -> None:
    """In events, and in seconds since the oldest event that is not folded was recorded; nothing where all is folded."""
    log, connection = open_kafka(), connect()
    tables = open_tables(connection, SOME, log)
    make_live(connection, tables)
    (first,) = log.append([fact(1, subject="customer:1")])
    time.sleep(WAITED_SECONDS)
    log.append([fact(2, subject="customer:1")])
    connection.execute(
        "UPDATE engine.checkpoint SET next_offset = 1 WHERE table_name = %s AND partition = %s",
        [tables[1].name, first.partition],
    )
    time.sleep(WAITED_SECONDS)
    log.append([fact(3, subject="customer:1")])

    watched.watch.look()

    standing = watched.figures.standing
    assert standing is not None
    behind = {place: lag for place, lag in standing.lag_events.items() if lag}
    ages = {place: seconds for place, seconds in standing.lag_seconds.items() if seconds}
    assert behind == {(NAMES[0], first.partition): 3, (NAMES[1], first.partition): 2}
    assert len(standing.lag_events) == len(standing.lag_seconds) == 8
    assert set(ages) == set(behind)
    assert ages[NAMES[1], first.partition] >= WAITED_SECONDS
    assert ages[NAMES[0], first.partition] >= ages[NAMES[1], first.partition] + WAITED_SECONDS - 0.1
    assert ages[NAMES[0], first.partition] < 2 * WAITED_SECONDS + 60
    assert watched.told.snapshots[-1][0::2] == (3, 3)


def test_what_was_folded_since_is_no_lag(watched: Watched, open_kafka: OpenKafka, connect: Connect) -> None:
    """It is told once that everything is folded: when all tables are live, and have seen all of the log."""
    log, connection = open_kafka(), connect()
    log.append([fact(1)])
    watched.watch.look()
    nothing_there = watched.told.snapshots[-1].lag_events
    tables = open_tables(connection, SOME, log)
    watched.watch.look()
    building = watched.told.snapshots[-1].lag_events
    told = watched.told.count("caught up")

    for table in tables:
        build(table, log, connect)
    watched.watch.look()
    watched.watch.look()

    assert (nothing_there, building, watched.told.snapshots[-1].lag_events) == (1, 1, 0)
    assert (told, watched.told.count("caught up")) == (0, 1)


def test_a_database_that_is_gone_is_no_health(
    watched: Watched, open_kafka: OpenKafka, database: str, postgres: str
) -> None:
    """After our patience; and it is well again when the database is back, over a new connection."""
    del open_kafka
    over = Event()
    thread = Thread(target=watched.watch.run, args=[over])
    thread.start()
    try:
        wait_until(lambda: watched.health.reason() is None)
        with away(database, postgres):
            wait_until(lambda: watched.health.document()["status"] == "failing")
            reason = watched.health.reason() or ""
        wait_until(lambda: watched.health.reason() is None)
    finally:
        over.set()
        thread.join()

    assert reason.startswith("the database has not answered for ")
    assert "the log" not in reason
