"""The log of record on a real Kafka, for a test: made as the product makes it, made anew, and shortened."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from confluent_kafka import TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, and not said so in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from events.log import Positions, topics
from events.log.administration import HeldTopic, administered
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog

PARTITIONS = 4
SECONDS = 20.0

OpenKafka = Callable[[], KafkaLog]
"""Opens the log; each thread opens it for itself."""


@contextmanager
def kafka_logs(cluster: Cluster) -> Iterator[OpenKafka]:
    """Make the topics, and yield what opens the empty log; everything that was opened closes in the end."""
    topics.create(cluster, PARTITIONS)
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(KafkaLog(cluster)))


def make_anew(cluster: Cluster) -> None:
    """Delete the log of record and make it again under its name, as an operator in a hurry does."""
    delete(cluster)
    topics.create(cluster, PARTITIONS)


def delete(cluster: Cluster) -> None:
    """Delete the log of record."""
    admin = AdminClient(cluster.librdkafka())
    _done(admin.delete_topics([cluster.events]))
    _seen(cluster, lambda held: not held)


def configure(cluster: Cluster, name: str, value: str) -> None:
    """Set one value of the configuration of the log of record."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    admin = AdminClient(cluster.librdkafka())
    resource = ConfigResource(ResourceType.TOPIC, cluster.events, incremental_configs=[entry])
    _done(admin.incremental_alter_configs([resource]))
    _seen(cluster, lambda held: held[cluster.events].config[name] == value)


def forget_before(cluster: Cluster, positions: Positions) -> None:
    """Have the broker delete the records before these positions: what retention does."""
    places = [TopicPartition(cluster.events, partition, at) for partition, at in positions.items()]
    admin = AdminClient(cluster.librdkafka())
    _done(admin.delete_records(places))


def _done(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(SECONDS)


def _seen(cluster: Cluster, condition: Callable[[dict[str, HeldTopic]], bool]) -> None:
    """Wait until what was answered has reached the broker that is asked: a moment later."""
    give_up = time.monotonic() + SECONDS
    with administered(cluster) as kafka:
        while not condition(kafka.topics([cluster.events])):
            assert time.monotonic() < give_up
            time.sleep(0.01)
