"""The Kafka log: the log of record in production, one topic that only Regulars writes.

An append answers when the broker has it (idempotent producer, acks=all). Kafka does not know our event ids, so it
stores a fact that is sent again a second time: whoever folds it counts it once, see ``events.log.window``. The time of
recording is the broker's. Offsets may have gaps, where transactions or compaction left them.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from events.codec import Codec
from events.envelope import Envelope
from events.log import Chunk, Outcome, Positions, Receipt, Record, partition_of
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogRefused, LogUnavailable, NoTopic
from events.log.fetching import CONSUMER, LOGGER, MOVING, REFUSALS, Fetched, explained, fetch

PRODUCER = {
    "enable.idempotence": True,  # which also means acks=all, and order within a partition
    "compression.type": "lz4",
    "linger.ms": 5,
    "partitioner": "consistent",  # as ``partition_of`` has it: in a batch, what a message says of it is not heard
    "delivery.timeout.ms": 1000 * REQUEST_TIMEOUT_SECONDS,
    "queue.buffering.max.messages": 1_000_000,
}
URL_SAFE = str.maketrans("+/", "-_")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LOOK_SECONDS = 0.02

Delivered = Callable[[KafkaError | None, Message], None]
"""Hears of each message whether the broker has it."""


class KafkaLog:
    """The log on a Kafka topic. One instance belongs to one thread at a time; clients connect when first needed."""

    queryable = False
    refuses_known_ids = False

    def __init__(self, cluster: Cluster, codec: Codec | None = None) -> None:
        """Ask the broker for the topic. Raises LogUnavailable, or LogRefused where there is no such topic."""
        self._cluster = cluster
        self._topic = cluster.events
        self._codec = codec or Codec()
        self._admin = AdminClient({**cluster.librdkafka(), "socket.connection.setup.timeout.ms": 5000}, logger=LOGGER)
        self._held_producer: Producer | None = None
        self._held_reader: Consumer | None = None
        self._at: dict[int, int] = {}
        self.log_id, self.partitions = self._described()

    def close(self) -> None:
        """Close the clients; what was appended is on the log already."""
        if self._held_reader is not None:
            self._held_reader.close()
            self._held_reader = None
        self._held_producer = None

    def current_id(self) -> str:
        """Return the identity that the topic has now: another one than ``log_id`` if it was made anew meanwhile."""
        return self._described()[0]

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append durably and return one receipt for each, in order. A known id is stored again.

        Raises LogUnavailable when the broker does not answer for all of them: then nothing is known to be stored, and
        sending the same batch again is safe.
        """
        return self._produced(self._messages((each.subject, self._codec.encode(each)) for each in envelopes))

    def append_encoded(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Append events, each a subject and what the codec made of it, as ``append`` does.

        Nobody is told where they lie, which takes a quarter less of the processor's time.
        """
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        self._send(self._messages(events), delivered, failures)

    def _messages(self, events: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
        count = self.partitions
        return [{"key": key, "value": value, "partition": partition_of(key, count)} for key, value in events]

    def append_records(self, records: Sequence[Record]) -> list[Receipt]:
        """Append records as another log holds them, each in its partition and with its time of recording.

        The broker keeps that time only while the topic's ``message.timestamp.type`` is CreateTime.
        """
        messages = [
            {
                "key": record.key,
                "value": record.value,
                "partition": record.partition,
                "timestamp": (record.recorded_at - EPOCH) // MILLISECOND,
            }
            for record in records
        ]
        return self._produced(messages)

    def _produced(self, messages: list[dict[str, Any]]) -> list[Receipt]:
        offsets: defaultdict[int, list[int]] = defaultdict(list)
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failures.append(error)
            else:
                offsets[message.partition()].append(message.offset())  # type: ignore[index, arg-type]

        self._send(messages, delivered, failures)
        # The broker keeps the order of a partition, so the answers of each come in the order in which we sent.
        answers = {partition: iter(found) for partition, found in offsets.items()}
        return [
            Receipt(Outcome.STORED, message["partition"], next(answers[message["partition"]])) for message in messages
        ]

    def _send(self, messages: list[dict[str, Any]], delivered: Delivered, failures: Sequence[KafkaError]) -> None:
        """Send messages and return when the broker has all of them. ``delivered`` fills ``failures``."""
        if not messages:
            return
        producer = self._producer()
        try:
            if "timestamp" in messages[0]:  # which a batch cannot carry
                for message in messages:
                    producer.produce(self._topic, **message, on_delivery=delivered)
                    producer.poll(0)
            else:
                producer.produce_batch(self._topic, messages, on_delivery=delivered)
            unanswered = producer.flush(2 * REQUEST_TIMEOUT_SECONDS)
        except (KafkaException, BufferError) as error:
            raise self._given_up(str(error)) from error
        refused = [message["_error"] for message in messages if "_error" in message]
        if failures or refused or unanswered:
            raise self._given_up(str((failures or refused or ["it did not answer in time"])[0]), failures)

    def _given_up(self, reason: str, failures: Sequence[KafkaError] = ()) -> LogUnavailable | LogRefused:
        if self._held_producer is not None:
            self._held_producer.purge()  # nothing of it may be sent behind our back, when nobody waits any more
            self._held_producer = None
        if any(failure.code() in REFUSALS for failure in failures):
            return LogRefused(f"Kafka refuses to store events in {self._topic}: {reason}.")
        return LogUnavailable(f"Kafka at {self._cluster.servers} did not store the events: {reason}.")

    def starts(self) -> dict[int, int]:
        """Return the first offset still held, by partition."""
        return self._offsets(OffsetSpec.earliest())  # type: ignore[no-untyped-call]

    def ends(self) -> dict[int, int]:
        """Return the offset that the next record of each partition will get."""
        return self._offsets(OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def read(self, positions: Positions, limit: int) -> list[Chunk]:
        """Return what follows the positions, about ``limit`` records in all.

        A chunk without values says that an offset was passed under which there is no record. Raises LogUnavailable.
        """
        ends = self.ends() if positions else {}
        wanted = {partition: at for partition, at in positions.items() if at < ends.get(partition, 0)}
        if not wanted:
            return []
        return [chunk.as_chunk() for chunk in self._fetched(wanted, {p: ends[p] for p in wanted}, limit)]

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records of one partition from offset ``start`` on."""
        end = self.ends()[partition]
        if start >= end or limit <= 0:
            return []
        found = self._fetched({partition: start}, {partition: end}, limit)
        return [record for fetched in found for record in fetched.as_records()]

    def _fetched(self, wanted: Positions, ends: Positions, limit: int) -> list[Fetched]:
        reader = self._reader()
        try:
            if any(self._at.get(partition) != at for partition, at in wanted.items()) or len(self._at) != len(wanted):
                reader.assign([TopicPartition(self._topic, partition, at) for partition, at in wanted.items()])
                self._at = dict(wanted)
            found = fetch(reader, wanted, ends, limit)
        except KafkaException as error:
            self._at = {}
            raise explained(self._cluster, error.args[0]) from error
        self._at |= {fetched.partition: fetched.next_offset for fetched in found}
        return found

    def known_at(self, instant: datetime) -> dict[int, int]:
        """Return the positions that hold exactly the records recorded at or before an instant."""
        after = (instant - EPOCH) // MILLISECOND + 1
        asked = [TopicPartition(self._topic, partition, max(0, after)) for partition in range(self.partitions)]
        ends = self.ends()
        try:
            found = self._reader().offsets_for_times(asked, timeout=REQUEST_TIMEOUT_SECONDS)
        except KafkaException as error:
            raise explained(self._cluster, error.args[0]) from error
        if errors := [each.error for each in found if each.error is not None]:
            raise explained(self._cluster, errors[0])
        return {each.partition: each.offset if each.offset >= 0 else ends[each.partition] for each in found}

    def _described(self) -> tuple[str, int]:
        try:
            futures = self._admin.describe_topics(
                TopicCollection([self._topic]), request_timeout=REQUEST_TIMEOUT_SECONDS
            )
            topic = futures[self._topic].result()
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                message = f"Kafka at {self._cluster.servers} has no topic {self._topic}: run 'regulars topics create'."
                raise NoTopic(message) from error
            raise explained(self._cluster, error.args[0]) from error
        # Kafka's own tools write an id url-safe, librdkafka does not.
        return str(topic.topic_id).translate(URL_SAFE), len(topic.partitions)

    def _offsets(self, which: OffsetSpec) -> dict[int, int]:
        asked = {TopicPartition(self._topic, partition): which for partition in range(self.partitions)}
        give_up = time.monotonic() + REQUEST_TIMEOUT_SECONDS
        while True:
            try:
                futures = self._admin.list_offsets(asked, request_timeout=REQUEST_TIMEOUT_SECONDS)
                return {place.partition: future.result().offset for place, future in futures.items()}
            except KafkaException as error:
                if error.args[0].code() not in MOVING or time.monotonic() > give_up:
                    raise explained(self._cluster, error.args[0]) from error
            time.sleep(LOOK_SECONDS)
            self._described()  # has the client look for the leaders anew, which it does not do by itself for minutes

    def _producer(self) -> Producer:
        if self._held_producer is None:
            self._held_producer = Producer({**self._cluster.librdkafka(), **PRODUCER}, logger=LOGGER)
        return self._held_producer

    def _reader(self) -> Consumer:
        if self._held_reader is None:
            settings = {**self._cluster.librdkafka(), **CONSUMER, "group.id": f"{self._cluster.prefix}.reader"}
            self._held_reader = Consumer(settings, logger=LOGGER)
        return self._held_reader
