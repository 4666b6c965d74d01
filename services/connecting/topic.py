"""Reads a topic of Kafka that is not ours, by partition, from offsets that are kept in our database.

Kafka is told nothing of how far we are. A topic that was made anew under the same name has other records under the same
offsets, so the topic's id is part of the position, and is asked for again before a batch counts.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogUnavailable, RecordsGone
from events.log.fetching import CONSUMER, LOGGER, explained, take
from events.log.reaching import listening
from services.connecting.errors import SourceAway, SourceChanged
from services.connecting.positions import Position

URL_SAFE = str.maketrans("+/", "-_")
END = KafkaError._PARTITION_EOF  # noqa: SLF001 - librdkafka's name for it
TURN_SECONDS = 0.2
ASK_SECONDS = 5.0


class Topic:
    """A topic, read from where the positions say, and from its beginning where they say nothing."""

    def __init__(self, cluster: Cluster, topic: str, group: str, held: Mapping[str, Position]) -> None:
        """Connect. Raises SourceAway, SourceChanged, or LogRefused where we may not."""
        self._cluster = cluster
        self._name = topic
        self._held = held
        self._ended: set[int] = set()
        self._next: dict[int, int] = {}
        self._asked_at = 0.0
        try:
            listening(cluster)
        except LogUnavailable as error:
            raise SourceAway(str(error)) from error
        settings = {**cluster.librdkafka(), "socket.connection.setup.timeout.ms": 5000}
        self._admin = AdminClient(settings, logger=LOGGER)
        self._id, partitions = self._described()
        self._refuse_another()
        self._consumer = Consumer({**cluster.librdkafka(), **CONSUMER, "group.id": group}, logger=LOGGER)
        try:
            self._assign(partitions)
        except BaseException:
            self._consumer.close()
            raise

    def close(self) -> None:
        """Leave; Kafka learns nothing of it."""
        self._consumer.close()

    @property
    def ended(self) -> bool:
        """Whether everything that there was has been read."""
        return self._ended >= self._next.keys()

    def read(self, limit: int) -> list[Any]:
        """Return the next messages, nothing where none comes at once. Raises SourceAway or SourceChanged.

        They are confluent_kafka's Message, whose types allow for what a message that was fetched never lacks.
        """
        found = []
        for message in take(self._consumer, limit, TURN_SECONDS):
            error = message.error()
            if error is None:
                found.append(message)
                self._ended.discard(message.partition())
            elif error.code() == END:
                self._ended.add(message.partition())  # type: ignore[arg-type]
            else:
                raise self._ours(error)
        if found or time.monotonic() - self._asked_at > ASK_SECONDS:
            self._ask_again()
        return found

    def after(self, messages: Sequence[Any]) -> dict[str, Position]:
        """Return where the partitions of these messages stand once they are taken."""
        offsets = {message.partition(): message.offset() + 1 for message in messages}
        return {
            str(partition): {"topic": self._name, "topic_id": self._id, "next_offset": offset}
            for partition, offset in offsets.items()
        }

    def _assign(self, partitions: int) -> None:
        """Read these partitions, each from its position."""
        for partition in range(len(self._next), partitions):
            held = self._held.get(str(partition))
            self._next[partition] = held["next_offset"] if held else OFFSET_BEGINNING
        self._consumer.assign([TopicPartition(self._name, each, at) for each, at in self._next.items()])

    def _ask_again(self) -> None:
        """See that the topic is the one that it was, and whether it got more partitions."""
        was = self._id
        self._id, partitions = self._described()
        if self._id != was:
            raise self._another(was)
        if partitions > len(self._next):
            try:
                self._consumer.list_topics(self._name, timeout=REQUEST_TIMEOUT_SECONDS)  # it hears of them only so
            except KafkaException as error:
                raise self._ours(error.args[0]) from error
            positions = self._consumer.position([TopicPartition(self._name, each) for each in self._next])
            self._next |= {each.partition: each.offset for each in positions if each.offset >= 0}
            self._assign(partitions)

    def _described(self) -> tuple[str, int]:
        self._asked_at = time.monotonic()
        try:
            futures = self._admin.describe_topics(
                TopicCollection([self._name]), request_timeout=REQUEST_TIMEOUT_SECONDS
            )
            topic = futures[self._name].result()
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                message = f"Kafka at {self._cluster.servers} has no topic {self._name} yet."
                raise SourceAway(message) from error
            raise self._ours(error.args[0]) from error
        # Kafka's own tools write an id url-safe, librdkafka does not.
        return str(topic.topic_id).translate(URL_SAFE), len(topic.partitions)

    def _refuse_another(self) -> None:
        for position in self._held.values():
            if position["topic"] != self._name:
                message = (
                    f"The position was kept for the topic {position['topic']}, and the file says {self._name}: give"
                    " the connector another name, and it reads that one from its beginning."
                )
                raise SourceChanged(message)
            if position["topic_id"] != self._id:
                raise self._another(position["topic_id"])

    def _another(self, was: str) -> SourceChanged:
        return SourceChanged(
            f"The topic {self._name} was made anew: it is {self._id} now, and {was} was followed, so its offsets mean"
            " other records. Give the connector another name to read the new one from its beginning."
        )

    def _ours(self, error: KafkaError) -> Exception:
        found = explained(self._cluster, error)
        if isinstance(found, RecordsGone):
            return SourceChanged(
                f"Kafka at {self._cluster.servers} no longer holds what is to be read next of {self._name}"
                f" ({error.str()}): its retention has passed us. Give the connector another name to read what is left."
            )
        return SourceAway(str(found)) if isinstance(found, LogUnavailable) else found
