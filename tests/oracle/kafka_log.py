"""Reads the log of record with kafka-python, from the first record, as no member of any group."""

import time
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from tests.oracle.log import Log, Record, Unreadable

with warnings.catch_warnings():  # on Python 3.11 it reads its own files by a function that goes out of use
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition  # type: ignore[import-untyped]

POLL_MILLISECONDS = 1_000
POLL_RECORDS = 10_000
FETCH_BYTES = 4 * 1024 * 1024
LONGEST_SILENCE_SECONDS = 30


@contextmanager
def kafka_log(servers: str, topic: str) -> Iterator[Log]:
    """Yield the log that a topic holds. Raises Unreadable."""
    log_ids, count = _described(servers, topic)
    places = [TopicPartition(topic, partition) for partition in range(count)]
    consumer = KafkaConsumer(
        bootstrap_servers=servers.split(","),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        max_partition_fetch_bytes=FETCH_BYTES,
        check_crcs=False,  # in plain Python it costs more than all the rest; what counts are the bytes that we compare
    )
    with closing(consumer):
        consumer.assign(places)
        starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        yield Log(
            log_ids,
            {place.partition: offset for place, offset in starts.items()},
            {place.partition: offset for place, offset in ends.items()},
            _records(consumer, starts, ends),
        )


def _records(
    consumer: KafkaConsumer, starts: dict[TopicPartition, int], ends: dict[TopicPartition, int]
) -> Iterator[Record]:
    for place, offset in starts.items():
        consumer.seek(place, offset)
    heard = time.monotonic()
    while unread := [place for place, end in ends.items() if consumer.position(place) < end]:
        found = consumer.poll(POLL_MILLISECONDS, max_records=POLL_RECORDS)
        for place, messages in found.items():
            end = ends[place]
            yield from (
                Record(each.partition, each.offset, each.value or b"") for each in messages if each.offset < end
            )
        if found:
            heard = time.monotonic()
        elif time.monotonic() - heard > LONGEST_SILENCE_SECONDS:
            message = f"Kafka gave nothing for {LONGEST_SILENCE_SECONDS} s, and {unread} are not read to their ends"
            raise Unreadable(message)


def _described(servers: str, topic: str) -> tuple[frozenset[str], int]:
    """Return the topic's id and how many partitions it has.

    Kafka's own tools write an id in the alphabet of Base64 that is safe in an address, librdkafka in the other one.
    """
    with closing(KafkaAdminClient(bootstrap_servers=servers.split(","))) as admin:
        (found,) = admin.describe_topics([topic])
    if not found["partitions"]:
        message = f"there is no topic {topic} at {servers}"
        raise Unreadable(message)
    topic_id = UUID(str(found["topic_id"])).bytes
    written = [encode(topic_id).decode().rstrip("=") for encode in (urlsafe_b64encode, b64encode)]
    return frozenset(written), len(found["partitions"])
