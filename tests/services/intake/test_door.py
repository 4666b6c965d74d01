"""What producers write to the intake comes onto the log of record once, or is kept with the reason."""

import msgspec
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from events.catalog.operations import ProbeSent
from events.codec import MAX_EVENT_BYTES
from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import LogError
from services.ingest import registry, tallies, verdicts
from services.ingest.source import Protocol
from services.intake.door import Door
from services.intake.figures import DoorFigures
from tests.conftest import Connect
from tests.contracts.facts import fact, facts
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka
from tests.services.intake.conftest import Start
from tests.services.intake.producing import CODEC, produce, produce_events
from tests.services.intake.reading import committed, stored_ids
from tests.services.running import away

PROBE = ProbeSent.event_type
PLAN = """
unplanned_types: block
types: {regulars.order.placed.v2: any}
"""


def forget_intake(cluster: Cluster, partition: int, before: int) -> None:
    """Have the broker delete the first records of a partition of the intake: what retention does."""
    admin = AdminClient(cluster.librdkafka())
    for deleted in admin.delete_records([TopicPartition(cluster.intake, partition, before)]).values():
        deleted.result(20)


def members(cluster: Cluster) -> int:
    """Return how many doors there are."""
    with administered(cluster) as kafka:
        return kafka.group(cluster.doors, kafka.topics([cluster.intake])[cluster.intake]).members


def test_events_come_onto_the_log_in_their_canonical_form(kafka: Cluster, open_kafka: OpenKafka, start: Start) -> None:
    """Each in the partition of its subject, in the order in which it was written, and the offsets are committed."""
    log, sent = open_kafka(), facts(200)
    produce_events(kafka, sent, PARTITIONS)

    with start() as door:
        door.wait_until(lambda: sum(log.ends().values()) == len(sent))

    decoded = [CODEC.decode(each.value) for place in range(PARTITIONS) for each in log.records(place, 0, 200)]
    assert sorted(each.id for each in decoded) == sorted(each.id for each in sent)
    for place in range(PARTITIONS):
        records = log.records(place, 0, 200)
        envelopes = [CODEC.decode(record.value) for record in records]
        assert [record.value for record in records] == [CODEC.encode(envelope) for envelope in envelopes]
        assert [record.key for record in records] == [envelope.subject for envelope in envelopes]
        order = [each.id for each in sent if each.id in {envelope.id for envelope in envelopes}]
        assert [envelope.id for envelope in envelopes] == order
    assert sum(committed(kafka).values()) == len(sent)


def test_what_is_no_event_is_kept_with_the_reason_and_its_place(
    kafka: Cluster, open_kafka: OpenKafka, start: Start, connect: Connect
) -> None:
    """Broken bytes, an unknown type, a bad field, one too long, and a tombstone: the good one passes them by."""
    log = open_kafka()
    good = CODEC.encode(fact(1))
    bad_field = good.replace(b'"said"', b"7")
    unknown = good.replace(b"probe_sent.v1", b"dreamt.v1")
    long = good.replace(b'"said"', b'"' + b"x" * MAX_EVENT_BYTES + b'"')
    values = [b"\xff{", good, unknown, bad_field, long, None]
    produce(kafka, values, partition=2)

    with start() as door:
        door.wait_until(lambda: len(verdicts.listed(connect())) == 5)
        door.wait_until(lambda: committed(kafka) == {2: 6})

    kept = verdicts.listed(connect())
    by_origin = {each.origin: each for each in kept}
    assert stored_ids(log) == [fact(1).id]
    assert set(by_origin) == {"2@0", "2@2", "2@3", "2@4", "2@5"}
    assert {each.protocol for each in kept} == {Protocol.INTAKE}
    assert by_origin["2@0"].body == b"\xff{"
    assert (by_origin["2@0"].message_id, by_origin["2@3"].message_id) == ("2@0", fact(1).id)
    assert by_origin["2@3"].field == "data.probe"
    assert by_origin["2@2"].fault == "unknown_type"


