"""Debezium's own sample messages, and a topic of Kafka that they are written to."""

import json
from pathlib import Path
from typing import Any

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic  # type: ignore[attr-defined]

from events.log.cluster import Cluster
from tests.services.running import wait_until

SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "debezium" / "messages.json").read_text(encoding="utf-8")
)

SECONDS = 30.0


def moved(number: int, name: str = "Anne") -> dict[str, Any]:
    """Return that a customer was changed, at a place of the database's log that grows with the number."""
    update = SAMPLES["update"]
    after = {**update["after"], "id": number % 5, "first_name": name}
    return {**update, "after": after, "source": {**update["source"], "lsn": 1000 + number}}


class Written:
    """A topic that another system writes, whose name ends in ``customers``."""

    def __init__(self, cluster: Cluster, partitions: int = 2) -> None:
        """Make it."""
        self.name = f"{cluster.prefix}.customers"
        self._admin = AdminClient(cluster.librdkafka())
        self._cluster = cluster
        self.make(partitions)

    def make(self, partitions: int = 2) -> None:
        """Make the topic, and wait until it can be written to."""
        made = self._admin.create_topics([NewTopic(self.name, partitions, 1)])
        made[self.name].result(SECONDS)

    def remove(self) -> None:
        """Remove the topic with all that is in it."""
        self._admin.delete_topics([self.name])[self.name].result(SECONDS)
        wait_until(lambda: self.name not in self._admin.list_topics(timeout=SECONDS).topics)

    def grow(self, partitions: int) -> None:
        """Give the topic more partitions."""
        self._admin.create_partitions([NewPartitions(self.name, partitions)])[self.name].result(SECONDS)
        wait_until(lambda: len(self._admin.list_topics(timeout=SECONDS).topics[self.name].partitions) == partitions)

    def forget(self, partition: int, before: int) -> None:
        """Have a partition lose its first records, as its retention would."""
        place = TopicPartition(self.name, partition, before)
        self._admin.delete_records([place])[place].result(SECONDS)

    def write(self, *messages: object, partition: int = 0) -> None:
        """Write messages; None is a tombstone, and bytes are written as they are."""
        producer = Producer(self._cluster.librdkafka())
        for message in messages:
            value = message if isinstance(message, bytes | None) else json.dumps(message).encode()
            producer.produce(self.name, value, b"key", partition)
        assert producer.flush(SECONDS) == 0
