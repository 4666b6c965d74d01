"""Where on the log events lie that a figure is made of, and what they say."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from events.codec import Codec
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.registry import Connection

PLACES = """
SELECT t.id, t.partition, t."offset", t.value
  FROM unnest(%(subjects)s::text[], %(times)s::timestamptz[], %(ids)s::text[]) AS asked (subject, "time", id)
  JOIN timeline AS t ON t.subject = asked.subject AND t."time" = asked."time" AND t.id = asked.id
"""

Named = tuple[str, datetime, str]
"""An event by its subject, its time and its id."""


class Lies(NamedTuple):
    """Where an event lies, and what it says."""

    partition: int
    offset: int
    envelope: Envelope


def events_named(connection: Connection, named: Iterable[Named]) -> dict[str, Lies]:
    """Return events by their ids; those that the log does not have are left out."""
    wanted = list(named)
    if not wanted:
        return {}
    subjects, times, ids = (list(column) for column in zip(*wanted, strict=True))
    codec = Codec()
    rows: list[dict[str, Any]] = queries.rows(connection, PLACES, subjects=subjects, times=times, ids=ids)
    return {row["id"]: Lies(row["partition"], row["offset"], codec.decode(bytes(row["value"]))) for row in rows}
