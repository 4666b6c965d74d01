"""What may happen to pumps on a real Kafka: they pause and go on where that is right, and stop where it is not."""

import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from events.codec import MAX_EVENT_BYTES, Codec
from events.envelope import Envelope
from events.log.cluster import Cluster
from events.log.fetching import MOST_BYTES
from events.log.kafka import KafkaLog
from projections._engine.declaration import Projection
from projections._engine.errors import LogChanged
from projections._engine.progress import BatchDone
from projections._engine.registry import Connection
from projections._engine.verify import verify
from projections.timeline import Timeline
from services.dev.broker import Broker
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka, forget_before, kafka_logs, make_anew
from tests.contracts.transactions import Transactions
from tests.projections.engine.oracle import SIGNALS, Content, held, positions_of, wanted
from tests.projections.engine.pumps import Running, wait_for
from tests.projections.engine.tables import Connect, opened, pump
from tests.projections.engine.tally import Beside, Tally, searches
from tests.projections.shop import NOON

CODEC = Codec()
TALLY = Tally()
BOTH: list[Projection] = [TALLY, Beside()]


def standing(connection: Connection, log: KafkaLog) -> dict[int, int]:
    """Return where the tally stands."""
    return dict(positions_of(connection, opened(connection, log, BOTH)[0]))


def stored(connection: Connection, log: KafkaLog) -> tuple[Content, dict[int, int]]:
    """Return what the tally holds, and where it stands."""
    (table,) = opened(connection, log, [TALLY])
    return held(connection, table), dict(positions_of(connection, table))


