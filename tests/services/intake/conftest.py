"""Doors on a fresh database and an empty log on Kafka, run in threads."""

from collections.abc import Callable, Iterator

import pytest

from events.log.cluster import Cluster
from services.intake.running import let_in_until_stopped
from services.settings import Settings
from tests.contracts.kafka_topics import OpenKafka, kafka_logs
from tests.services.running import Running

Start = Callable[..., Running]


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka, with an intake beside it."""
    with kafka_logs(kafka) as opened:
        yield opened


@pytest.fixture
def start(database: str, kafka: Cluster) -> Start:
    """Return a function that prepares a door."""

    def door(*, skip_lost: bool = False, cluster: Cluster | None = None) -> Running:
        settings = Settings(postgres=database, kafka=cluster or kafka)
        return Running(
            lambda stop, report: let_in_until_stopped(settings, cluster or kafka, stop, report, skip_lost=skip_lost)
        )

    return door
