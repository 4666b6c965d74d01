"""The implementations of the event log: each contract test runs over all of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from events.log import EventLog
from events.log.cluster import Cluster
from events.log.postgres import Journal
from tests.contracts.facts import DurableLog, OpenLog
from tests.contracts.kafka_topics import PARTITIONS, kafka_logs
from tests.contracts.memory_log import MemoryLog
from tests.contracts.writer import address_of
from tests.projections.engine.tables import Connect


@pytest.fixture
def until_the_end() -> Iterator[ExitStack]:
    """Return what holds what a test opens until it is over."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture(params=["journal", "memory", "kafka"])
def open_log(request: pytest.FixtureRequest, until_the_end: ExitStack) -> OpenLog:
    """Return a function that opens one log of four partitions; each thread opens it for itself."""
    if request.param == "memory":
        log = MemoryLog(PARTITIONS)
        return lambda: log
    return _durable(request, until_the_end).open


@pytest.fixture(params=["journal", "kafka"])
def durable_log(request: pytest.FixtureRequest, until_the_end: ExitStack) -> DurableLog:
    """Return a log of four partitions that other processes may write to."""
    return _durable(request, until_the_end)


@pytest.fixture
def log(open_log: OpenLog) -> EventLog:
    """Return an empty log of four partitions."""
    return open_log()


def _durable(request: pytest.FixtureRequest, until_the_end: ExitStack) -> DurableLog:
    if request.param == "journal":
        connect: Connect = request.getfixturevalue("connect")
        return DurableLog(lambda: Journal(connect()), request.getfixturevalue("database"))
    cluster: Cluster = request.getfixturevalue("kafka")
    return DurableLog(until_the_end.enter_context(kafka_logs(cluster)), address_of(cluster))
