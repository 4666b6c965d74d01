"""Our topics on a real Kafka: made once, never remade, and told from topics that are not as they have to be."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from confluent_kafka import Producer, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, and not said so in its types
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from events.log import topics
from events.log.administration import HeldTopic, administered
from events.log.cluster import Cluster
from events.log.errors import LogRefused
from events.log.topic_findings import Finding, Severity

SECONDS = 20


@pytest.fixture
def admin(kafka: Cluster) -> AdminClient:
    """Return another client, with which somebody else does as he likes."""
    return AdminClient(kafka.librdkafka())


def _done(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(SECONDS)


def _seen(kafka: Cluster, name: str, condition: Callable[[HeldTopic], bool]) -> None:
    """Wait until what was answered has reached the broker that is asked: a moment later."""
    give_up = time.monotonic() + SECONDS
    with administered(kafka) as brokers:
        while not any(map(condition, brokers.topics([name]).values())):
            assert time.monotonic() < give_up
            time.sleep(0.01)


def _make(kafka: Cluster, admin: AdminClient, name: str, partitions: int) -> None:
    _done(admin.create_topics([NewTopic(name, partitions)]))
    _seen(kafka, name, lambda held: len(held.partitions) == partitions)


def _configure(kafka: Cluster, admin: AdminClient, config: dict[str, str]) -> None:
    entries = [ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in config.items()]
    resource = ConfigResource(ResourceType.TOPIC, kafka.events, incremental_configs=entries)
    _done(admin.incremental_alter_configs([resource]))
    _seen(kafka, kafka.events, lambda held: config.items() <= held.config.items())


def _amiss(found: list[Finding]) -> list[Finding]:
    """Return the findings but for those about how many brokers this Kafka has."""
    return [
        finding for finding in found if finding.severity is not Severity.OK and "of it, not 3" not in finding.sentence
    ]


def test_what_is_made_is_what_has_to_be(kafka: Cluster) -> None:
    """All five topics are made with their partitions, and checking them finds nothing amiss."""
    made = topics.create(kafka, partitions=3)

    counts = {kafka.events: 3, kafka.intake: 3, kafka.signals: 3, kafka.offers: 3, kafka.dead_letters: 1}
    assert {each.topic: each.partitions for each in made} == counts == topics.partition_counts(kafka)
    assert all(each.made for each in made)
    assert _amiss(topics.check(kafka, 3)) == _amiss(topics.check(kafka)) == []


def test_making_them_again_changes_nothing(kafka: Cluster) -> None:
    """The topics are the very same ones, and say that they were there."""
    topics.create(kafka, partitions=2)
    before = topics.describe(kafka)

    again = topics.create(kafka, partitions=2)

    assert [each.made for each in again] == [False] * 5
    assert topics.describe(kafka) == before


def test_only_what_is_missing_is_made(kafka: Cluster, admin: AdminClient) -> None:
    """A topic that is there stays as it is, whatever its configuration; ``check`` is there to tell of that."""
    _make(kafka, admin, kafka.intake, 2)

    made = topics.create(kafka, partitions=2)

    assert {each.topic for each in made if not each.made} == {kafka.intake}
    assert {finding.topic for finding in _amiss(topics.check(kafka, 2))} == {kafka.intake}


def test_many_may_make_them_at_once(kafka: Cluster) -> None:
    """Four processes that start together all find five topics, each of which one of them made."""
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: topics.create(kafka, partitions=2), range(4)))

    made = [each.topic for result in results for each in result if each.made]
    assert sorted(made) == sorted(topics.partition_counts(kafka))
    assert [len(result) for result in results] == [5] * 4


def test_another_partition_count_is_refused_before_anything_is_made(kafka: Cluster, admin: AdminClient) -> None:
    """A subject's events would lie in two partitions; the sentence says both counts, and the way out."""
    _make(kafka, admin, kafka.events, 4)

    with pytest.raises(LogRefused) as refused:
        topics.create(kafka, partitions=12)

    assert str(refused.value).startswith(f"{kafka.events} has 4 partitions and not 12.")
    assert "begin new topics under another" in str(refused.value)
    assert topics.partition_counts(kafka) == {kafka.events: 4}


