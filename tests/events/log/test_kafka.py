"""What the Kafka log does beyond the contract of every log: its errors, its gaps, its clock, its identity."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from events.codec import Codec
from events.log import Outcome, Record, topics
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogError, LogRefused, LogUnavailable
from events.log.fetching import MOST_BYTES
from events.log.kafka import KafkaLog
from services.dev.broker import Broker
from tests.contracts.facts import everything, fact, facts, values
from tests.contracts.kafka_topics import (
    PARTITIONS,
    OpenKafka,
    configure,
    delete,
    forget_before,
    kafka_logs,
    make_anew,
)
from tests.contracts.transactions import Transactions

CODEC = Codec()
EARLIER = datetime(2026, 3, 1, 8, 30, 15, 123_000, tzinfo=UTC)


def how_long(work: Callable[[], object]) -> tuple[LogError | None, float]:
    """Return what a piece of work failed with, and after how many seconds."""
    begun = time.monotonic()
    try:
        work()
    except LogError as error:
        return error, time.monotonic() - begun
    return None, time.monotonic() - begun


def test_nobody_waits_for_a_broker_that_does_not_answer_for_longer_than_was_said(own_broker: Broker) -> None:
    """No port, a port that says nothing, a broker that is gone: each is told in a sentence, and none hangs.

    What was given up is not sent behind our back when the broker returns, and the same log goes on then.
    """
    cluster = Cluster(own_broker.address)
    with (
        kafka_logs(cluster) as open_kafka,
        closing(socket.create_server(("127.0.0.1", 0))) as deaf,
        closing(socket.create_server(("127.0.0.1", 0))) as gone,
    ):
        addresses = ["{}:{}".format(*each.getsockname()) for each in (deaf, gone)]
        gone.close()
        log, other, third = open_kafka(), open_kafka(), open_kafka()
        log.append(facts(10))
        other.records(0, 0, 10)
        own_broker.kill()
        work: list[Callable[[], object]] = [
            *(lambda address=address: KafkaLog(Cluster(address)) for address in addresses),
            lambda: log.append(facts(30)[10:]),
            lambda: other.read({0: 0}, 10),
            third.current_id,
        ]

        with ThreadPoolExecutor(len(work)) as pool:
            failed = list(pool.map(how_long, work))

        assert [type(error) for error, _ in failed] == [LogUnavailable] * len(work)
        assert max(seconds for _, seconds in failed) < 2 * REQUEST_TIMEOUT_SECONDS
        assert all(address in str(error) for address, (error, _) in zip(addresses, failed, strict=False))
        own_broker.start()
        log.append(facts(50)[30:])
        assert {CODEC.decode(value).id for value in values(open_kafka()).values()} == {
            f"e-{number}" for number in (*range(10), *range(30, 50))
        }


def test_a_topic_that_is_missing_is_told_with_what_to_do(kafka: Cluster) -> None:
    """At once, and by its name."""
    with pytest.raises(LogRefused, match=f"has no topic {kafka.events}: run 'regulars topics create'"):
        KafkaLog(kafka)


def test_a_topic_that_was_deleted_is_told_when_its_identity_is_asked_for(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """Whoever reads on asks before anything is committed."""
    log = open_kafka()
    delete(kafka)

    with pytest.raises(LogRefused, match="has no topic"):
        log.current_id()


def test_its_identity_is_the_topics_and_another_one_when_that_was_made_anew(
    kafka: Cluster, open_kafka: OpenKafka
) -> None:
    """As Kafka's own tools write it; what was opened before remembers which topic it was."""
    log = open_kafka()
    (described,) = [each for each in topics.describe(kafka) if each.topic == kafka.events]
    assert log.log_id == log.current_id() == described.topic_id

    make_anew(kafka)

    assert log.log_id == described.topic_id
    assert log.current_id() == open_kafka().log_id != log.log_id


