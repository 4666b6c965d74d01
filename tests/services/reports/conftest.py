"""What tests of reports ask for: a shop in which nothing has happened yet, and one with three months of real orders."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import duckdb
import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.associations import keeping
from services.associations.orders import Orders, read
from services.demo.loading import load_orders
from services.installation import Connection
from tests.projections.engine.tables import Connect, pump
from tests.projections.shop import Shop
from tests.services.demo import raw
from tests.services.ingest.doors import database_for

LEAST_BASKETS = 40


@pytest.fixture
def shop(journal: Journal, connect: Connect) -> Shop:
    """Return a shop in which nothing has happened yet."""
    return Shop(journal, connect, connect(), PROJECTIONS)


@pytest.fixture(scope="session")
def retail_database(
    postgres: str, template: str, database_names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the DSN of a database with the demo's real orders, folded; it is only read."""
    rejects: Path = tmp_path_factory.mktemp("rejects") / "rejects.jsonl"
    with database_for(postgres, template, next(database_names)) as dsn:
        with installation.connect(dsn) as connection:
            log = Journal(connection)
            load_orders(log, rejects)
            pump(log, partial(installation.connect, dsn), PROJECTIONS, batch_events=24_000)
        yield dsn


@pytest.fixture
def retail(retail_database: str) -> Iterator[Connection]:
    """Return a connection to the shop with the real orders."""
    with installation.connect(retail_database) as connection:
        yield connection


@pytest.fixture(scope="session")
def mined_orders(retail_database: str) -> Orders:
    """Return the real orders as they are read from the log; the database knows what was mined from them."""
    with installation.connect(retail_database) as connection:
        log = Journal(connection)
        keeping.mine(log, connection, keeping.Wanted(LEAST_BASKETS, most_products=4))
        return read(log, log.ends(), keeping.persons(connection))


@pytest.fixture
def mined_retail(mined_orders: Orders, retail: Connection) -> Connection:
    """Return a connection to the shop with the real orders and what was mined from them."""
    assert len(mined_orders)
    return retail


@pytest.fixture(scope="session")
def raw_retail() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the same orders as DuckDB reads them from the raw file; see ``tests.services.demo.raw``."""
    with closing(raw.opened()) as connection:
        yield connection
