"""What the tests with real clients ask for: the clients, and a front door over a real broker."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from events.log import topics
from events.log.cluster import Cluster
from services.settings import Settings
from tests.services.ingest.clients.installing import NotInstalled, modules
from tests.services.ingest.doors import Door, database_for, open_door

PARTITIONS = 4

OpenDoor = Callable[[], Door]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Return the folder of the libraries for Node."""
    try:
        return modules()
    except NotInstalled as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def cluster(kafka_address: str) -> Iterator[Cluster]:
    """Return the Kafka of this run, with a log of record for a module's tests."""
    cluster = Cluster(kafka_address, prefix=f"test-{secrets.token_hex(6)}")
    topics.create(cluster, PARTITIONS)
    yield cluster
    topics.remove(cluster)


@pytest.fixture(scope="module")
def settings(postgres: str, template: str, database_names: Iterator[str], cluster: Cluster) -> Iterator[Settings]:
    """Return the settings of an installation over Kafka, with a database for a module's tests."""
    with database_for(postgres, template, next(database_names)) as dsn:
        yield Settings(postgres=dsn, kafka=cluster, api=("127.0.0.1", 0))


@pytest.fixture(scope="module")
def doors(settings: Settings) -> Iterator[tuple[Door, Door]]:
    """Return two front doors of one installation, side by side."""
    with ExitStack() as opened:
        yield opened.enter_context(open_door(settings)), opened.enter_context(open_door(settings, senders=0))
