"""What tests of the desk ask for: a database that a module's tests share, and a desk on it."""

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest

from services import installation
from services.desk.desk import Desk
from services.installation import Connection
from tests.services.desk.house import House
from tests.services.ingest.doors import database_for

NUMBERS = count(1)


@pytest.fixture(scope="module")
def dsn(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database with an empty installation, for all tests of a module."""
    with database_for(postgres, template, next(database_names)) as made:
        yield made


@pytest.fixture(scope="module")
def desk(dsn: str) -> Iterator[Desk]:
    """Return a desk; each test decides on things of its own."""
    with closing(Desk(dsn)) as opened:
        yield opened


@pytest.fixture(scope="module")
def connection(dsn: str) -> Iterator[Connection]:
    """Return a connection to the desk's database."""
    with installation.connect(dsn) as opened:
        yield opened


@pytest.fixture(scope="session")
def house(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[House]:
    """Return a house for all tests of rules; each decides on things of its own."""
    with database_for(postgres, template, next(database_names)) as made, closing(Desk(made)) as opened:
        yield House(made, opened)


@pytest.fixture
def name() -> str:
    """Return the id of a task that nobody has."""
    return f"t-{next(NUMBERS)}"
