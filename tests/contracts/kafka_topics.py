"""Topics for a test: the log of record made as the product makes it, made anew, and shortened."""

from typing import Any

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from events.log import Positions, topics
from events.log.cluster import Cluster

SECONDS = 20.0


def make_events(cluster: Cluster, partitions: int) -> None:
    """Make the cluster's topics."""
    topics.create(cluster, partitions)


def make_anew(cluster: Cluster, partitions: int) -> None:
    """Delete the log of record and make it again under its name, as an operator in a hurry does."""
    _done(AdminClient(cluster.librdkafka()).delete_topics([cluster.events]))
    topics.create(cluster, partitions)


def forget_before(cluster: Cluster, positions: Positions) -> None:
    """Have the broker delete the records before these positions: what retention does."""
    places = [TopicPartition(cluster.events, partition, at) for partition, at in positions.items()]
    _done(AdminClient(cluster.librdkafka()).delete_records(places))


def _done(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(SECONDS)
