"""What tests of what leaves the house ask for: a database that a module's tests share, and receivers that run."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.installation import Connection
from tests.projections.shop import Shop
from tests.services.ingest.doors import database_for
from tests.services.outgoing.announcing import Clock
from tests.services.outgoing.guarded import tell_all
from tests.services.outgoing.receiving import Mailbox, WebServer, mail_server, web_server


@pytest.fixture(scope="module")
def dsn(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database with an empty installation, for all tests of a module."""
    with database_for(postgres, template, next(database_names)) as made:
        yield made


@pytest.fixture(scope="module")
def opened(dsn: str) -> Iterator[Connection]:
    """Return a connection for all tests of a module."""
    with installation.connect(dsn) as connection:
        yield connection


@pytest.fixture
def connection(opened: Connection) -> Connection:
    """Return a connection to tables without endpoints, channels and deliveries."""
    opened.execute("DELETE FROM outgoing.delivery; DELETE FROM outgoing.endpoint; DELETE FROM outgoing.channel")
    return opened


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    """Return a web server; each test takes paths of its own."""
    with web_server() as server:
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[Mailbox]:
    """Return the mailbox of a mail server."""
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def clock() -> Clock:
    """Return a clock that a test sets."""
    return Clock()


@pytest.fixture(scope="module")
def told(opened: Connection, dsn: str) -> Iterator[None]:
    """Tell what the tests of guards ask of, and fold it once for a module."""
    with ExitStack() as stack:

        def connect() -> Connection:
            return stack.enter_context(installation.connect(dsn))

        shop = Shop(Journal(connect()), connect, opened, PROJECTIONS)
        tell_all(shop)
        shop.catch_up()
        yield
