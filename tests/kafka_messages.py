"""What lies on a topic of Kafka, read by a client of its own."""

import secrets
from typing import Any, NamedTuple

from confluent_kafka import Consumer, TopicPartition

from events.log.cluster import Cluster

SECONDS = 20.0


class Published(NamedTuple):
    """A message as it lies on a topic; ``id`` is its header of that name."""

    partition: int
    key: str
    id: str
    value: bytes


def messages_of(cluster: Cluster, topic: str) -> list[Published]:
    """Return all messages of a topic, partition by partition and in order there."""
    settings = {**cluster.librdkafka(), "group.id": f"test-{secrets.token_hex(4)}", "enable.auto.commit": False}
    consumer = Consumer(settings)
    try:
        partitions = consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions
        found: list[Published] = []
        for partition in sorted(partitions):
            start, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=SECONDS)
            consumer.assign([TopicPartition(topic, partition, start)])
            while start < end:
                (message,) = consumer.consume(1, SECONDS)
                assert message.error() is None, message.error()
                start = (message.offset() or 0) + 1
                found.append(_published(message))
        return found
    finally:
        consumer.close()


def _published(message: Any) -> Published:  # noqa: ANN401 - its types allow for what a message that was fetched has
    (message_id,) = [value for name, value in message.headers() if name == "id"]
    return Published(message.partition(), message.key().decode(), message_id.decode(), message.value())
