"""A shop with every registered projection, over an empty journal."""

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from tests.projections.engine.tables import Connect
from tests.projections.shop import Shop


@pytest.fixture
def shop(journal: Journal, connect: Connect) -> Shop:
    """Return a shop in which nothing has happened yet."""
    return Shop(journal, connect, connect(), PROJECTIONS)