def test_a_count_that_somebody_changed_is_bad(kafka: Cluster, admin: AdminClient) -> None:
    """It shows against the count that was asked for, and without one against the other topics'."""
    topics.create(kafka, partitions=2)
    _done(admin.create_partitions([NewPartitions(kafka.events, 3)]))
    _seen(kafka, kafka.events, lambda held: len(held.partitions) == 3)

    against_the_asked, against_each_other = _amiss(topics.check(kafka, 2)), _amiss(topics.check(kafka))

    (finding,) = against_the_asked
    assert (finding.topic, finding.severity) == (kafka.events, Severity.BAD)
    assert finding.sentence == f"{kafka.events} has 3 partitions and not 2."
    assert {each.topic: each.severity for each in against_each_other} == {
        kafka.intake: Severity.BAD,
        kafka.signals: Severity.WARN,
        kafka.offers: Severity.WARN,
    }


def test_more_copies_than_brokers_are_refused_before_anything_is_made(kafka: Cluster) -> None:
    """The sentence says how many brokers there are."""
    with pytest.raises(LogRefused, match=r"^99 copies need as many brokers, and Kafka at .* has \d+\.$"):
        topics.create(kafka, partitions=1, replication=99)

    assert topics.partition_counts(kafka) == {}


def test_missing_topics_are_bad(kafka: Cluster) -> None:
    """Each is named, with the command that makes it; there is nothing to describe."""
    found = topics.check(kafka)

    every = [kafka.events, kafka.intake, kafka.signals, kafka.offers, kafka.dead_letters]
    assert [finding.topic for finding in found] == every
    assert {finding[1:] for finding in found} == {
        (Severity.BAD, "It does not exist.", "Run 'regulars topics create'."),
    }
    assert topics.describe(kafka) == []


def test_a_changed_configuration_is_found(kafka: Cluster, admin: AdminClient) -> None:
    """What would delete, reorder or turn away events is bad in the log of record, and says how to set it right."""
    topics.create(kafka, partitions=1)
    changed = {
        "cleanup.policy": "compact",
        "max.message.bytes": "1000",
        "message.timestamp.type": "CreateTime",
        "retention.bytes": "1000000",
        "retention.ms": "3600000",
        "unclean.leader.election.enable": "true",
    }
    _configure(kafka, admin, {**changed, "compression.type": "gzip"})

    found = _amiss(topics.check(kafka, 1))

    severities = {finding.sentence.split(" ")[0]: finding.severity for finding in found}
    assert severities == {**dict.fromkeys(changed, Severity.BAD), "compression.type": Severity.WARN}
    assert {finding.topic for finding in found} == {kafka.events}
    assert any(f"--entity-name {kafka.events} --add-config retention.ms=-1" in finding.advice for finding in found)


def test_a_larger_limit_is_well(kafka: Cluster, admin: AdminClient) -> None:
    """A limit that lets more through than is needed is nobody's harm."""
    topics.create(kafka, partitions=1)
    _configure(kafka, admin, {"max.message.bytes": "9000000"})

    assert _amiss(topics.check(kafka, 1)) == []


def test_a_topic_is_described_in_figures(kafka: Cluster) -> None:
    """Offsets are added up over the partitions; the log of record is kept for good, what waits at the door a week."""
    topics.create(kafka, partitions=3)
    producer = Producer(kafka.librdkafka())
    for number in range(10):
        producer.produce(kafka.events, b"{}", key=str(number))
    unsent = producer.flush(SECONDS)

    described = {each.topic: each for each in topics.describe(kafka)}

    events = described[kafka.events]
    assert (unsent, events.start_offsets, events.end_offsets, events.retention_ms) == (0, 0, 10, -1)
    assert events.bytes_on_disk is not None
    assert events.bytes_on_disk > 0
    assert described[kafka.intake].retention_ms == 7 * 24 * 3600 * 1000
    assert described[kafka.dead_letters].retention_ms == 90 * 24 * 3600 * 1000


def test_a_topic_has_the_identity_that_kafka_gave_it(kafka: Cluster, admin: AdminClient) -> None:
    """It is written as Kafka's own tools write it; librdkafka has two other letters for two of the sixty-four."""
    topics.create(kafka, partitions=1)
    told = admin.describe_topics(TopicCollection([kafka.events]))[kafka.events].result(SECONDS)

    described = {each.topic: each.topic_id for each in topics.describe(kafka)}

    assert described[kafka.events] == str(told.topic_id).translate(str.maketrans("+/", "-_"))
