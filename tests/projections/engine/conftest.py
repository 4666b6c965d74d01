"""The log on a real Kafka, for what the engine does over it alone."""

from collections.abc import Iterator

import pytest

from events.log.cluster import Cluster
from tests.contracts.kafka_topics import OpenKafka, kafka_logs


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka."""
    with kafka_logs(kafka) as opened:
        yield opened
