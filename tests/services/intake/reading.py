"""What a door did: the events on the log, and how far its group is."""

from confluent_kafka import Consumer, TopicPartition

from events.log import EventLog
from events.log.cluster import Cluster
from tests.contracts.kafka_topics import PARTITIONS
from tests.services.intake.producing import CODEC


def stored_ids(log: EventLog) -> list[str]:
    """Return the ids on the log, partition by partition, in their order."""
    ends = log.ends()
    records = [record for partition, end in ends.items() if end for record in log.records(partition, 0, end)]
    return [CODEC.decode(record.value).id for record in records]


def committed(cluster: Cluster) -> dict[int, int]:
    """Return how far the door's group is, by partition."""
    consumer = Consumer({**cluster.librdkafka(), "group.id": cluster.doors})
    try:
        places = consumer.committed([TopicPartition(cluster.intake, each) for each in range(PARTITIONS)], timeout=10)
        return {place.partition: place.offset for place in places if place.offset >= 0}
    finally:
        consumer.close()
