"""Where on the log events lie that a figure is made of, and what they say."""

from collections.abc import Iterable, Mapping, Sequence
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

PARKED = """
SELECT count(DISTINCT (d.partition, d."offset")) AS parked
  FROM unnest(%(partitions)s::int[], %(offsets)s::bigint[]) AS asked (partition, "offset")
  JOIN engine.dead_letter AS d ON d.partition = asked.partition AND d."offset" = asked."offset"
 WHERE d.missed <> '{}'
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


# The first event of each person at a time whose type begins so, under whichever of their identifiers.
AT = """
SELECT DISTINCT ON (asked.number) asked.number, t.partition, t."offset"
  FROM unnest(%(persons)s::text[], %(times)s::timestamptz[]) WITH ORDINALITY AS asked (person, "time", number)
 CROSS JOIN LATERAL (SELECT asked.person AS identifier UNION
                     SELECT o.identifier FROM person_of AS o WHERE o.person = asked.person) AS i
  JOIN timeline AS t ON t.subject = i.identifier AND t."time" = asked."time" AND starts_with(t.type, %(kind)s)
 ORDER BY asked.number, t.id
"""


def with_places(connection: Connection, rows: Iterable[Mapping[str, Any]], at: str, kind: str) -> list[dict[str, Any]]:
    """Return rows that name a ``person`` with the ``partition`` and ``offset`` of what happened to them ``at`` a time.

    ``at`` is the column that has the time, ``kind`` what the event's type begins with. Where there is no such event,
    both are None.
    """
    listed = [dict(row) for row in rows]
    asked = {"persons": [row["person"] for row in listed], "times": [row[at] for row in listed], "kind": kind}
    found = {row["number"]: row for row in queries.rows(connection, AT, **asked)} if listed else {}
    for number, row in enumerate(listed, start=1):
        lies = found.get(number, {})
        row |= {"partition": lies.get("partition"), "offset": lies.get("offset")}
    return listed


def parked(connection: Connection, places: Sequence[tuple[int, int]]) -> int:
    """Return how many of the events at some places a projection lacks, so that its figures do not count them."""
    partitions, offsets = [partition for partition, _ in places], [offset for _, offset in places]
    return int(queries.row(connection, PARKED, partitions=partitions, offsets=offsets)["parked"])
