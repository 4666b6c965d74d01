"""What tests of every package may ask for: a real Postgres, a fresh database with a journal, and a real Kafka."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import make_conninfo
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from events.log.cluster import Cluster
from events.log.postgres import Journal
from services import installation
from services.dev.broker import Broker
from services.embedded.postgres import embedded_postgres
from services.installation import Connection
from services.settings import InstallationError
from tests.kafka_shared import shared_kafka
from tests.kafkas import local_kafka, own_kafka
from tests.quick_java import be_quick

PARTITIONS = 4

# Only a test may lose its data with the machine.
TEST_SERVER = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "256MB"}

KAFKA_SECONDS = 30.0
NEEDS_KAFKA = "These tests need Kafka: set REGULARS_TEST_KAFKA to host:port, start Docker, or install Java and Maven."

Connect = Callable[[], Connection]

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own, as in any folder for temporary files
ROOMY_BYTES = 8 << 30

TOGETHER = ("tests/services/demo/", "tests/services/reports/", "tests/dashboard/")
"""Folders whose tests share what takes long to load, so that one worker runs them all."""


LONGEST = (
    "tests/services/demo/",
    "tests/faults/",
    "tests/test_readme",
    *TOGETHER,
    "tests/infra",
    "tests/story",
    "tests/laws",
    "tests/services/test_settings_secured",
    "tests/test_kafkas",
)
"""What takes longest begins first, so that no worker ends long after the others."""


class ByFileOrFolder(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker a whole file, or a whole folder of TOGETHER."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_configure() -> None:
    """Have brokers start quickly, for a run starts some fifty; and have no property fail because a machine is busy."""
    be_quick()
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileOrFolder:  # noqa: ANN401 - xdist's own
    """Return how tests are shared out between workers."""
    return ByFileOrFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what takes longest begin first; the rest stays in order."""
    items.sort(key=lambda item: min((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), default=99))


def new_folder() -> Path:
    """Return a folder that root's Postgres reaches as another user: in memory where there is room, else on the disk.

    A database of its own for each test is some 400 files, which a disk takes a third of a second to make.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOMY_BYTES
    folder = Path(mkdtemp(prefix="regulars-test-", dir=MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a folder for one installation, short to name, which root's Postgres reaches as another user."""
    folder = new_folder()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the DSN of the one server of this run: REGULARS_TEST_PG, or an embedded one that ends with the run."""
    with ExitStack() as held:
        dsn = os.environ.get("REGULARS_TEST_PG")
        if not dsn:
            folder = new_folder()
            held.callback(shutil.rmtree, folder)
            try:
                dsn = held.enter_context(embedded_postgres(folder / "home", print, changes=TEST_SERVER))
            except InstallationError as error:
                pytest.fail(f"These tests need Postgres: set REGULARS_TEST_PG to a DSN. {error}", pytrace=False)
        yield dsn


@pytest.fixture(scope="session")
def template(postgres: str) -> Iterator[str]:
    """Return the name of a database with the tables of an empty installation, which ``database`` copies."""
    name = f"regulars_test_{os.getpid()}"
    try:
        _create(postgres, name, "template0")
        installation.prepare(make_conninfo(postgres, dbname=name), PARTITIONS)
    except (psycopg.Error, InstallationError) as error:
        pytest.fail(f"These tests need a Postgres in which they may make databases: {error}", pytrace=False)
    yield name
    _drop(postgres, name)


@pytest.fixture(scope="session")
def database_names(template: str) -> Iterator[str]:
    """Return a source of names for databases, of this run alone."""
    return (f"{template}_{number}" for number in count(1))


@pytest.fixture
def database(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a fresh database that holds an empty installation of four partitions."""
    name = next(database_names)
    _create(postgres, name, template)
    yield make_conninfo(postgres, dbname=name)
    _drop(postgres, name)


@pytest.fixture
def connect(database: str) -> Iterator[Connect]:
    """Return a function that opens connections to the fresh database, as services do; they close with the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(installation.connect(database))


@pytest.fixture
def journal(connect: Connect) -> Journal:
    """Return the empty journal of the fresh database, on a connection of its own."""
    return Journal(connect())


@pytest.fixture(scope="session")
def kafka_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the one Kafka of this run: REGULARS_TEST_KAFKA, in Docker, or by Java and Maven."""
    shared = hasattr(request.config, "workerinput") and request.config.cache
    ours = shared_kafka(shared.mkdir("kafka")) if shared else local_kafka()
    with ExitStack() as held:
        try:
            address = os.environ.get("REGULARS_TEST_KAFKA") or held.enter_context(ours)
        except InstallationError as error:
            pytest.fail(f"{NEEDS_KAFKA} {error}", pytrace=False)
        yield address


@pytest.fixture
def kafka(kafka_address: str) -> Iterator[Cluster]:
    """Return the Kafka of this run under a prefix that nobody else has; topics with it are deleted after the test."""
    cluster = Cluster(kafka_address, prefix=f"test-{secrets.token_hex(6)}")
    yield cluster
    admin = AdminClient(cluster.librdkafka())
    topics = [topic for topic in admin.list_topics(timeout=KAFKA_SECONDS).topics if topic.startswith(cluster.prefix)]
    if topics:
        for deleted in admin.delete_topics(topics).values():
            deleted.result(KAFKA_SECONDS)


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """Return a running broker, with data of its own, that a test may kill or fill up; always by Java and Maven."""
    with ExitStack() as held:
        try:
            broker = held.enter_context(own_kafka())
        except InstallationError as error:
            pytest.fail(f"These tests need a Kafka that they may kill: {error}", pytrace=False)
        yield broker


def _create(postgres: str, name: str, template: str) -> None:
    words = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY"
    with installation.connect(postgres) as connection:
        connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template)))


def _drop(postgres: str, name: str) -> None:
    with installation.connect(postgres) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
