"""What tests of the front door ask for: one that is open on a journal, shared by all, and somebody who sends."""

from collections.abc import Iterator

import httpx
import pytest

from services.settings import Settings
from tests.services.ingest.doors import Door, Sender, client_of, database_for, open_door


@pytest.fixture(scope="session")
def door(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Door]:
    """Return the one front door of this run, on a journal."""
    with (
        database_for(postgres, template, next(database_names)) as dsn,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0))) as opened,
    ):
        yield opened


@pytest.fixture
def sender(door: Door) -> Sender:
    """Return a source that nobody else sends as."""
    return door.sender()


@pytest.fixture
def client(door: Door, sender: Sender) -> Iterator[httpx.Client]:
    """Return a client that shows the sender's write key."""
    with client_of(door, sender.write) as opened:
        yield opened
