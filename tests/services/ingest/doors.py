"""A front door for tests: a server in a thread, senders that are registered with it, and what lies behind it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import httpx
from psycopg import sql
from psycopg.conninfo import make_conninfo

from events.log import EventLog
from services import installation
from services.api.serving import serve_until_stopped
from services.ingest import registry
from services.ingest.source import Role
from services.installation import Connection, Installation
from services.settings import Settings
from tests.services.running import Running

ADDRESS = re.compile(r"http://[0-9.:]+")
READ_AT_ONCE = 10_000
ANSWER_SECONDS = 30.0
SENDERS = 20

_numbers = count(1)

Document = dict[str, Any]


class Sender(NamedTuple):
    """A registered source, with a key of each role."""

    name: str
    write: str
    read: str
    admin: str


class Door:
    """A running front door. Everything that tests send to it stays: each takes a source, and so ids, of its own."""

    def __init__(self, running: Running, opened: Installation, senders: list[Sender]) -> None:
        """Stand for a server that runs, and that knows these senders: to learn of new ones takes it a moment."""
        self.running = running
        self.url = next(ADDRESS.findall(told)[0] for event, told in running.told.events if event == "serving")
        self.installation = opened
        self.connection = opened.connect("tests")
        self._log: EventLog | None = None
        self._positions: dict[int, int] = {}
        self._stored: list[Document] = []
        self._senders = senders

    def sender(self, **changes: Any) -> Sender:  # noqa: ANN401 - what a source has
        """Return a source that no other test has, with a key of each role."""
        if changes:
            return registered(self.connection, **changes)
        if not self._senders:
            self._senders = some_registered(self.connection)
        return self._senders.pop()

    def stored(self, source: str) -> list[Document]:
        """Return the events of a source, or under ids that begin with its name, as the log holds them."""
        return [each for each in self._read() if each["source"] == source or each["id"].startswith(f"{source}:")]

    def _read(self) -> list[Document]:
        log = self.log()
        while chunks := log.read(self._positions, READ_AT_ONCE):
            for chunk in chunks:
                self._stored += map(json.loads, chunk.values)
                self._positions[chunk.partition] = chunk.next_offset
        return self._stored

    def log(self) -> EventLog:
        """Return the log behind the door."""
        if self._log is None:
            self._log = self.installation.log()
            self._positions = dict.fromkeys(range(self._log.partitions), 0)
        return self._log


def registered(connection: Connection, **changes: Any) -> Sender:  # noqa: ANN401 - what a source has
    """Register a source with a key of each role."""
    name = f"shop-{next(_numbers)}"
    registry.add(connection, name, **changes)
    return Sender(name, *(registry.new_key(connection, name, role) for role in Role))


def some_registered(connection: Connection, senders: int = SENDERS) -> list[Sender]:
    """Register some sources at once."""
    with connection.transaction():
        return [registered(connection) for _ in range(senders)]


@contextmanager
def open_door(settings: Settings, senders: int = SENDERS) -> Iterator[Door]:
    """Yield a front door that is open until the block ends, and that knows some senders."""
    with installation.open_installation(settings) as opened:
        with opened.connect("tests") as connection:
            known = some_registered(connection, senders)
        with Running(partial(serve_until_stopped, settings)) as running:
            running.wait_for("serving")
            yield Door(running, opened, known)


@contextmanager
def database_for(postgres: str, template: str, name: str) -> Iterator[str]:
    """Yield the DSN of a database with an empty installation, for more than one test."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with installation.connect(postgres) as connection:
        connection.execute(create)
        yield make_conninfo(postgres, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def client_of(door: Door, key: str = "") -> httpx.Client:
    """Return a client of a door, which shows a key where it has one."""
    return httpx.Client(base_url=door.url, auth=(key, "") if key else None, timeout=ANSWER_SECONDS)
