"""The demo, loaded once for all tests: its orders and simulated events in a database, projected, and reported."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import duckdb
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from services.connectors.importing import Summary
from services.demo.loading import SEED, Simulated, imported, load_orders, load_simulated
from services.demo.report import Report, shop_report
from services.demo.simulator import simulated
from tests.services.demo import raw


@pytest.fixture(scope="session")
def demo_database(postgres: str, template: str) -> Iterator[str]:
    """Return the DSN of a database of the demo's own."""
    name = f"{template}_demo"
    with installation.connect(postgres) as connection:
        words = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
        connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template)))
        yield make_conninfo(postgres, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def demo_journal(demo_database: str) -> Iterator[Journal]:
    """Return the demo's journal."""
    with closing(installation.connect(demo_database)) as connection:
        yield Journal(connection)


@pytest.fixture(scope="session")
def rejects_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the rows go that are no facts."""
    return tmp_path_factory.mktemp("demo") / "rejects.jsonl"


@pytest.fixture(scope="session")
def loaded(demo_journal: Journal, rejects_path: Path) -> tuple[Summary, Simulated]:
    """Load the demo, and return what was told of it."""
    return load_orders(demo_journal, rejects_path), load_simulated(demo_journal)


@pytest.fixture(scope="session")
def orders(loaded: tuple[Summary, Simulated], demo_journal: Journal) -> list[Envelope]:
    """Return the real orders and returns, as the import made them."""
    assert loaded
    return imported(demo_journal)


@pytest.fixture(scope="session")
def life(orders: list[Envelope]) -> list[Envelope]:
    """Return the simulated life around the orders."""
    return simulated(orders, Random(SEED))


@pytest.fixture(scope="session")
def report(loaded: tuple[Summary, Simulated], demo_database: str, demo_journal: Journal) -> Report:
    """Return the report on the loaded demo, all projections caught up."""
    assert loaded
    with closing(Projector(demo_journal, lambda: installation.connect(demo_database), PROJECTIONS)) as projector:
        projector.catch_up()
    with closing(installation.connect(demo_database)) as connection:
        found = shop_report(connection)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def slice_of_orders() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the raw file as DuckDB reads it."""
    with closing(raw.opened()) as connection:
        yield connection
