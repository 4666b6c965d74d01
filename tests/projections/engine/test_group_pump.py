"""Pumps of a consumer group on a real Kafka: they share the partitions, hand them over, and count every event once."""

from collections.abc import Mapping, Sequence

from events.catalog.identity import IdentityLinked
from events.envelope import Envelope
from events.log.cluster import Cluster
from projections._engine import checkpoint
from projections._engine.declaration import Projection
from projections._engine.projector import Projector
from projections._engine.rebuild import build_new, rebuild
from projections._engine.registry import Connection, live_tables
from projections._engine.verify import verify, verify_persons
from projections.identity import Identity
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka
from tests.projections.engine.oracle import SIGNALS, held, wanted
from tests.projections.engine.pumps import Running, wait_for
from tests.projections.engine.tables import Connect, drain, opened, pump
from tests.projections.engine.tally import Beside, Tally, searches
from tests.projections.engine.test_versions import counted, first_version, second_version
from tests.projections.shop import NOON

TALLY = Tally()
BOTH: list[Projection] = [TALLY, Beside()]


def reached(
    connection: Connection, positions: Mapping[int, int], projections: Sequence[Projection] = tuple(BOTH)
) -> bool:
    """Return whether all are live and stand at these positions or further on."""
    tables = live_tables(connection, projections)
    return len(tables) == len(projections) and all(
        at >= positions[partition]
        for table in tables
        for partition, at in checkpoint.positions(connection, table.name).items()
    )


def test_members_come_and_go_and_every_event_counts_once(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """Two share the partitions, a third one joins, the first one leaves; each does its part, and none another's."""
    log = open_kafka()
    pump(log, connect, BOTH)
    with connect() as connection, Running(kafka, connect, BOTH) as first, Running(kafka, connect, BOTH) as second:
        log.append(searches(300, found=0))
        wait_for(lambda: first.has(2) and second.has(2) and reached(connection, log.ends()), first, second)
        with Running(kafka, connect, BOTH) as third:
            log.append(searches(300, first=300, found=0))
            wait_for(lambda: all(each.has(1) or each.has(2) for each in (first, second, third)), first, second, third)
            log.append(searches(300, first=600, found=0))
            first.stop()
            wait_for(lambda: second.has(2) and third.has(2), second, third)
            log.append(searches(300, first=900, found=0))
            wait_for(lambda: reached(connection, log.ends()), second, third)

            tables = opened(connection, log, BOTH)
            pumps = (first, second, third)
            assert held(connection, tables[0]) == wanted(log, TALLY, log.ends())
            assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]
            assert sum(each.pump.progress.events for each in pumps) == 1200
            assert all(each.pump.progress.events > 0 for each in pumps)
            assert sum(each.pump.progress.fenced for each in pumps) == 0


def test_new_tables_become_live_when_the_pumps_together_have_seen_the_log(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """What was on the log is history, and not signalled; half a graph of identities says nothing, all of it does."""
    log = open_kafka()
    both: list[Projection] = [TALLY, Identity()]
    log.append([*searches(200, found=0), *links(0, 60)])
    with connect() as connection, Running(kafka, connect, both) as first, Running(kafka, connect, both) as second:
        wait_for(lambda: reached(connection, log.ends(), both), first, second)
        assert connection.execute(SIGNALS).fetchall() == []

        log.append([*searches(100, first=200, found=0), *links(60, 120)])
        wait_for(lambda: reached(connection, log.ends(), both), first, second)

        tally, identity = opened(connection, log, both)
        assert len(connection.execute(SIGNALS).fetchall()) == 100
        assert held(connection, tally)[:3] == wanted(log, TALLY, log.ends())[:3]
        assert held(connection, identity).persons == wanted(log, Identity(), log.ends()).persons
        assert len(held(connection, identity).persons) > 100
        assert verify_persons(connection, identity)
        assert first.pump.progress.events + second.pump.progress.events == 420


def test_a_rebuild_swaps_a_table_under_the_pumps(kafka: Cluster, open_kafka: OpenKafka, connect: Connect) -> None:
    """They are fenced for a moment, find the new table, and go on with it; events come in all the time."""
    log = open_kafka()
    log.append(searches(300, found=0))
    pump(log, connect, BOTH)
    with connect() as connection, Running(kafka, connect, BOTH) as first, Running(kafka, connect, BOTH) as second:
        wait_for(lambda: first.has(2) and second.has(2), first, second)
        log.append(searches(300, first=300, found=0))

        rebuild(TALLY, open_kafka(), connect)

        log.append(searches(300, first=600, found=0))
        wait_for(lambda: reached(connection, log.ends()), first, second)
        tables = opened(connection, log, BOTH)
        assert [table.name for table in tables] == ["tally_v1_g2", "beside_v1_g1"]
        assert held(connection, tables[0])[:3] == wanted(log, TALLY, log.ends())[:3]
        assert len(connection.execute(SIGNALS).fetchall()) == 600
        assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]


