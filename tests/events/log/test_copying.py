"""The journal is copied onto Kafka record by record: same places, same times, and nothing that was not there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from msgspec.structs import replace

from events.log import EventLog, Outcome, Record, copying, topics
from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.copying import Copied
from events.log.errors import LogRefused, LogUnavailable
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from tests.conftest import PARTITIONS, Connect
from tests.contracts.kafka_topics import forget_before
from tests.events.samples import SAMPLES

FACTS = [replace(sample, subject=f"customer:{number}") for number, sample in enumerate(SAMPLES)]


class _Interrupted(Exception):
    """The copying was cut short."""


@pytest.fixture
def target(kafka: Cluster) -> Iterator[KafkaLog]:
    """Return the empty log on Kafka, of as many partitions as the journal."""
    topics.create(kafka, PARTITIONS, replication=1)
    with closing(KafkaLog(kafka)) as log:
        yield log


@pytest.fixture
def filled(journal: Journal) -> Journal:
    """Return a journal that recorded every kind of event, in several batches and all partitions."""
    for start in range(0, len(FACTS), 20):
        journal.append(FACTS[start : start + 20])
    assert min(journal.ends().values()) > 1
    return journal


def _all(log: EventLog) -> list[Record]:
    return [record for partition, end in log.ends().items() for record in log.records(partition, 0, end)]


def _copy(source: EventLog, target: KafkaLog, cluster: Cluster) -> Copied:
    return copying.copy(source, target, cluster, lambda _done, _total: None)


def _stamp(cluster: Cluster) -> str:
    with administered(cluster) as kafka:
        return kafka.topics([cluster.events])[cluster.events].config[copying.STAMP]


def test_every_record_has_its_place_its_bytes_and_its_time(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """Key, value and time of recording are those of the journal, to the millisecond that it keeps."""
    heard: list[tuple[int, int]] = []

    copied = copying.copy(filled, target, kafka, lambda done, total: heard.append((done, total)))

    records = _all(filled)
    assert _all(target) == records
    assert (copied, heard[-1]) == (Copied(0, len(FACTS)), (len(FACTS), len(FACTS)))
    assert len({record.recorded_at for record in records}) > 1


def test_what_comes_afterwards_gets_the_time_of_the_broker(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """The topic keeps foreign times while it is copied to, and not longer."""
    (old,) = filled.records(0, 0, 1)

    _copy(filled, target, kafka)
    (receipt,) = target.append_records([old])

    (again,) = target.records(receipt.partition, receipt.offset, 1)
    assert _stamp(kafka) == copying.OWN
    assert again.recorded_at > old.recorded_at


def test_an_interrupted_copying_goes_on(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """What lies on the topic stays, what lacks is copied, and nothing lies there twice."""

    def cut_short(done: int, total: int) -> None:
        if done > total / 2:
            raise _Interrupted

    with pytest.raises(_Interrupted):
        copying.copy(filled, target, kafka, cut_short)
    held = len(_all(target))
    stamp = _stamp(kafka)

    copied = _copy(filled, target, kafka)

    assert (stamp, copied) == (copying.OWN, Copied(held, len(FACTS) - held))
    assert 0 < held < len(FACTS)
    assert _all(target) == _all(filled)


def test_copying_again_copies_nothing(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """All of it is there."""
    _copy(filled, target, kafka)

    assert _copy(filled, target, kafka) == Copied(len(FACTS), 0)


def test_another_partition_count_is_refused(filled: Journal, kafka: Cluster) -> None:
    """A subject would lie elsewhere; the sentence says what to make."""
    topics.create(kafka, PARTITIONS + 1, replication=1)

    with closing(KafkaLog(kafka)) as target, pytest.raises(LogRefused) as refused:
        _copy(filled, target, kafka)

    assert "with REGULARS_PARTITIONS=4." in str(refused.value)


def test_a_topic_that_holds_something_else_is_refused(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """Nothing is copied behind events that the journal does not begin with."""
    target.append(FACTS[-1:])

    with pytest.raises(LogRefused, match="holds what the journal does not"):
        _copy(filled, target, kafka)

    assert len(_all(target)) == 1


def test_a_topic_that_holds_more_is_refused(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """Once the topic went on by itself, the journal is the past."""
    _copy(filled, target, kafka)
    target.append(FACTS[:1])

    with pytest.raises(LogRefused, match="the topic is in use"):
        _copy(filled, target, kafka)


def test_a_record_that_was_stamped_otherwise_is_another_one(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """The same bytes with another time of recording are no copy: the past would not be what it was."""
    target.append_records(_all(filled)[:1])

    with pytest.raises(LogRefused, match="holds what the journal does not"):
        _copy(filled, target, kafka)


def test_a_topic_that_lost_its_beginning_is_refused(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """What retention took cannot be copied again to its place."""
    _copy(filled, target, kafka)
    partition = max(target.ends(), key=target.ends().__getitem__)
    forget_before(kafka, {partition: 2})

    with pytest.raises(LogRefused, match=f"holds partition {partition} only from offset 2 on"):
        _copy(filled, target, kafka)


def test_somebody_who_writes_beside_it_is_found(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """A record that did not come to lie at its place ends the copying."""
    with closing(KafkaLog(kafka)) as other:
        last = max(partition for partition, end in filled.ends().items() if end)
        intruder = next(record for record in _all(filled) if record.partition == last)

        def intrude(_done: int, _total: int) -> None:
            other.append_records([intruder])

        with pytest.raises(LogRefused, match="somebody else writes to it"):
            copying.copy(filled, target, kafka, intrude)


def test_a_topic_that_does_not_keep_times_is_found(filled: Journal, target: KafkaLog, kafka: Cluster) -> None:
    """Where somebody sets the topic back while it is copied to, the copying ends: it would not be a copy."""

    def set_back(_done: int, _total: int) -> None:
        with administered(kafka) as admin:
            admin.configure(kafka.events, copying.STAMP, copying.OWN)

    with pytest.raises(LogRefused, match=r"has not kept when .* was recorded"):
        copying.copy(filled, target, kafka, set_back)


def test_nobody_appends_while_the_journal_is_held_still(filled: Journal, connect: Connect) -> None:
    """Who tries waits until the end; who reads goes on."""
    with closing(connect()) as connection, ThreadPoolExecutor() as threads:
        with copying.held_still(connection) as held:
            waiting = threads.submit(filled.append, [FACTS[0]])
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            read = len(_all(held))
        (receipt,) = waiting.result(timeout=10)

    assert (read, receipt.outcome) == (len(FACTS), Outcome.DUPLICATE)


def test_a_writer_without_a_pause_is_not_waited_for_for_ever(filled: Journal, connect: Connect) -> None:
    """The sentence says what to end."""
    assert filled
    with closing(connect()) as writer, closing(connect()) as connection, writer.transaction():
        writer.execute("SELECT FROM journal.partition FOR UPDATE")

        with pytest.raises(LogUnavailable, match="Somebody appends"), copying.held_still(connection):
            pass


def test_a_journal_that_was_left_takes_no_more_events(filled: Journal, connect: Connect) -> None:
    """Nobody can write to a log that nobody reads any more; the sentence names the log that is read."""
    with closing(connect()) as connection:
        before = copying.left_for(connection)
        copying.leave(connection, "the-copy")
        after = copying.left_for(connection)

    with pytest.raises(psycopg.OperationalError, match="copied to Kafka, as log the-copy, and takes no more events"):
        filled.append([FACTS[0]])

    assert (before, after, len(_all(filled))) == (None, "the-copy", len(FACTS))
