"""Messages are published once Kafka has them, with their ids; those of one key in one partition and in their order."""

import base64
import random
from collections.abc import Iterator
from contextlib import closing

import pytest
from confluent_kafka.admin import AdminClient

from events.log import partition_of, topics
from events.log.cluster import Cluster
from events.log.errors import LogRefused, LogUnavailable
from events.log.messages import Message
from events.log.publishing import Publisher
from events.log.topic_declarations import BATCH_BYTES
from services.dev.ports import free_port
from tests.kafka_messages import Published, messages_of

PARTITIONS = 3
INCOMPRESSIBLE = random.Random(1).randbytes(BATCH_BYTES)


@pytest.fixture
def made(kafka: Cluster) -> Cluster:
    """Return the cluster of the test with our topics on it."""
    topics.create(kafka, PARTITIONS)
    return kafka


@pytest.fixture
def publisher(made: Cluster) -> Iterator[Publisher]:
    """Return a publisher on signals and dead letters."""
    with closing(Publisher(made, [made.signals, made.dead_letters])) as opened:
        yield opened


def message(number: int, key: str) -> Message:
    """Return a message with this number."""
    return Message(f"id-{number}", key, b'{"number": %d}' % number)


def test_messages_are_there_when_it_returns(publisher: Publisher, made: Cluster) -> None:
    """Each once, with its id as a header, in the partition that the log has for its subject, and in order there."""
    sent = [message(number, f"customer:{number % 7}") for number in range(500)]

    publisher.publish(made.signals, sent)

    found = messages_of(made, made.signals)
    assert sorted(found) == sorted(
        Published(partition_of(each.key, PARTITIONS), each.key, each.id, each.value) for each in sent
    )
    for partition in range(PARTITIONS):
        wanted = [each.id for each in sent if partition_of(each.key, PARTITIONS) == partition]
        assert [each.id for each in found if each.partition == partition] == wanted


def test_a_dead_letter_may_hold_a_full_record(publisher: Publisher, made: Cluster) -> None:
    """A record as large as the log takes, in base64, and what is said of it."""
    value = base64.b64encode(INCOMPRESSIBLE) + b"why it was parked"

    publisher.publish(made.dead_letters, [Message("id", "key", value)])

    assert [each.value for each in messages_of(made, made.dead_letters)] == [value]


def test_what_kafka_will_never_take_is_refused(publisher: Publisher, made: Cluster) -> None:
    """A message that is too large for its topic: trying again would not help."""
    with pytest.raises(LogRefused, match=r"refuses a message: .*(larger|too large|size)"):
        publisher.publish(made.signals, [Message("id", "key", INCOMPRESSIBLE + b"and more")])


def test_a_topic_that_is_missing_is_a_sentence(kafka: Cluster) -> None:
    """It names the topic and what to run; nothing is made by using it."""
    with pytest.raises(LogRefused) as refused:
        Publisher(kafka, [kafka.signals])

    assert str(refused.value) == f"Kafka at {kafka.servers} has no topic {kafka.signals}: run 'regulars topics create'."
    assert kafka.signals not in AdminClient(kafka.librdkafka()).list_topics().topics


def test_a_kafka_that_is_away_is_a_sentence() -> None:
    """At once, and nothing is left behind."""
    away = Cluster(f"127.0.0.1:{free_port()}")

    with pytest.raises(LogUnavailable, match=r"^Kafka cannot be reached \(127\.0\.0\.1:\d+: Connection refused\)\.$"):
        Publisher(away, [away.signals])
