"""A call centre's table in a Postgres of its own, connectors that follow it, and what came of them on the log."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from events.catalog.contacts import ContactReceived
from events.codec import Codec
from events.log import EventLog
from services.connecting.declaration import Connector
from services.connecting.loading import parse_connector

TABLE = """
CREATE TABLE call (
    id         bigint PRIMARY KEY,
    caller     text,
    about      text NOT NULL DEFAULT '',
    changed_at timestamptz
)
"""

ADD = "INSERT INTO call (id, caller, about, changed_at) VALUES (%s, %s, %s, %s)"

TRANSLATION = """
  name: calls
  kind: "'call'"
  message_id: joined(':', id, changed_at)
  subject: subject('customer', caller)
  time: changed_at
  events:
    - on: call
      type: regulars.contact.received.v1
      data: {contact: text(id), bucket: "'product_information'", question: prose(about)}
"""

LONG_AGO = datetime(2026, 3, 1, 10, tzinfo=UTC)


def calls(dsn: str, **changes: object) -> str:
    """Return the file of a connector that follows the calls; changes are of its source."""
    source = {"table": "call", "cursor": "[changed_at, id]", "poll_seconds": 0.05, "overlap": 2, **changes}
    said = "".join(f"  {name}: {value}\n" for name, value in source.items() if value is not None)
    return f"name: calls\nsource: centre\npostgres:\n  dsn: {dsn}\n{said}translation:{TRANSLATION}"


def connector(text: str, file: str = "calls.yaml") -> Connector:
    """Return the connector of a text."""
    return parse_connector(text, file)


def ago(seconds: float) -> datetime:
    """Return the time so many seconds ago."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def at(second: int) -> datetime:
    """Return a time of a spring morning."""
    return LONG_AGO + timedelta(seconds=second)


class Told(NamedTuple):
    """A call as the log has it."""

    id: str
    call: str
    caller: str
    about: str


def told(log: EventLog) -> list[Told]:
    """Return every call that is on the log, partition by partition."""
    found = []
    for partition, end in log.ends().items():
        for record in log.records(partition, 0, end):
            envelope = Codec().decode(record.value)
            assert isinstance(envelope.data, ContactReceived)
            found.append(Told(envelope.id, envelope.data.contact, envelope.subject, envelope.data.question))
    return found
