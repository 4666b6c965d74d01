"""The implementations of the event log: each contract test runs over all of them."""

import pytest

from events.log import EventLog
from events.log.postgres import Journal
from tests.contracts.facts import OpenLog
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.tables import Connect


@pytest.fixture(params=["journal", "memory"])
def open_log(request: pytest.FixtureRequest) -> OpenLog:
    """Return a function that opens one log of four partitions; each thread opens it for itself."""
    if request.param == "memory":
        log = MemoryLog(4)
        return lambda: log
    connect: Connect = request.getfixturevalue("connect")
    return lambda: Journal(connect())


@pytest.fixture
def log(open_log: OpenLog) -> EventLog:
    """Return an empty log of four partitions."""
    return open_log()
