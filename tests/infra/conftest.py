"""What tests of the infrastructure ask for: docker-compose.yml as it is read, and a database to bring it up on."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from services import installation
from tests.infra.composed import COMPOSE, SECURED, Service, composed, services_of

Services = dict[str, Service]


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return docker-compose.yml with every reference resolved and every variable filled in."""
    return composed(tmp_path_factory.mktemp("compose"))


@pytest.fixture(scope="session")
def services(document: dict[str, Any]) -> Services:
    """Return its services by name, each after those that it waits for."""
    return services_of(document)


@pytest.fixture(scope="session")
def secured_document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return docker-compose.yml with infra/kafka/secured.yml over it."""
    return composed(tmp_path_factory.mktemp("secured"), [COMPOSE, SECURED])


@pytest.fixture(scope="session")
def secured(secured_document: dict[str, Any]) -> Services:
    """Return the services of both, by name, each after those that it waits for."""
    return services_of(secured_document)


@pytest.fixture(scope="module")
def empty_database(postgres: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database for all tests of a module, as Postgres makes it: nothing is in it."""
    name = next(database_names)
    with installation.connect(postgres) as connection:
        words = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
        connection.execute(sql.SQL(words).format(sql.Identifier(name)))
        yield make_conninfo(postgres, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
