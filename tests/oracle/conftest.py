"""A shop for the oracle to judge, filled once: no test may leave anything changed in it."""

from collections.abc import Iterator

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from services.installation import connect
from tests.oracle.shop import Shop, filled


@pytest.fixture(scope="session")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Shop]:
    """Return a database that the engine filled from a hostile history, and the log of that."""
    name = next(database_names)
    with connect(postgres) as connection:
        words = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
        connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template)))
        yield filled(make_conninfo(postgres, dbname=name))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
