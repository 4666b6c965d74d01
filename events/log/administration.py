"""Kafka's brokers asked about topics, by kafka-python's admin client; its errors become ours.

What comes back is plain: a topic as it is there, and a number of brokers. ``events.log.topics`` says what to want.
"""

import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from kafka import OffsetSpec, TopicPartition  # type: ignore[import-untyped]
from kafka.admin import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from kafka.errors import (  # type: ignore[import-untyped]
    AuthorizationError,
    BrokerResponseError,
    KafkaError,
    KafkaTimeoutError,
    NoError,
    TopicAlreadyExistsError,
    for_code,
)

from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.connecting import connected, reason
from events.log.errors import LogError, LogRefused, LogUnavailable
from events.log.groups import HeldGroup, held_group

LOOK_SECONDS = 0.1


class HeldPartition(NamedTuple):
    """A partition as the brokers hold it; ``led`` tells whether there is a broker to write to and to read from."""

    led: bool
    replicas: int
    in_sync: int


class HeldTopic(NamedTuple):
    """A topic as the brokers hold it. ``config`` is all of its configuration, empty where this user may not see it."""

    name: str
    topic_id: str
    partitions: Sequence[HeldPartition]
    config: Mapping[str, str]

    @property
    def replication(self) -> int:
        """How many copies there are of the partition that has the fewest."""
        return min(partition.replicas for partition in self.partitions)


class WantedTopic(NamedTuple):
    """A topic to make."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


class HeldCluster(NamedTuple):
    """What the brokers are together: the cluster's name, and the version of Kafka as far as its protocol tells."""

    name: str
    version: str
    brokers: int


