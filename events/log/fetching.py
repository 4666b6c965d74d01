"""Takes messages from a Kafka consumer in batches, by partition: the hot path of reading."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from logging import NullHandler, getLogger
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message

from events.log import Chunk, Record
from events.log.cluster import Cluster
from events.log.errors import LogError, LogRefused, LogUnavailable, RecordsGone

LOGGER = getLogger("regulars.kafka")
"""Hears what librdkafka says of its connections; what matters of it comes as an error as well."""
LOGGER.addHandler(NullHandler())

CONSUMER = {
    "enable.auto.commit": False,  # our positions are in Postgres
    "auto.offset.reset": "error",  # an offset that is gone is for people to look at, never a reason to begin elsewhere
    "enable.partition.eof": True,  # says where a partition ends behind records that are not ours to see
    "queued.min.messages": 100_000,
    "queued.max.messages.kbytes": 65_536,  # bounds what is fetched ahead
    "fetch.queue.backoff.ms": 10,
    "fetch.wait.max.ms": 100,
}
GONE = {
    KafkaError._AUTO_OFFSET_RESET,  # noqa: SLF001 - librdkafka's own errors begin with an underscore
    KafkaError.OFFSET_OUT_OF_RANGE,
}
"""What Kafka says when it does not hold the offset that we ask for."""

MOVING = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
}
"""What Kafka says while a partition gets its leader, as when its topic was just made or a broker came back."""

REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError._AUTHENTICATION,  # noqa: SLF001 - librdkafka's own errors begin with an underscore
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.POLICY_VIOLATION,
}
"""What Kafka says when we may not, whatever we try."""

PATIENCE_SECONDS = 20.0
TURN_SECONDS = 0.2
FIRST_STEP = 50
LARGEST_STEP = 5_000
MOST_BYTES = 16_000_000  # on its way through a pump a byte is there some five times, and two batches are at once


@dataclass
class Fetched:
    """Messages of one partition, in offset order; ``next_offset`` is the consumer's own position after them.

    They are confluent_kafka's Message, whose types allow for what a message that was fetched never lacks.
    """

    partition: int
    next_offset: int
    messages: list[Any] = field(default_factory=list)

    def as_chunk(self) -> Chunk:
        """Return what a reader of values needs."""
        messages = self.messages
        values: list[Any] = list(map(Message.value, messages))
        if None in values:  # a tombstone, which is not ours
            values = [value or b"" for value in values]
        recorded = [time for _, time in map(Message.timestamp, messages)]
        return Chunk(
            self.partition,
            self._offsets(),
            values,
            self.next_offset,
            instant(recorded[-1]) if recorded else None,
            recorded,
        )

    def _offsets(self) -> Sequence[int]:
        messages = self.messages
        if not messages:
            return []
        first, last = messages[0].offset(), messages[-1].offset()
        if last - first + 1 == len(messages):  # no gap
            return range(first, last + 1)
        return [message.offset() for message in messages]

    def as_records(self) -> list[Record]:
        """Return whole records, with their keys."""
        return [
            Record(
                self.partition,
                message.offset(),
                instant(message.timestamp()[1]),
                (message.key() or b"").decode(errors="replace"),
                message.value() or b"",
            )
            for message in self.messages
        ]


def instant(milliseconds: int) -> datetime:
    """Return a Kafka timestamp as a time in UTC, exactly."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


def by_partition(messages: Sequence[Any]) -> dict[int, Fetched]:
    """Return the messages by partition. Raises KafkaException for what is an error and not the end of a partition."""
    found: dict[int, Fetched] = {}
    faulty = any(map(Message.error, messages))
    for partition, run in groupby(messages, Message.partition):
        if partition is None:  # its type allows for it; a message that was fetched has one
            continue
        if partition not in found:
            found[partition] = Fetched(partition, 0)
        if not faulty:
            found[partition].messages += run
            continue
        for message in run:
            if message.error() is None:
                found[partition].messages.append(message)
            elif message.error().code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's name for it
                found[partition].next_offset = message.offset()
            else:
                raise KafkaException(message.error())
    for fetched in found.values():
        if fetched.messages:
            fetched.next_offset = max(fetched.next_offset, fetched.messages[-1].offset() + 1)
    return found


def take(consumer: Consumer, limit: int, seconds: float) -> list[Message]:
    """Return up to ``limit`` messages, as many as come within some seconds, and fewer where they are large."""
    messages: list[Message] = []
    until = time.monotonic() + seconds
    size_bytes, step = 0, FIRST_STEP
    while len(messages) < limit and size_bytes < MOST_BYTES:
        more = consumer.consume(min(step, limit - len(messages)), max(0.0, until - time.monotonic()))
        if not more:
            break
        messages += more
        size_bytes += sum(map(len, more))
        room = (MOST_BYTES - size_bytes) * len(messages) // (size_bytes + 1)
        step = max(1, min(LARGEST_STEP, room))
    return messages


def fetch(consumer: Consumer, positions: Mapping[int, int], ends: Mapping[int, int], limit: int) -> list[Fetched]:
    """Return about ``limit`` messages that follow the positions of the consumer's assignment, up to the ends at least.

    There are fewer where they are large: what is held of them at once has a bound. Raises KafkaException, also when
    nothing comes for long although there should be something.
    """
    found: dict[int, Fetched] = {}
    count = size_bytes = 0
    give_up = time.monotonic() + PATIENCE_SECONDS
    while count < limit and size_bytes < MOST_BYTES and (missing := _missing(positions, ends, found)):
        messages = take(consumer, min(limit - count, missing), TURN_SECONDS)
        for partition, fetched in by_partition(messages).items():
            _join(found, partition, fetched)
            count += len(fetched.messages)  # the news that a partition ended, perhaps long ago, is no record
        size_bytes += sum(map(len, messages))
        if messages:
            give_up = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > give_up:
            raise KafkaException(_silence())
    return list(found.values())


def _missing(positions: Mapping[int, int], ends: Mapping[int, int], found: Mapping[int, Fetched]) -> int:
    """Return how many offsets there are to come: whoever asks for no more is not kept waiting for what there is not."""
    return sum(
        max(0, ends[partition] - (found[partition].next_offset if partition in found else at))
        for partition, at in positions.items()
    )


def _join(found: dict[int, Fetched], partition: int, more: Fetched) -> None:
    if partition not in found:
        found[partition] = more
        return
    found[partition].messages += more.messages
    found[partition].next_offset = max(found[partition].next_offset, more.next_offset)


def _silence() -> KafkaError:
    reason = f"nothing came for {PATIENCE_SECONDS:.0f} s, although the log goes on"
    return KafkaError(KafkaError._TIMED_OUT, reason)  # noqa: SLF001 - librdkafka's name for it


def explained(cluster: Cluster, error: KafkaError) -> LogError:
    """Return what Kafka said as an error of ours, with its sentence."""
    if error.code() in GONE:
        return RecordsGone(f"Kafka at {cluster.servers} does not hold what is to be read next: {error.str()}.")
    if error.code() in REFUSALS:
        return LogRefused(f"Kafka at {cluster.servers} refuses us: {error.str()}.")
    return LogUnavailable(f"Kafka at {cluster.servers} does not answer: {error.str()}.")
