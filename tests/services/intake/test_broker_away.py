"""Where the broker was away a door goes on by itself."""

from contextlib import closing

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from services.dev.broker import Broker
from tests.contracts.facts import facts
from tests.contracts.kafka_topics import PARTITIONS
from tests.services.intake.conftest import Start
from tests.services.intake.producing import produce_events
from tests.services.intake.reading import committed, stored_ids


def test_it_goes_on_where_the_broker_was_killed(own_broker: Broker, start: Start) -> None:
    """The same door lets in what was on its way when it happened, and what is written afterwards."""
    kafka = Cluster(own_broker.address)
    topics.create(kafka, PARTITIONS)
    sent = facts(4_000)
    with closing(KafkaLog(kafka)) as log, start(cluster=kafka) as door:
        produce_events(kafka, sent[:3_000], PARTITIONS)
        door.wait_until(lambda: sum(log.ends().values()) > 0)

        own_broker.kill()
        own_broker.start()
        produce_events(kafka, sent[3_000:], PARTITIONS)
        door.wait_until(lambda: sum(committed(kafka).values()) == len(sent))

        assert set(stored_ids(log)) == {event.id for event in sent}
