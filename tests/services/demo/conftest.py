"""The demo, loaded once for all tests, by the command that a newcomer gives: projected, worked out, and reported."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec
import pytest

from events.envelope import Envelope
from events.log.postgres import Journal
from services import installation
from services.connectors.importing import Summary
from services.demo.loading import SEED, Simulated, imported
from services.demo.report import Report, shop_report
from services.demo.simulator import simulated
from services.embedded.postgres import embedded_postgres
from services.variables import HOME, KAFKA, POSTGRES
from tests.conftest import TEST_SERVER, new_folder
from tests.services.cli.staying import Staying
from tests.services.demo import raw

DEMO_SECONDS = 390


@pytest.fixture(scope="session")
def demo_home() -> Iterator[Path]:
    """Return a home for an installation, which holds the demo as its first run left it; see ``first_run``."""
    folder = new_folder()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def demo_database(demo_home: Path) -> Iterator[str]:
    """Return the DSN of the demo's own Postgres, which is kept up between the runs."""
    with embedded_postgres(demo_home / "demo", print, changes=TEST_SERVER) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def first_run(demo_home: Path, demo_database: str) -> dict[str, Any]:
    """Run ``regulars demo`` as a newcomer does, and return what it tells. It is not to touch the log that is named."""
    assert demo_database
    environment = {HOME.name: str(demo_home), POSTGRES.name: "", KAFKA.name: "127.0.0.1:1"}
    process = Staying("demo", "--once", "--json", environment=environment)
    out, err = process.process.communicate(timeout=DEMO_SECONDS)
    assert process.process.returncode == 0, err
    document: dict[str, Any] = msgspec.json.decode(out)
    return document


@pytest.fixture(scope="session")
def demo_journal(demo_database: str) -> Iterator[Journal]:
    """Return the demo's journal."""
    with closing(installation.connect(demo_database)) as connection:
        yield Journal(connection)


@pytest.fixture(scope="session")
def loaded(first_run: dict[str, Any]) -> tuple[Summary, Simulated]:
    """Return what was told of the loading."""
    return msgspec.convert(first_run["orders"], Summary), Simulated(**first_run["simulated"])


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
def report(loaded: tuple[Summary, Simulated], demo_database: str) -> Report:
    """Return the report on the loaded demo."""
    assert loaded
    with closing(installation.connect(demo_database)) as connection:
        found = shop_report(connection)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def slice_of_orders() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the raw file as DuckDB reads it."""
    with closing(raw.opened()) as connection:
        yield connection
