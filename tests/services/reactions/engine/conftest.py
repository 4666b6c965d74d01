"""What tests of the reactions ask for: a database that a module's tests share, and an engine on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from services import installation
from services.desk.desk import Desk
from services.installation import Connection
from services.reactions._engine.engine import Engine
from tests.services.ingest.doors import database_for
from tests.services.reactions.engine.reacting import ENDPOINT, REACTIONS

NewEngine = Callable[[], Engine]


@pytest.fixture(scope="module")
def dsn(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database in which somebody asked for webhooks."""
    with database_for(postgres, template, next(database_names)) as made:
        with installation.connect(made) as connection:
            connection.execute(ENDPOINT)
        yield made


@pytest.fixture(scope="module")
def connection(dsn: str) -> Iterator[Connection]:
    """Return a connection to look with."""
    with installation.connect(dsn) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(dsn: str) -> Iterator[Desk]:
    """Return the desk of the database."""
    with closing(Desk(dsn)) as opened:
        yield opened


@pytest.fixture
def new_engine(dsn: str, desk: Desk) -> Iterator[NewEngine]:
    """Return a function that makes an engine with a connection of its own, as a process has."""
    with ExitStack() as held:
        yield lambda: Engine(held.enter_context(closing(installation.connect(dsn))), desk, REACTIONS)


@pytest.fixture
def engine(new_engine: NewEngine) -> Engine:
    """Return an engine."""
    return new_engine()
