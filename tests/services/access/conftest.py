"""People of a house for the tests of who may look, and a clock that goes as a test says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from services.access import passwords, users
from services.access.roles import Role
from services.access.users import User
from services.installation import Connection
from services.settings import Settings
from tests.conftest import Connect
from tests.services.ingest.doors import Door, database_for, open_door

ANYWHERE = ("127.0.0.1", 0)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "tea at four, as ever"  # noqa: S105 - of nobody
BY = "tests"


@pytest.fixture(scope="session")
def door(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Door]:
    """Return a served house. Each test has residents of its own."""
    dsn = database_for(postgres, template, next(database_names))
    with dsn as postgres_of_house, open_door(Settings(postgres=postgres_of_house, api=ANYWHERE), senders=1) as opened:
        yield opened


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a fresh installation."""
    return connect()


@pytest.fixture
def anna(connection: Connection) -> User:
    """Return a manager with a password."""
    return with_password(connection, User("anna", Role.MANAGER, NOW, shown_as="Anna Berg", email="anna@example.org"))


def with_password(connection: Connection, user: User) -> User:
    """Add a user who has set PASSWORD."""
    users.add(connection, user, BY)
    users.set_password(connection, user.name, _kept(), user.name, user.created_at)
    return users.user_named(connection, user.name)


@cache
def _kept() -> str:
    """Return the hash of PASSWORD, which takes a while to make."""
    return passwords.hashed(PASSWORD)


def later(**span: float) -> datetime:
    """Return a time after NOW."""
    return NOW + timedelta(**span)
