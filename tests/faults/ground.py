"""What faults are tried on: a real broker, a real Postgres that keeps what it answered, and room for many scenes."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from psycopg import sql
from psycopg.conninfo import make_conninfo

from services import installation
from services.dev.broker import Broker
from services.embedded.postgres import embedded_postgres
from tests.kafkas import own_kafka

PARTITIONS = 4
SMALL_SERVER = {"shared_buffers": "128MB"}
TEMPLATE = "regulars_empty"


class Ground(NamedTuple):
    """A broker, and the DSN of a Postgres in which databases may be made.

    ``by_door``: what producers send goes through a front door, and not to the broker at once.
    """

    broker: Broker
    dsn: str
    by_door: bool = False


@contextmanager
def ground() -> Iterator[Ground]:
    """Yield a ground of its own. Raises InstallationError where there can be none."""
    with own_kafka() as broker, postgres() as server:
        yield Ground(broker, server.dsn)


class Server(NamedTuple):
    """An embedded Postgres: its home, and its DSN."""

    home: Path
    dsn: str


@contextmanager
def postgres(parent: Path | None = None, changes: Mapping[str, str] = SMALL_SERVER) -> Iterator[Server]:
    """Yield a durable Postgres of its own, with an empty installation to copy."""
    folder = Path(mkdtemp(prefix="regulars-test-", dir=parent))
    folder.chmod(0o711)  # the server runs as another user where we are root
    try:
        with embedded_postgres(folder / "home", print, changes=changes) as dsn:
            with installation.connect(dsn) as connection:
                _create(connection, TEMPLATE, "template0")
            installation.prepare(make_conninfo(dsn, dbname=TEMPLATE), PARTITIONS)
            yield Server(folder / "home", dsn)
    finally:
        shutil.rmtree(folder)


@contextmanager
def database(dsn: str) -> Iterator[str]:
    """Yield the DSN of a fresh database with an empty installation."""
    name = f"faults_{secrets.token_hex(6)}"
    with installation.connect(dsn) as connection:
        _create(connection, name, TEMPLATE)
    yield make_conninfo(dsn, dbname=name)
    with installation.connect(dsn) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(connection: installation.Connection, name: str, template: str) -> None:
    words = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
    connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template)))
