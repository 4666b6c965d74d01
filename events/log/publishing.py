"""Publishes messages on our topics by kafka-python: what is of low rate, and must not share a client with the hot path.

An answer comes when all the brokers that have to hold a message do (idempotent producer, acks=all). Messages of one key
lie in one partition, the one that the log of record would have for that subject, in the order in which they were given.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer  # type: ignore[import-untyped]
from kafka.errors import (  # type: ignore[import-untyped]
    AuthorizationError,
    InvalidRecordError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
from kafka.net.compat import KafkaNetClient  # type: ignore[import-untyped]

from events.log import partition_of
from events.log.administration import HeldTopic, administered
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.connecting import reason
from events.log.errors import LogError, LogRefused, LogUnavailable
from events.log.messages import Message
from events.log.reaching import listening
from events.log.topic_declarations import BATCH_BYTES

PRODUCER = {
    "acks": "all",
    "allow_auto_create_topics": False,
    "bootstrap_timeout_ms": 5_000,
    "compression_type": "lz4",
    "delivery_timeout_ms": 1000 * REQUEST_TIMEOUT_SECONDS,
    "enable_idempotence": True,
    "max_block_ms": 1000 * REQUEST_TIMEOUT_SECONDS,
    "max_request_size": 2 * BATCH_BYTES,  # as large as the largest topic takes
    "request_timeout_ms": 1000 * (REQUEST_TIMEOUT_SECONDS - 1),
}
REFUSALS = (
    AuthorizationError,
    InvalidRecordError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
"""What Kafka says when it will not take a message, however often we try."""

CLOSE_SECONDS = 1


class Publisher:
    """Publishes on some of our topics. One instance belongs to one thread at a time."""

    def __init__(self, cluster: Cluster, topics: Sequence[str]) -> None:
        """Connect. Raises LogUnavailable, or LogRefused where a topic is missing or we may not."""
        self._cluster = cluster
        self._topics = topics
        self._held = self.ask()
        self._clients: list[Any] = []
        try:
            self._producer = KafkaProducer(
                **{**cluster.kafka_python(), "bootstrap_servers": [listening(cluster)]},
                **PRODUCER,
                kafka_client=self._client,
            )
        except KafkaError as error:
            self._close_clients()
            raise self._ours(error) from error

    def _client(self, **configs: Any) -> Any:  # noqa: ANN401 - kafka-python has no types
        self._clients.append(KafkaNetClient(**configs))
        return self._clients[-1]

    def identity(self, topic: str) -> tuple[str, int]:
        """Return a topic's identity and its number of partitions, as they were when we connected."""
        held = self._held[topic]
        return held.topic_id, len(held.partitions)

    def ask(self) -> dict[str, HeldTopic]:
        """Ask the brokers for the topics: so it is known whether they answer."""
        with administered(self._cluster) as kafka:
            held = kafka.topics(self._topics)
        for topic in self._topics:
            if topic not in held:
                message = f"Kafka at {self._cluster.servers} has no topic {topic}: run 'regulars topics create'."
                raise LogRefused(message)
        return held

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Publish messages and return once Kafka has all of them.

        Raises LogUnavailable, or LogRefused: then some may have been published, and all are to be published again, by
        another publisher.
        """
        try:
            sent = [
                self._producer.send(
                    topic,
                    key=message.key.encode(),
                    value=message.value,
                    headers=[("id", message.id.encode())],
                    partition=partition_of(message.key, len(self._held[topic].partitions)),
                )
                for message in messages
            ]
            self._producer.flush(2 * REQUEST_TIMEOUT_SECONDS)
            for future in sent:
                future.get(0)
        except KafkaError as error:
            raise self._ours(error) from error

    def close(self) -> None:
        """Close the client; what was published is with the brokers already."""
        with suppress(KafkaError):  # what nobody waits for any more is not worth an error
            self._producer.close(CLOSE_SECONDS)
        self._close_clients()

    def _close_clients(self) -> None:
        for client in self._clients:
            client.close()

    def _ours(self, error: KafkaError) -> LogError:
        if isinstance(error, REFUSALS):
            return LogRefused(f"Kafka at {self._cluster.servers} refuses a message: {reason(error)}.")
        return LogUnavailable(f"Kafka at {self._cluster.servers} did not take a message: {reason(error)}.")