def test_a_new_version_is_built_beside_the_pumps_and_joins_them(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """The pumps of the new release go on with what is live; the new table is served as soon as it is live too."""
    log = open_kafka()
    log.append(searches(200))
    pump(log, connect, [first_version(), Beside()])
    release: list[Projection] = [second_version(), Beside()]
    with connect() as connection, Running(kafka, connect, release) as running:
        log.append(searches(50, first=200))
        wait_for(lambda: reached(connection, log.ends(), [Beside()]), running)
        before = counted(connection), running.pump.progress.rebalances

        built = build_new(release, open_kafka(), connect)

        log.append(searches(50, first=250))
        wait_for(lambda: reached(connection, log.ends(), release), running)
        assert before[0] == (200, False)
        assert [digest.projection for digest in built] == ["counted"]
        assert counted(connection) == (300, True)
        assert build_new(release, open_kafka(), connect) == []
        assert [each.equal for each in verify(connection, opened(connection, log, release), log)] == [True, True]


def test_tables_that_stand_apart_are_brought_together_first(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """Each is ahead in some partition: both get every event once, and the pump serves them together from then on."""
    log = open_kafka()
    pump(log, connect, BOTH)
    log.append(searches(200))
    log.append(searches(50))
    ends = log.ends()
    with connect() as connection:
        tally, beside = opened(connection, log, BOTH)
        drain(log, connect, [tally], until={0: ends[0], 1: ends[1] // 2})
        drain(log, connect, [beside], until={2: ends[2] // 3, 3: ends[3], 1: 1})
        with Running(kafka, connect, BOTH) as running:
            wait_for(lambda: reached(connection, ends), running)

        assert [verdict.equal for verdict in verify(connection, [tally, beside], log)] == [True, True]


def test_a_pump_leads_together_with_its_group_and_with_nobody_else(
    kafka: Cluster, open_kafka: OpenKafka, connect: Connect
) -> None:
    """A command that would fold by itself hears that somebody pumps; when the last pump has left, it may."""
    projector = Projector(open_kafka(), connect, BOTH)
    with Running(kafka, connect, BOTH) as first:
        wait_for(lambda: first.has(PARTITIONS), first)
        with Running(kafka, connect, BOTH) as second:
            wait_for(lambda: second.has(2), first, second)
            assert not projector.lead()
            first.stop()
            assert not projector.lead()

    wait_for(projector.lead)
    projector.close()


def links(first: int, end: int) -> list[Envelope]:
    """Return links of customers to their devices, two each, which lie in several partitions; some share a device."""
    told = [(f"customer:{n // 2}", f"visitor:{n % 50 if n % 10 == 0 else n}") for n in range(first, end)]
    return [
        Envelope(
            id=f"link-{number}",
            source="urn:regulars:engine",
            time=NOON,
            subject=customer,
            data=IdentityLinked(identifier=visitor),
        )
        for number, (customer, visitor) in enumerate(told, start=first)
    ]