def test_two_groups_told_to_own_the_same_partitions_count_every_event_once(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """Who is fenced takes his hands off for a while and comes back; when the other is gone, all of it is his."""
    log = open_kafka()
    pump(log, connect, BOTH)
    with connect() as connection, Running(kafka, connect, BOTH) as one:
        log.append(searches(300, found=0))
        wait_for(lambda: one.has(PARTITIONS), one)
        with Running(kafka, connect, BOTH, group="others", batch_events=20) as other:
            wait_for(lambda: other.has(PARTITIONS), one, other)
            log.append(searches(300, first=300, found=0))
            wait_for(lambda: one.pump.progress.fenced, one, other)
            wait_for(lambda: standing(connection, log) == log.ends(), one, other)
        log.append(searches(300, first=600, found=0))
        wait_for(lambda: standing(connection, log) == log.ends(), one)

        assert held(connection, opened(connection, log, BOTH)[0]) == wanted(log, TALLY, log.ends())
        assert [each.equal for each in verify(connection, opened(connection, log, BOTH), log)] == [True, True]
        assert one.pump.progress.events + other.pump.progress.events == 900


def test_offsets_without_a_record_are_passed_and_aborted_records_are_not_folded(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """A transactional producer leaves control records behind, and what it took back lies on the log for ever."""
    log = open_kafka()
    pump(log, connect, [TALLY])
    told = searches(60)
    with connect() as connection, Running(kafka, connect, [TALLY]) as running:
        transactions = Transactions(kafka)
        transactions.write(told[:20])
        transactions.take_back(searches(9, first=1000))
        log.append(told[20:40])
        transactions.write(told[40:])
        transactions.take_back(searches(9, first=2000))

        wait_for(lambda: stored(connection, log)[1] == log.ends(), running)

        assert held(connection, opened(connection, log, [TALLY])[0]) == wanted(log, TALLY, log.ends())
        assert sum(log.ends().values()) > 60 + 9
        assert running.pump.progress.events == 60


@pytest.mark.parametrize(
    ("read", "then"), [(300, 10), (300, 900), (0, 50)], ids=["shorter", "longer", "with all that there was before it"]
)
def test_a_topic_made_anew_under_a_running_pump_stops_it(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect, read: int, then: int
) -> None:
    """Nothing of the new one is projected, though it may hold offsets that the pump would read next."""
    log = open_kafka()
    pump(log, connect, [TALLY])
    with connect() as connection, Running(kafka, connect, [TALLY]) as running:
        log.append(searches(read))
        wait_for(lambda: running.has(PARTITIONS) and stored(connection, log)[1] == log.ends(), running)
        before = stored(connection, log)

        make_anew(kafka)
        open_kafka().append(searches(then, first=1000))

        failure = running.ended()
        assert isinstance(failure, LogChanged)
        assert "made anew while we read it" in str(failure)
        assert stored(connection, log) == before


def test_a_topic_made_anew_before_the_pump_starts_is_refused(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """The sentence says what happened, that nothing was changed, and what to do."""
    log = open_kafka()
    log.append(searches(200))
    pump(log, connect, [TALLY])
    make_anew(kafka)
    open_kafka().append(searches(400, first=1000))
    with connect() as connection:
        before = stored(connection, log)

        with Running(kafka, connect, [TALLY]) as running:
            failure = running.ended()

        assert isinstance(failure, LogChanged)
        assert "made anew or exchanged. Nothing was changed." in str(failure)
        assert stored(connection, log) == before


def test_retention_that_passed_the_checkpoint_is_one_clear_error(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """What was deleted unread is lost to the projections: people have to decide, nobody goes on from somewhere else."""
    log = open_kafka()
    log.append(searches(200))
    pump(log, connect, [TALLY])
    log.append(searches(200, first=200))
    with connect() as connection:
        before = stored(connection, log)
        place = before[1][1] + 5
        forget_before(kafka, {1: place})

        with Running(kafka, connect, [TALLY]) as running:
            failure = running.ended()

        assert isinstance(failure, LogChanged)
        assert f"wants offset {before[1][1]} of partition 1 next, but the log holds {place} to" in str(failure)
        assert stored(connection, log) == before


def test_a_backlog_of_large_events_is_taken_in_batches_that_fit(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """However many events a batch may have: what is held of them at once has a bound in bytes."""
    log = open_kafka()
    large = [order(number) for number in range(400)]
    for start in range(0, 400, 40):
        log.append(large[start : start + 40])
    size_bytes = len(CODEC.encode(large[0]))
    batches: list[BatchDone] = []
    with connect() as connection, Running(kafka, connect, [Timeline()], batch_events=40_000) as running:
        running.pump.progress.heard = batches.append
        wait_for(lambda: sum(running.pump.positions.values()) == 400, running)

        row = connection.execute("SELECT sum(length(events)) FROM projection.timeline_v1_g1").fetchone()
        assert row is not None
        assert row[0] > 400 * size_bytes
        assert size_bytes > MAX_EVENT_BYTES * 3 // 4
        assert sum(batch.events for batch in batches) == 400
        assert max(batch.events for batch in batches) * size_bytes < MOST_BYTES + 2 * MAX_EVENT_BYTES


def order(number: int) -> Envelope:
    """Return an order that is nearly as long as an event may be."""
    options = {f"option-{place}": f"{place}" * 95 for place in range(10)}
    lines = tuple(
        OrderLine(product=f"p-{place}", quantity=1, unit_price_minor=100, name="a name " * 14, options=options)
        for place in range(190)
    )
    data = OrderPlaced(order=f"{number}", currency="GBP", lines=lines, total_minor=19_000)
    return Envelope(
        id=f"order-{number}", source="urn:regulars:engine", time=NOON, subject=f"customer:{number % 20}", data=data
    )


def test_a_pump_goes_on_when_the_broker_comes_back(own_broker: Broker, connect: Connect) -> None:
    """Nobody need restart it: what was written before and after counts once."""
    cluster = Cluster(own_broker.address)
    with kafka_logs(cluster) as open_kafka, connect() as connection:
        log = open_kafka()
        log.append(searches(300, found=0))
        pump(log, connect, BOTH)
        with Running(cluster, connect, BOTH) as first, Running(cluster, connect, BOTH) as second:
            log.append(searches(300, first=300, found=0))
            wait_for(lambda: first.has(2) and second.has(2), first, second)

            own_broker.restart()

            log.append(searches(300, first=600, found=0))
            wait_for(lambda: standing(connection, log) == log.ends(), first, second)
            table = opened(connection, log, BOTH)[0]
            assert held(connection, table)[:2] == wanted(log, TALLY, log.ends())[:2]
            assert len(connection.execute(SIGNALS).fetchall()) == 600
            assert first.pump.progress.events + second.pump.progress.events == 600