class Administration:
    """What can be asked of the brokers; see ``administered``."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - kafka-python has no types
        """Ask through this client."""
        self._client = client

    def cluster(self) -> HeldCluster:
        """Return what the brokers are together; those that are not at work do not count."""
        told = self._client.describe_cluster()
        ids = [broker["broker_id"] for broker in told["brokers"] if not broker.get("is_fenced")]
        version = self._client.get_broker_version_data(ids[0]).broker_version if ids else ()
        return HeldCluster(told["cluster_id"], ".".join(map(str, version)), len(ids))

    def brokers(self) -> int:
        """Return how many brokers are at work."""
        return self.cluster().brokers

    def topics(self, names: Sequence[str]) -> dict[str, HeldTopic]:
        """Return those of these topics that exist, by name."""
        there = {}
        for topic in self._client.describe_topics(list(names)):
            error = for_code(topic["error_code"])
            if error is NoError:
                there[topic["name"]] = topic
            elif not error.retriable:  # which it is where a topic is unknown, or is being made
                denied = issubclass(error, AuthorizationError)
                message = f"{topic['name']}: {'this user may not see it' if denied else error.description}"
                raise error(message)
        configs = self._configs(list(there))
        return {name: _held(topic, configs.get(name, {})) for name, topic in there.items()}

    def _configs(self, names: list[str]) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found = self._client.describe_configs(asked, config_filter="all").get("topic", {}) if asked else {}
        return {name: {key: value["value"] for key, value in config.items()} for name, config in found.items()}

    def make(self, topics: Sequence[WantedTopic]) -> set[str]:
        """Have topics made, and return the names of those that nobody else made before; see ``await_topics``."""
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": topic.replication,
                "configs": dict(topic.config),
            }
            for topic in topics
        }
        answer = self._client.create_topics(wanted, raise_errors=False)
        made = set()
        for topic in answer["topics"]:
            error = for_code(topic["error_code"])
            if error is NoError:
                made.add(topic["name"])
            elif error is not TopicAlreadyExistsError:
                message = f"{topic['name']}: {topic.get('error_message') or error.description}"
                raise error(message)
        return made

    def remove(self, names: Sequence[str]) -> None:
        """Have topics removed, with all that is in them."""
        if names:
            self._client.delete_topics(list(names), timeout_ms=1000 * REQUEST_TIMEOUT_SECONDS)

    def configure(self, topic: str, name: str, value: str) -> None:
        """Change one setting of a topic, and leave the others; each broker takes it up a moment later."""
        wanted = ConfigResource(ConfigResourceType.TOPIC, topic, {name: value})
        said = self._client.alter_configs([wanted])["topic"][topic]
        if said != "OK":
            message = f"Kafka does not set {name} of {topic} to {value}: {said.rstrip('.')}."
            raise LogRefused(message)

    def await_topics(self, names: Sequence[str]) -> dict[str, HeldTopic]:
        """Return topics as soon as all of them can be written to: a while after they were made."""
        give_up = time.monotonic() + REQUEST_TIMEOUT_SECONDS
        while True:
            held = self.topics(names)
            if len(held) == len(names) and all(each.led for topic in held.values() for each in topic.partitions):
                return held
            if time.monotonic() > give_up:
                message = "the new topics have no leaders yet"
                raise KafkaTimeoutError(message)
            time.sleep(LOOK_SECONDS)

    def offsets(self, topics: Mapping[str, HeldTopic]) -> dict[str, tuple[int, int]]:
        """Return the first offsets still held and the next ones, each added up over a topic's partitions.

        A topic of which a partition has no leader is left out: nobody can say.
        """
        led = [topic for topic in topics.values() if all(each.led for each in topic.partitions)]
        places = [TopicPartition(topic.name, each) for topic in led for each in range(len(topic.partitions))]
        starts, ends = (
            self._client.list_partition_offsets(dict.fromkeys(places, which)) if places else {}
            for which in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
        )
        return {topic.name: (_sum(starts, topic.name), _sum(ends, topic.name)) for topic in led}

    def group(self, name: str, topic: HeldTopic) -> HeldGroup:
        """Return how far a group is with a topic; one that there is not has all of it to read."""
        return held_group(self._client, name, topic.name, len(topic.partitions))

    def sizes_bytes(self, names: Sequence[str]) -> dict[str, int]:
        """Return how much of the brokers' disks the topics take, all copies together, where this user may see it."""
        taken: Counter[str] = Counter()
        for broker in self._client.describe_log_dirs(list(names)) if names else ():
            for folder in broker["log_dirs"]:
                for topic in folder["topics"]:
                    taken[topic["name"]] += sum(partition["partition_size"] for partition in topic["partitions"])
        return dict(taken)


@contextmanager
def administered(cluster: Cluster) -> Iterator[Administration]:
    """Yield what can be asked of the brokers; see ``connected`` for how long it takes where there are none.

    Within, kafka-python's errors are LogUnavailable or LogRefused.
    """
    with ExitStack() as held:
        client = connected(cluster, held)
        try:
            yield Administration(client)
        except KafkaError as error:
            raise _ours(cluster, error) from error


def _ours(cluster: Cluster, error: KafkaError) -> LogError:
    if isinstance(error, BrokerResponseError) and not error.retriable:
        return LogRefused(f"Kafka at {cluster.servers} refuses: {reason(error)}.")
    return LogUnavailable(f"Kafka at {cluster.servers} does not answer: {reason(error)}.")


def _held(topic: Mapping[str, Any], config: Mapping[str, str]) -> HeldTopic:
    partitions = [
        HeldPartition(
            led=partition["leader_id"] >= 0,
            replicas=len(partition["replica_nodes"]),
            in_sync=len(partition["isr_nodes"]),
        )
        for partition in topic["partitions"]
    ]
    return HeldTopic(topic["name"], _as_kafka_writes(topic["topic_id"]), partitions, config)


def _as_kafka_writes(topic_id: str | None) -> str:
    """Return a topic's identity as Kafka's own tools and librdkafka write it."""
    return urlsafe_b64encode(UUID(topic_id).bytes).decode().rstrip("=") if topic_id else ""


def _sum(offsets: Mapping[Any, Any], topic: str) -> int:
    return sum(found.offset for place, found in offsets.items() if place.topic == topic)