def test_what_a_tracking_plan_blocks_is_not_let_in(
    kafka: Cluster, open_kafka: OpenKafka, start: Start, connect: Connect
) -> None:
    """The plan is that of the registered source whose name is the event's. What registered ones sent is counted."""
    log, connection = open_kafka(), connect()
    planned = msgspec.structs.replace(fact(1), source="till-leeds")
    registry.add(connection, planned.source, plan=PLAN)
    registry.add(connection, "till")
    free, strange = (msgspec.structs.replace(fact(2 + n), source=name) for n, name in enumerate(("till", "stranger")))
    produce(kafka, [CODEC.encode(planned), CODEC.encode(free), CODEC.encode(strange), b'{"source": "till"}'])

    with start() as door:
        door.wait_until(lambda: tallies.violations(connection))

    kept = {(each.source, each.message_id, each.fault) for each in verdicts.listed(connection)}
    counts = {(each.source, each.type, each.outcome): each.events for each in tallies.counted(connection)}
    assert kept == {(planned.source, planned.id, "unplanned"), ("till", "0@3", "invalid_field")}
    assert sorted(stored_ids(log)) == [free.id, strange.id]
    assert tallies.violations(connection)[0].events == 1
    assert counts == {
        (planned.source, PROBE, "rejected"): 1,
        ("till", PROBE, "stored"): 1,
        ("till", "unread", "rejected"): 1,
    }


def test_it_waits_for_the_database_and_goes_on(  # noqa: PLR0913, PLR0917 - all that is away, and all that is looked at
    kafka: Cluster, open_kafka: OpenKafka, start: Start, database: str, postgres: str, connect: Connect
) -> None:
    """While what is refused cannot be kept nothing is committed; afterwards everything is let in, and kept."""
    log = open_kafka()
    with start() as door:
        door.wait_for("letting in")
        with away(database, postgres):
            produce(kafka, [b"broken", CODEC.encode(fact(1))])
            door.wait_for("away")
            assert committed(kafka) == {}
        door.wait_until(lambda: committed(kafka) == {0: 2})

    assert set(stored_ids(log)) == {fact(1).id}
    assert len(verdicts.listed(connect())) == 1


def test_records_that_are_gone_are_a_hard_stop(kafka: Cluster, open_kafka: OpenKafka, start: Start) -> None:
    """The sentence says what was lost and how to go on; then it begins after the hole."""
    log = open_kafka()
    produce(kafka, [CODEC.encode(each) for each in facts(10)])
    with start() as door:
        door.wait_until(lambda: committed(kafka) == {0: 10})
    produce(kafka, [CODEC.encode(fact(number)) for number in range(10, 20)])
    forget_intake(kafka, 0, 15)

    with (
        pytest.raises(LogError, match=r"lost 5 records of partition 0 .* from 10 to 14\. 'regulars door --skip-lost'"),
        start() as door,
    ):
        door.wait_until(lambda: False)
    with start(skip_lost=True) as door:
        door.wait_until(lambda: committed(kafka) == {0: 20})

    assert set(stored_ids(log)) == {fact(number).id for number in (*range(10), *range(15, 20))}


def test_a_door_begins_where_the_last_one_ended(kafka: Cluster, open_kafka: OpenKafka, start: Start) -> None:
    """What was let in is not let in again; what was written while there was no door is."""
    log = open_kafka()
    produce_events(kafka, facts(100), PARTITIONS)
    with start() as door:
        door.wait_until(lambda: sum(log.ends().values()) == 100)
    produce_events(kafka, facts(120)[100:], PARTITIONS)
    with start() as door:
        door.wait_until(lambda: sum(committed(kafka).values()) == 120)

    assert sorted(stored_ids(log)) == sorted(each.id for each in facts(120))


def test_a_door_that_is_told_to_end_ends_what_it_began(kafka: Cluster, open_kafka: OpenKafka, connect: Connect) -> None:
    """A batch that is on its way to the log gets there, and is committed, before the partitions are handed over."""
    produce_events(kafka, facts(50), PARTITIONS)
    figures = DoorFigures()
    door = Door(kafka, open_kafka(), connect(), figures)
    while not door.turn():
        pass

    door.close()

    assert sum(committed(kafka).values()) == figures.stored == figures.read > 0
    assert members(kafka) == 0
