"""A shop for music on the web: the whole CDNOW sample, imported through the log and folded."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.connectors.importing import import_file
from services.connectors.loading import built_in
from services.installation import Installation
from tests.projections.engine.tables import Connect, pump
from tests.projections.shop import Shop
from tests.services.ingest.doors import database_for

SAMPLE = Path(__file__).parent / "data" / "cdnow_sample.txt.gz"


@pytest.fixture(scope="session")
def cdnow_database(
    postgres: str, template: str, database_names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the DSN of a database with every purchase of the sample; no dial is made yet."""
    with database_for(postgres, template, next(database_names)) as dsn:
        rejects = tmp_path_factory.mktemp("rejects") / "rejects.jsonl"
        with installation.connect(dsn) as connection:
            log = Journal(connection)
            import_file(SAMPLE, built_in("cdnow"), log, rejects_path=rejects)
            pump(log, partial(installation.connect, dsn), PROJECTIONS, batch_events=24_000)
        yield dsn


@pytest.fixture
def cdnow(cdnow_database: str) -> Iterator[Installation]:
    """Return the shop; what tests add to it stays for the next one."""
    opened = Installation(cdnow_database)
    yield opened
    opened.close()


@pytest.fixture
def shop(journal: Journal, connect: Connect) -> Shop:
    """Return a shop in which nothing has happened yet."""
    return Shop(journal, connect, connect(), PROJECTIONS)
