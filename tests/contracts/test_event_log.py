"""The contract of an event log, over every implementation: what is appended is there, once, in order, for good."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random

import pytest

from events.codec import MAX_EVENT_BYTES, Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, Outcome, Receipt, partition_of
from tests.contracts.facts import OpenLog, everything, fact, facts
from tests.events.samples import SAMPLES

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
    """Duplicates and conflicts use no offset up."""
    told = facts(50)
    for start in range(0, 50, 7):
        log.append([*told[: start + 7], fact(start, subject=told[start].subject, says="another")])

    places = [(record.partition, record.offset) for record in everything(log)]
    assert places == [(partition, offset) for partition, end in log.ends().items() for offset in range(end)]
    assert len(places) == 50


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "in two batches"])
def test_the_same_fact_again_is_a_duplicate(log: EventLog, *, at_once: bool) -> None:
    """Its receipt says where the first one lies, so a source may send again until it is heard."""
    told = fact(1)

    first, again = log.append([told, told]) if at_once else [*log.append([told]), *log.append([told])]

    assert first.outcome is Outcome.STORED
    assert again == first._replace(outcome=Outcome.DUPLICATE)
    assert len(everything(log)) == 1


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "in two batches"])
@pytest.mark.parametrize("subject", ["customer:1", "visitor:in-another-partition"])
def test_another_fact_under_a_known_id_is_a_conflict(log: EventLog, subject: str, *, at_once: bool) -> None:
    """The first one stays as it is, and the receipt says where it lies; whomever the other one was about."""
    told, forged = fact(1), fact(1, subject=subject, says="another")

    first, other = log.append([told, forged]) if at_once else [*log.append([told]), *log.append([forged])]

    assert other == first._replace(outcome=Outcome.CONFLICT)
    assert [record.value for record in everything(log)] == [CODEC.encode(told)]


def test_receipts_are_those_of_a_plain_list(log: EventLog) -> None:
    """Whatever is sent in whatever batches, a model of five lines gives the same receipts."""
    dice = Random(1)
    held: dict[str, tuple[Receipt, Envelope]] = {}
    ends: Counter[int] = Counter()
    for _ in range(60):
        batch = [fact(n, subject=f"customer:{n % 5}", says=dice.choice("aab")) for n in dice.choices(range(90), k=9)]
        expected = []
        for sent in batch:
            partition = partition_of(sent.subject, log.partitions)
            if sent.id not in held:
                held[sent.id] = Receipt(Outcome.STORED, partition, ends[partition]), sent
                ends[partition] += 1
                expected.append(held[sent.id][0])
                continue
            first, body = held[sent.id]
            expected.append(first._replace(outcome=Outcome.DUPLICATE if body == sent else Outcome.CONFLICT))

        assert log.append(batch) == expected


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

    while chunks := log.read(positions, limit):
        assert sum(len(chunk.values) for chunk in chunks) <= max(limit, log.partitions)
        for chunk in chunks:
            assert list(chunk.offsets) == list(range(positions[chunk.partition], chunk.next_offset))
            last = log.records(chunk.partition, chunk.offsets[-1], 1)[0]
            assert chunk.recorded_at == last.recorded_at
            read += [(chunk.partition, *each) for each in zip(chunk.offsets, chunk.values, strict=True)]
        positions |= {chunk.partition: chunk.next_offset for chunk in chunks}

    assert sorted(read) == [(record.partition, record.offset, record.value) for record in everything(log)]
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
