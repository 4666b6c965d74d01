"""Our topics on Kafka made, described and checked against what they have to be.

A topic's partition count is for good: a subject's partition follows from it, and another count would tear a subject's
history in two. So a topic with another count is refused, and whoever needs one copies the log to new topics.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from events.log.administration import Administration, HeldTopic, WantedTopic, administered
from events.log.cluster import Cluster
from events.log.errors import LogRefused
from events.log.postgres import DEFAULT_PARTITIONS
from events.log.topic_declarations import IN_SYNC, REPLICATION, Topic, declared, in_sync_replicas
from events.log.topic_findings import Finding, compared, other_count


class Made(NamedTuple):
    """A topic that is there after ``create``; ``made`` tells whether it was made now."""

    topic: str
    made: bool
    partitions: int
    replication: int


class Description(NamedTuple):
    """A topic in figures; offsets are added up over its partitions, and bytes over all copies.

    ``retention_ms`` is -1 for what is kept for good. None are the offsets where a partition has no leader that could
    tell them, and what this user may not see.
    """

    topic: str
    topic_id: str
    partitions: int
    replication: int
    retention_ms: int | None
    start_offsets: int | None
    end_offsets: int | None
    bytes_on_disk: int | None


def create(cluster: Cluster, partitions: int = DEFAULT_PARTITIONS, replication: int | None = None) -> list[Made]:
    """Make the topics that are missing; doing it again, or at the same time as somebody else, changes nothing.

    ``replication`` is how many copies there are: by default three, or as many as there are brokers. A topic that exists
    stays as it is. Raises LogUnavailable, or LogRefused where one has another partition count.
    """
    topics = declared(cluster, partitions)
    names = [topic.name for topic in topics]
    with administered(cluster) as kafka:
        held = kafka.topics(names)
        _refuse_other_counts(topics, held)
        missing = [topic for topic in topics if topic.name not in held]
        made: set[str] = set()
        if missing:
            copies = _copies(cluster, kafka, replication)
            made = kafka.make([_wanted(topic, copies) for topic in missing])
            held = kafka.await_topics(names)
            _refuse_other_counts(topics, held)  # somebody else may have made them meanwhile, and otherwise
    return [
        Made(topic.name, topic.name in made, len(held[topic.name].partitions), held[topic.name].replication)
        for topic in topics
    ]


def remove(cluster: Cluster) -> None:
    """Remove our topics and all that is in them: those of a measurement or a test, under a prefix of its own."""
    names = [topic.name for topic in declared(cluster, DEFAULT_PARTITIONS)]
    with administered(cluster) as kafka:
        kafka.remove(list(kafka.topics(names)))


def _refuse_other_counts(topics: Sequence[Topic], held: Mapping[str, HeldTopic]) -> None:
    for topic in topics:
        if topic.counted and topic.name in held and len(held[topic.name].partitions) != topic.partitions:
            message = " ".join(other_count(topic, len(held[topic.name].partitions)))
            raise LogRefused(message)


def _copies(cluster: Cluster, kafka: Administration, replication: int | None) -> int:
    brokers = kafka.brokers()
    if replication is not None and replication > brokers:
        message = f"{replication} copies need as many brokers, and Kafka at {cluster.servers} has {brokers}."
        raise LogRefused(message)
    return replication or min(REPLICATION, brokers)


def _wanted(topic: Topic, copies: int) -> WantedTopic:
    config = {**topic.config, IN_SYNC: str(in_sync_replicas(copies))}
    return WantedTopic(topic.name, topic.partitions, copies, config)


def partition_counts(cluster: Cluster) -> dict[str, int]:
    """Return how many partitions each of our topics has, by name; what does not exist is left out."""
    with administered(cluster) as kafka:
        held = kafka.topics([topic.name for topic in declared(cluster)])
    return {name: len(topic.partitions) for name, topic in held.items()}


def describe(cluster: Cluster) -> list[Description]:
    """Return our topics in figures; what does not exist is left out. Raises LogUnavailable or LogRefused."""
    names = [topic.name for topic in declared(cluster)]
    with administered(cluster) as kafka:
        held = kafka.topics(names)
        offsets, sizes = kafka.offsets(held), kafka.sizes_bytes(list(held))
    return [
        Description(
            topic=name,
            topic_id=topic.topic_id,
            partitions=len(topic.partitions),
            replication=topic.replication,
            retention_ms=int(topic.config["retention.ms"]) if topic.config else None,
            start_offsets=offsets[name][0] if name in offsets else None,
            end_offsets=offsets[name][1] if name in offsets else None,
            bytes_on_disk=sizes.get(name),
        )
        for name, topic in ((name, held[name]) for name in names if name in held)
    ]


def check(cluster: Cluster, partitions: int | None = None) -> list[Finding]:
    """Compare the topics with what they have to be; a topic with nothing amiss gets one finding that says so.

    Without ``partitions`` the log of record's own count is the one that the others are held to. Raises LogUnavailable
    or LogRefused.
    """
    names = [topic.name for topic in declared(cluster)]
    with administered(cluster) as kafka:
        held = kafka.topics(names)
    if partitions is None:
        partitions = len(held[cluster.events].partitions) if cluster.events in held else DEFAULT_PARTITIONS
    return [
        finding
        for topic in declared(cluster, partitions)
        for finding in compared(topic, held.get(topic.name), cluster.servers)
    ]
