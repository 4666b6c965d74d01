"""The contract of an event log, over every implementation: what is appended is there, once, in order, for good."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random

import pytest

from events.codec import MAX_EVENT_BYTES, Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, partition_of
from projections._engine.digest import digest_of_states, table_digest
from projections._engine.reference import fold
from tests.contracts.facts import OpenLog, everything, fact, facts, values
from tests.contracts.plain_list import PlainList
from tests.events.samples import SAMPLES
from tests.laws.histories import as_read
from tests.projections.engine.tables import Connect, drain, live_tables
from tests.projections.engine.tally import Tally, search, searches

CODEC = Codec()
ENDLESS = 1_000_000


def test_an_empty_log_has_partitions_and_nothing_in_them(log: EventLog) -> None:
    """Every partition begins and ends at offset zero."""
    nowhere = dict.fromkeys(range(log.partitions), 0)

    assert (log.starts(), log.ends(), log.read(nowhere, 10)) == (nowhere, nowhere, [])


def test_a_fact_of_every_type_is_held_as_its_canonical_bytes(log: EventLog) -> None:
    """A record has the subject as its key and the codec's bytes as its value, where the receipt says."""
    receipts = log.append(SAMPLES)

    held = [log.records(receipt.partition, receipt.offset, 1)[0] for receipt in receipts]
    assert [record.value for record in held] == [CODEC.encode(sample) for sample in SAMPLES]
    assert [record.key for record in held] == [sample.subject for sample in SAMPLES]
    assert [(record.partition, record.offset) for record in held] == [receipt[1:] for receipt in receipts]


def test_appending_nothing_changes_nothing(log: EventLog) -> None:
    """An empty batch has no receipts."""
    assert log.append([]) == []
    assert sum(log.ends().values()) == 0


def test_a_subject_lies_in_one_partition_in_the_order_of_its_appends(log: EventLog) -> None:
    """Which partition is a function of the subject alone, the same for every implementation."""
    told = facts(200)
    for start in range(0, 200, 30):
        log.append(told[start : start + 30])

    held = defaultdict(list)
    for record in everything(log):
        assert record.partition == partition_of(record.key, log.partitions)
        held[record.key].append(CODEC.decode(record.value).id)
    assert held == {subject: [each.id for each in told if each.subject == subject] for subject in held}
    assert len(held) == 20


def test_offsets_count_up_without_a_gap(log: EventLog) -> None:
    """What the log refuses uses no offset up."""
    told = facts(50)
    expected = PlainList(log)
    for start in range(0, 50, 7):
        batch = [*told[: start + 7], fact(start, subject=told[start].subject, says="another")]
        log.append(batch)
        expected.append(*batch)

    places = [(record.partition, record.offset) for record in everything(log)]
    assert places == [(partition, offset) for partition, end in log.ends().items() for offset in range(end)]
    assert places == sorted(expected.values)


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "in two batches"])
@pytest.mark.parametrize("subject", ["customer:1", "visitor:in-another-partition"])
@pytest.mark.parametrize("says", ["", "another"], ids=["the same", "another"])
def test_a_fact_under_a_known_id_leaves_the_first_one_as_it_is(
    log: EventLog, subject: str, says: str, *, at_once: bool
) -> None:
    """A log that refuses it says where the first one lies, so a source may send again until it is heard."""
    told, again = fact(1), fact(1, subject=subject, says=says)
    expected = PlainList(log)

    receipts = log.append([told, again]) if at_once else [*log.append([told]), *log.append([again])]

    assert receipts == expected.append(told, again)
    assert values(log) == expected.values
    assert len(expected.values) == (1 if log.refuses_known_ids else 2)


def test_receipts_are_those_of_a_plain_list(log: EventLog) -> None:
    """Whatever is sent in whatever batches, a model of ten lines gives the same receipts and holds the same bytes."""
    dice = Random(1)
    expected = PlainList(log)
    for _ in range(60):
        batch = [fact(n, subject=f"customer:{n % 5}", says=dice.choice("aab")) for n in dice.choices(range(90), k=9)]

        assert log.append(batch) == expected.append(*batch)
    assert values(log) == expected.values


