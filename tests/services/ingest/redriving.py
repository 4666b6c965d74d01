"""What tests of redriving begin with: messages that were turned away, and what became of them."""

import json
from typing import Any

from events.log import EventLog
from services.ingest import registry, verdicts
from services.ingest.source import Protocol
from services.ingest.translating import events_of
from services.ingest.verdict import Outcome
from services.installation import Connection
from tests.services.ingest.refusals import NOON, refused, searched

BAD, GOOD = searched(results="many"), searched(results=3)
SEARCH = "regulars.search.performed.v2"


def kept(connection: Connection, body: bytes = BAD, **said: Any) -> int:  # noqa: ANN401 - as refused takes it
    """Keep a message that was turned away, and return its number."""
    (number,) = verdicts.store(connection, [refused(body, **said)])
    return number


def conflict(connection: Connection, log: EventLog) -> int:
    """Have the log hold a search, and keep one for a teapot that came under the same id."""
    (source,) = (each.source for each in registry.sources(connection))
    log.append(events_of(source, Protocol.SEGMENT, GOOD, NOON))
    teapot = searched(query="teapot")
    return kept(connection, teapot, outcome=Outcome.CONFLICT, field="message id", reason="was used before")


def held(log: EventLog) -> list[tuple[str, Any]]:
    """Return the ids and the data of everything on a log."""
    records = [record for partition in log.ends() for record in log.records(partition, 0, 1_000)]
    return [(document["id"], document["data"]) for document in (json.loads(record.value) for record in records)]


def is_open(connection: Connection, number: int) -> bool:
    """Return whether nobody has settled a message."""
    row = verdicts.shown(connection, number)
    assert row is not None
    return row.settled_at is None