def test_records_of_another_log_keep_their_partition_and_their_time(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """While the topic takes the writer's time: then the copy has the same past as what it was copied from."""
    log = open_kafka()
    configure(kafka, "message.timestamp.type", "CreateTime")
    copied = [
        Record(number % PARTITIONS, 0, EARLIER + timedelta(milliseconds=number), f"key-{number}", b"value %d" % number)
        for number in range(20)
    ]

    receipts = log.append_records(copied)

    expected = [
        record._replace(partition=receipt.partition, offset=receipt.offset)
        for record, receipt in zip(copied, receipts, strict=True)
    ]
    assert {receipt.outcome for receipt in receipts} == {Outcome.STORED}
    assert [record.partition for record in expected] == [record.partition for record in copied]
    assert everything(log) == sorted(expected)
    assert sum(log.known_at(EARLIER + timedelta(milliseconds=9)).values()) == 10


def test_otherwise_the_time_of_recording_is_the_brokers(open_kafka: OpenKafka) -> None:
    """Nobody can make the log say that something was known before it was."""
    log = open_kafka()
    before = datetime.now(UTC) - timedelta(seconds=2)

    log.append_records([Record(0, 0, EARLIER, "key", b"value")])

    (record,) = everything(log)
    assert before < record.recorded_at < datetime.now(UTC) + timedelta(seconds=2)
    assert record.recorded_at.microsecond % 1000 == 0


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_offsets_without_a_record_are_passed(kafka: Cluster, open_kafka: OpenKafka, limit: int) -> None:
    """Control records and what a transaction took back are nothing to read, and the positions come to the end."""
    log, told = open_kafka(), facts(60)
    transactions = Transactions(kafka)
    transactions.take_back(facts(30))
    transactions.write(told[:30])
    log.append(told[30:])
    transactions.take_back(facts(30))
    positions, read = log.starts(), []

    while chunks := log.read(positions, limit):
        for chunk in chunks:
            assert all(positions[chunk.partition] <= offset < chunk.next_offset for offset in chunk.offsets)
            assert len(chunk.offsets) == len(chunk.values) == len(chunk.recorded)
            read += [(chunk.partition, *each) for each in zip(chunk.offsets, chunk.values, strict=True)]
            positions[chunk.partition] = chunk.next_offset

    assert positions == log.ends()
    assert sorted(value for *_, value in read) == sorted(map(CODEC.encode, told))
    assert sorted(read) == [(record.partition, record.offset, record.value) for record in everything(log)]


def test_it_begins_where_retention_has_come_to(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """What is gone is not there any more, and nobody is given something else in its place."""
    log = open_kafka()
    log.append([fact(number) for number in range(20)])
    (place,) = {record.partition for record in everything(log)}

    forget_before(kafka, {place: 8})

    assert log.starts() == {**dict.fromkeys(range(PARTITIONS), 0), place: 8}
    assert [record.offset for record in log.records(place, 8, 100)] == list(range(8, 20))
    with pytest.raises(LogError, match="does not hold what is to be read next"):
        log.read({place: 7}, 10)
    assert [chunk.offsets[0] for chunk in log.read({place: 8}, 10)] == [8]


def test_large_records_come_in_pages_that_fit(open_kafka: OpenKafka) -> None:
    """However many were asked for: what is held of them at once has a bound in bytes."""
    log = open_kafka()
    size_bytes = 250_000
    log.append_records([Record(n % PARTITIONS, 0, EARLIER, "key", bytes(size_bytes)) for n in range(120)])
    positions, ends, pages = log.starts(), log.ends(), list[int]()

    while positions != ends:
        chunks = log.read(positions, 10_000)
        pages.append(sum(len(value) for chunk in chunks for value in chunk.values))
        positions |= {chunk.partition: chunk.next_offset for chunk in chunks}

    assert sum(pages) == 120 * size_bytes
    assert max(pages) <= MOST_BYTES + 2 * size_bytes


def test_a_record_that_the_topic_does_not_take_is_refused(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """Sending it again would be of no use, so it is not called unavailable; the next one is taken."""
    log = open_kafka()
    configure(kafka, "max.message.bytes", "2000")

    with pytest.raises(LogRefused, match="refuses to store events"):
        log.append([fact(1, says="".join(f"{number:x}" for number in range(3_000)))])

    assert log.append([fact(2)])[0].outcome is Outcome.STORED


def test_a_closed_log_may_be_closed_again_and_has_kept_everything(open_kafka: OpenKafka) -> None:
    """An answer to an append means that it is stored: closing has nothing left to do."""
    log, other = open_kafka(), open_kafka()
    log.append(facts(50))
    log.records(0, 0, 10)

    log.close()
    log.close()

    assert len(everything(other)) == 50


def test_a_record_is_read_after_one_that_was_the_last_for_a_while(open_kafka: OpenKafka) -> None:
    """The client still has the news that the partition ended before it; that is not taken for the answer."""
    log = open_kafka()
    for number in range(4):
        (receipt,) = log.append([fact(number)])
        time.sleep(0.2)  # so that the client hears of the end

        assert [record.offset for record in log.records(receipt.partition, number, 1)] == [number]
        assert [record.offset for record in log.records(receipt.partition, number, 1)] == [number]
