"""The implementations of the event log: each contract test runs over all of them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from events.log import EventLog
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from tests.contracts.facts import DurableLog, OpenLog
from tests.contracts.kafka_topics import make_events
from tests.contracts.memory_log import MemoryLog
from tests.contracts.writer import address_of
from tests.projections.engine.tables import Connect

PARTITIONS = 4


@pytest.fixture
def closing_with_the_test() -> Iterator[ExitStack]:
    """Return what closes what a test opens."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture(params=["journal", "memory", "kafka"])
def open_log(request: pytest.FixtureRequest, closing_with_the_test: ExitStack) -> OpenLog:
    """Return a function that opens one log of four partitions; each thread opens it for itself."""
    if request.param == "memory":
        log = MemoryLog(PARTITIONS)
        return lambda: log
    return _durable(request, closing_with_the_test).open


@pytest.fixture(params=["journal", "kafka"])
def durable_log(request: pytest.FixtureRequest, closing_with_the_test: ExitStack) -> DurableLog:
    """Return a log of four partitions that other processes may write to."""
    return _durable(request, closing_with_the_test)


@pytest.fixture
def log(open_log: OpenLog) -> EventLog:
    """Return an empty log of four partitions."""
    return open_log()


def _durable(request: pytest.FixtureRequest, opened: ExitStack) -> DurableLog:
    if request.param == "journal":
        connect: Connect = request.getfixturevalue("connect")
        return DurableLog(lambda: Journal(connect()), request.getfixturevalue("database"))
    cluster: Cluster = request.getfixturevalue("kafka")
    make_events(cluster, PARTITIONS)
    return DurableLog(lambda: opened.enter_context(closing(KafkaLog(cluster))), address_of(cluster))
