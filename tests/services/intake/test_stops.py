"""Where going on would lose something, or cannot work, a door ends with one sentence that says what to do."""

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from events.log.cluster import Cluster
from events.log.errors import LogRefused, NoTopic
from tests.contracts.facts import fact
from tests.contracts.kafka_topics import OpenKafka
from tests.services.intake.conftest import Start
from tests.services.intake.producing import CODEC, produce
from tests.services.intake.reading import committed, stored_ids


def test_an_intake_that_ends_before_where_the_group_was_is_another_one(
    kafka: Cluster, open_kafka: OpenKafka, start: Start
) -> None:
    """It was made anew, or a broker lost some of it: people say whether to begin at its first record."""
    log = open_kafka()
    produce(kafka, [CODEC.encode(fact(1))])
    consumer = Consumer({**kafka.librdkafka(), "group.id": kafka.doors})
    consumer.commit(offsets=[TopicPartition(kafka.intake, 0, 100)], asynchronous=False)
    consumer.close()

    with (
        pytest.raises(LogRefused, match=r"made anew: its partition 0 ends at 1, and was read up to 100\. .*--skip"),
        start() as door,
    ):
        door.wait_until(lambda: False)
    with start(skip_lost=True) as door:
        door.wait_until(lambda: committed(kafka) == {0: 1})

    assert stored_ids(log) == [fact(1).id]


def test_without_an_intake_there_is_nothing_to_wait_for(kafka: Cluster, open_kafka: OpenKafka, start: Start) -> None:
    """The sentence names the command that makes it."""
    open_kafka()
    admin = AdminClient(kafka.librdkafka())
    admin.delete_topics([kafka.intake])[kafka.intake].result()

    with pytest.raises(NoTopic, match=rf"no topic {kafka.intake}: run 'regulars topics create'"), start() as door:
        door.wait_until(lambda: False)
