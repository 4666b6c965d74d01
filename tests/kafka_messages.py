"""What lies on a topic of Kafka, read by a client of its own."""

import secrets
from typing import Any, NamedTuple

from confluent_kafka import Consumer, TopicPartition

from events.log.cluster import Cluster

SECONDS = 20.0
MOST_AT_ONCE = 1_000


class Published(NamedTuple):
    """A message as it lies on a topic; ``id`` is its header of that name, empty where it has none."""

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
        places = [TopicPartition(topic, partition, 0) for partition in partitions]
        left = sum(consumer.get_watermark_offsets(place, timeout=SECONDS)[1] for place in places)
        consumer.assign(places)
        found: list[Any] = []
        while len(found) < left:
            more = consumer.consume(min(left - len(found), MOST_AT_ONCE), SECONDS)
            assert more, "there is less than the topic says"
            assert [message.error() for message in more if message.error()] == []
            found += more
        return [_published(message) for message in sorted(found, key=lambda each: (each.partition(), each.offset()))]
    finally:
        consumer.close()


def _published(message: Any) -> Published:  # noqa: ANN401 - its types allow for what a message that was fetched has
    message_id = dict(message.headers() or ()).get("id", b"")
    return Published(message.partition(), message.key().decode(), message_id.decode(), message.value())
