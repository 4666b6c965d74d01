"""A pump of production goes on over what passes, and builds what is new beside what is live."""

import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from events.log import EventLog, topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine import checkpoint
from projections._engine.declaration import Projection
from projections._engine.registry import Connection, live_tables
from projections._engine.verify import verify
from services.dev.broker import Broker
from services.pump.pumping import Work, group_of, pump_until_stopped
from services.settings import Settings
from tests.conftest import Connect
from tests.contracts.facts import facts
from tests.contracts.kafka_topics import OpenKafka, kafka_logs
from tests.services.running import Running, away

LONGER_THAN_A_PAUSE_SECONDS = 4.0
SOME = [projection for projection in PROJECTIONS if projection.name != "profile"]

Start = Callable[..., Running]


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka."""
    with kafka_logs(kafka) as opened:
        yield opened


@pytest.fixture
def start(database: str, kafka: Cluster) -> Start:
    """Return a function that prepares a pump on the fresh database."""

    def pump(projections: Sequence[Projection] = PROJECTIONS, cluster: Cluster | None = None) -> Running:
        cluster = cluster or kafka
        settings = Settings(postgres=database, kafka=cluster)
        return Running(lambda stop, report: pump_until_stopped(settings, cluster, stop, report, Work(projections)))

    return pump


def folded(connection: Connection, log: EventLog, projections: Sequence[Projection] = PROJECTIONS) -> bool:
    """Return whether all projections are live and have seen all of the log."""
    tables = live_tables(connection, projections)
    ends = log.ends()
    stand = [checkpoint.positions(connection, table.name) for table in tables]
    return len(tables) == len(projections) and all(positions == ends for positions in stand)


def equal(connection: Connection, log: EventLog) -> list[bool]:
    """Return for every projection whether its rows are what a plain fold gives."""
    return [verdict.equal for verdict in verify(connection, live_tables(connection, PROJECTIONS), log)]


def test_it_goes_on_where_the_database_was_away(
    open_kafka: OpenKafka, start: Start, database: str, postgres: str, connect: Connect
) -> None:
    """Away for longer than a pause between two tries: the same pump takes its partitions again, and loses nothing."""
    log = open_kafka()
    with start() as pump:
        pump.wait_for("caught up")
        log.append(facts(100))
        connection = connect()
        pump.wait_until(lambda: folded(connection, log))
        connection.close()
        with away(database, postgres):
            time.sleep(LONGER_THAN_A_PAUSE_SECONDS)  # nothing comes in: it notices when it looks around
            log.append(facts(200)[100:])
        connection = connect()
        pump.wait_until(lambda: folded(connection, log))

    assert (pump.told.count("projecting"), pump.told.count("away")) == (1, 0)
    assert equal(connection, log) == [True] * len(PROJECTIONS)


def test_it_goes_on_where_the_broker_was_killed(own_broker: Broker, start: Start, connect: Connect) -> None:
    """The same pump goes on with what the broker has when it is back."""
    kafka = Cluster(own_broker.address)
    topics.create(kafka, 4)
    log, connection = KafkaLog(kafka), connect()
    with start(cluster=kafka) as pump:
        pump.wait_for("caught up")
        log.append(facts(100))
        pump.wait_until(lambda: folded(connection, log))

        own_broker.kill()
        own_broker.start()
        log.append(facts(200)[100:])

        pump.wait_until(lambda: folded(connection, log))
    log.close()
    assert (pump.told.count("projecting"), pump.told.count("away")) == (1, 0)


def test_it_waits_while_a_command_projects(open_kafka: OpenKafka, start: Start, connect: Connect) -> None:
    """A command that found no pump folds what is new itself; a pump that begins meanwhile says whom it waits for."""
    open_kafka()
    command = connect()
    command.execute("SET application_name = 'regulars import'")
    command.execute("SELECT pg_advisory_lock(hashtext('regulars.pump'))")
    with start() as pump:
        pump.wait_for("waiting")
        at_first = pump.told.count("projecting")
        command.close()
        pump.wait_for("projecting")

    assert at_first == 0
    assert ("waiting", "Waiting for 'regulars import'.") in pump.told.events


def test_a_new_projection_is_built_beside_the_live_ones(open_kafka: OpenKafka, start: Start, connect: Connect) -> None:
    """The others do not wait for it; it has what was on the log before, and joins them."""
    log, connection = open_kafka(), connect()
    log.append(facts(100))
    with start(SOME) as before:
        before.wait_until(lambda: folded(connection, log, SOME))

    with start() as pump:
        log.append(facts(200)[100:])
        pump.wait_for("built")
        pump.wait_until(lambda: folded(connection, log))

    assert equal(connection, log) == [True] * len(PROJECTIONS)


def test_pumps_of_the_same_projections_are_one_group(kafka: Cluster) -> None:
    """In whatever order they are named; and an installation of its own has groups of its own."""
    some = group_of(kafka, "one", SOME)

    assert group_of(kafka, "one", SOME[::-1]) == some
    assert len({some, group_of(kafka, "one", PROJECTIONS), group_of(kafka, "two", PROJECTIONS)}) == 3
    assert some.startswith(f"{kafka.prefix}.pump.one.")
