"""What tests of each reaction ask for: a house with an empty database, which a module of tests shares."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from tests.services.ingest.doors import database_for
from tests.services.reactions.house import House


@pytest.fixture(scope="module")
def house(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[House]:
    """Return a house in which nothing has happened yet; what a test tells stays for the next one."""
    with database_for(postgres, template, next(database_names)) as dsn:
        connect = partial(installation.connect, dsn)
        with closing(connect()) as connection:
            yield House(Journal(connection), connect, connection, PROJECTIONS)