def test_an_event_counts_once_however_often_it_was_sent(log: EventLog, connect: Connect) -> None:
    """Either the log refuses what it holds already, or whoever folds it leaves out what comes again."""
    told, forged = searches(40), search(3, "something else", by="customer:3")
    expected = PlainList(log)
    for batch in (told, told[10:20], [*told[5:15], forged], told[::-1]):
        assert log.append(batch) == expected.append(*batch)
    with connect() as connection:
        (table,) = live_tables(connection, log, [Tally()])

        drain(log, connect, [table], batch_events=16)

        held = table_digest(connection, table)
        assert (held.digest, held.rows) == digest_of_states(Tally(), fold(Tally(), as_read(told)))
        assert sum(held.positions.values()) == len(expected.values)


def test_a_fact_that_is_too_long_is_refused_with_its_whole_batch(log: EventLog) -> None:
    """Nothing of the batch is stored: there is no half of an append."""
    long = SAMPLES[4]
    properties = {f"name-{number}": "x" * 512 for number in range(MAX_EVENT_BYTES // 512 + 1)}
    oversized = Envelope(
        id="long",
        source="s",
        time=long.time,
        subject=long.subject,
        data=type(long.data)(name="n", properties=properties),
    )

    with pytest.raises(BadEvent):
        log.append([fact(1), oversized])

    assert sum(log.ends().values()) == 0


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 40, ENDLESS])
def test_reading_on_from_the_positions_gives_everything_once(log: EventLog, limit: int) -> None:
    """Chunks are consecutive, and about as long as was asked for: never more, but one record a partition."""
    log.append(facts(120))
    positions = log.starts()
    read: list[tuple[int, int, bytes]] = []
    told_of_last: list[tuple[int, int, datetime | None]] = []

    while chunks := log.read(positions, limit):
        assert sum(len(chunk.values) for chunk in chunks) <= max(limit, log.partitions)
        for chunk in chunks:
            assert list(chunk.offsets) == list(range(positions[chunk.partition], chunk.next_offset))
            told_of_last.append((chunk.partition, chunk.offsets[-1], chunk.recorded_at))
            read += [(chunk.partition, *each) for each in zip(chunk.offsets, chunk.values, strict=True)]
        positions |= {chunk.partition: chunk.next_offset for chunk in chunks}

    held = everything(log)
    assert sorted(read) == [(record.partition, record.offset, record.value) for record in held]
    assert set(told_of_last) <= {(record.partition, record.offset, record.recorded_at) for record in held}
    assert positions == log.ends()


def test_only_the_partitions_that_were_asked_for_are_read(log: EventLog) -> None:
    """Where there is nothing new there is no chunk, and no positions mean no chunks."""
    log.append(facts(100))
    ends = log.ends()

    chunks = log.read({1: 0, 2: ends[2]}, ENDLESS)

    assert [(chunk.partition, chunk.next_offset) for chunk in chunks] == [(1, ends[1])]
    assert log.read({}, ENDLESS) == []


def test_records_are_paged_from_an_offset(log: EventLog) -> None:
    """Past the end there is nothing."""
    log.append([fact(number) for number in range(10)])
    partition = partition_of("customer:1", log.partitions)

    assert [record.offset for record in log.records(partition, 4, 3)] == [4, 5, 6]
    assert [record.offset for record in log.records(partition, 8, 30)] == [8, 9]
    assert log.records(partition, 10, 30) == []


def test_what_was_known_at_an_instant_is_what_had_been_recorded_by_then(log: EventLog) -> None:
    """The time of recording never decreases within a partition, and every instant is a position in it."""
    for start in range(0, 60, 6):
        log.append(facts(60)[start : start + 6])
    held = everything(log)
    instants = sorted({record.recorded_at for record in held})

    for instant in [instants[0] - timedelta(seconds=1), *instants, instants[-1] + timedelta(days=1)]:
        known = Counter(record.partition for record in held if record.recorded_at <= instant)
        assert log.known_at(instant) == {partition: known[partition] for partition in range(log.partitions)}
    for partition in range(log.partitions):
        times = [record.recorded_at for record in held if record.partition == partition]
        assert times == sorted(times)


def test_whoever_opens_the_log_again_finds_the_same_one(open_log: OpenLog) -> None:
    """Its identity, its partitions and what it holds do not depend on who looks."""
    one, other = open_log(), open_log()

    one.append(facts(30))

    assert (other.log_id, other.partitions, other.ends()) == (one.log_id, one.partitions, one.ends())
    assert everything(other) == everything(one)
