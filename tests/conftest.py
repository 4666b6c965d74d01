"""What tests of every package may ask for: a real Postgres, a fresh database, the journal in it, and connections."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from events.log.postgres import Journal
from services import installation
from services.embedded_postgres import embedded_postgres
from services.installation import Connection
from services.settings import InstallationError

PARTITIONS = 4

# Only a test may lose its data with the machine.
TEST_SERVER = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "256MB"}

Connect = Callable[[], Connection]


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a folder for one installation, short to name, which root's Postgres reaches as another user."""
    folder = Path(mkdtemp(prefix="regulars-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the DSN of the one server of this run: REGULARS_TEST_PG, or an embedded one that ends with the run."""
    with ExitStack() as held:
        dsn = os.environ.get("REGULARS_TEST_PG")
        if not dsn:
            folder = Path(mkdtemp(prefix="regulars-test-"))
            held.callback(shutil.rmtree, folder)
            folder.chmod(0o711)
            try:
                dsn = held.enter_context(embedded_postgres(folder / "home", print, changes=TEST_SERVER))
            except InstallationError as error:
                pytest.fail(f"These tests need Postgres: set REGULARS_TEST_PG to a DSN. {error}", pytrace=False)
        yield dsn


@pytest.fixture(scope="session")
def template(postgres: str) -> Iterator[str]:
    """Return the name of a database with the tables of an empty installation, which ``database`` copies."""
    name = f"regulars_test_{os.getpid()}"
    try:
        _create(postgres, name, "template0")
        installation.prepare(make_conninfo(postgres, dbname=name), PARTITIONS)
    except (psycopg.Error, InstallationError) as error:
        pytest.fail(f"These tests need a Postgres in which they may make databases: {error}", pytrace=False)
    yield name
    _drop(postgres, name)


@pytest.fixture(scope="session")
def database_names(template: str) -> Iterator[str]:
    """Return a source of names for databases, of this run alone."""
    return (f"{template}_{number}" for number in count(1))


@pytest.fixture
def database(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a fresh database that holds an empty installation of four partitions."""
    name = next(database_names)
    _create(postgres, name, template)
    yield make_conninfo(postgres, dbname=name)
    _drop(postgres, name)


@pytest.fixture
def connect(database: str) -> Iterator[Connect]:
    """Return a function that opens connections to the fresh database, as services do; they close with the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(installation.connect(database))


@pytest.fixture
def journal(connect: Connect) -> Journal:
    """Return the empty journal of the fresh database, on a connection of its own."""
    return Journal(connect())


def _create(postgres: str, name: str, template: str) -> None:
    words = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
    with installation.connect(postgres) as connection:
        connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template)))


def _drop(postgres: str, name: str) -> None:
    with installation.connect(postgres) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
