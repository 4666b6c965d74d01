"""What tests of connectors ask for: another system's database, and a way to be in it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from services import installation
from services.installation import Connection
from tests.services.connecting.calls import TABLE


@pytest.fixture(scope="session")
def centre_database(postgres: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database of the call centre's own, for the whole run."""
    name = sql.Identifier(next(database_names))
    with installation.connect(postgres) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        yield make_conninfo(postgres, dbname=name.as_string().strip('"'))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def centre(centre_database: str) -> str:
    """Return the DSN of the call centre's database, which holds nothing but an empty table of calls."""
    with psycopg.connect(centre_database, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute(TABLE)
    return centre_database


@pytest.fixture
def source(centre: str) -> Iterator[Connection]:
    """Return a connection to the call centre's database, whose session is in Berlin."""
    with psycopg.connect(centre, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        yield connection
