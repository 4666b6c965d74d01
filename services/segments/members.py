"""Finds out who is in which segment by now, and keeps since when: the job behind ``regulars segments refresh``.

Everything is one transaction, and is worked out in Postgres: all rules are asked at once of every known customer, and
what differs from the members so far is written as entered or left. A person is named as of the refresh: who was merged
with another since has left under the old name when the next refresh comes, and entered under the new one.
"""

from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from projections._engine.registry import Connection
from services.segments.compiling import compiled
from services.segments.definitions import Segment, all_segments
from services.segments.errors import BadSegment

FOUND = """
CREATE TEMP TABLE segment_found (segment text COLLATE "C" NOT NULL, person text COLLATE "C" NOT NULL) ON COMMIT DROP
"""

FIND = """
INSERT INTO segment_found (segment, person)
SELECT f.segment, c.person
  FROM {joined} CROSS JOIN LATERAL (VALUES {found}) AS f (segment, holds) WHERE f.holds
"""

LEAVE = """
UPDATE membership AS m SET left_at = %(now)s
 WHERE m.left_at IS NULL AND m.segment <> ALL (%(unreadable)s)
   AND NOT EXISTS (SELECT FROM segment_found AS f WHERE f.segment = m.segment AND f.person = m.person)
"""

# Who left and entered by the same clock never left.
ENTER = """
INSERT INTO membership (segment, person, entered_at)
SELECT f.segment, f.person, %(now)s FROM segment_found AS f
 WHERE NOT EXISTS (SELECT FROM membership AS m
                    WHERE m.left_at IS NULL AND m.segment = f.segment AND m.person = f.person)
    ON CONFLICT (person, segment, entered_at) DO UPDATE SET left_at = NULL
"""

SIZES = """
INSERT INTO segment_size (segment, day, customers, refreshed_at)
SELECT n.name, %(now)s::date, (SELECT count(*) FROM segment_found AS f WHERE f.segment = n.name), %(now)s
  FROM unnest(%(names)s::text[]) AS n (name)
    ON CONFLICT (day, segment) DO UPDATE SET customers = excluded.customers, refreshed_at = excluded.refreshed_at
"""

LAST_SIZES = "SELECT DISTINCT ON (segment) segment, customers FROM segment_size ORDER BY segment, day DESC"

REFRESHED_AT = """
SELECT max(refreshed_at) FROM segment_size WHERE %(now)s::timestamptz IS NULL OR refreshed_at <= %(now)s
"""

CHANGES = """
SELECT n.name, s.customers,
       (SELECT count(*) FROM membership AS m WHERE m.segment = n.name AND m.entered_at = %(now)s AND left_at IS NULL)
           AS entered,
       (SELECT count(*) FROM membership AS m WHERE m.segment = n.name AND m.left_at = %(now)s) AS "left"
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS n (name, place)
  JOIN segment_size AS s ON s.segment = n.name AND s.day = %(now)s::date ORDER BY n.place
"""


# One person's segments by the clock, under whatever name of theirs the refreshes knew them.
SEGMENTS_OF = """
SELECT m.segment, min(m.entered_at) AS since,
       coalesce((SELECT nullif(p.content::jsonb ->> 'title', '') FROM policies AS p
                  WHERE p.policy = 'segment.' || m.segment
                  ORDER BY p.content_at DESC, p.content_by DESC LIMIT 1), m.segment) AS title
  FROM membership AS m
 WHERE m.person = ANY (ARRAY(
           SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s)
            UNION SELECT identifier FROM person_of
             WHERE person = coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s)))
   AND m.entered_at <= %(now)s AND (m.left_at IS NULL OR m.left_at > %(now)s)
 GROUP BY m.segment ORDER BY since, m.segment
"""


class Refreshed(NamedTuple):
    """What became of a segment: how many are in it, entered and left by this clock."""

    segment: str
    customers: int
    entered: int
    left: int


def refresh(connection: Connection, now: datetime, currency: str) -> list[Refreshed]:
    """Bring the members in step with the rules by a clock. Raises BadSegment where a later clock was there before."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.segments.refresh'))")
        before = refreshed_at(connection)
        if before is not None and before > now:
            message = f"the members were brought up to {before:%Y-%m-%d %H:%M} UTC already, and time goes one way"
            raise BadSegment(message)
        segments = all_segments(connection)
        readable = [segment for segment in segments if segment.rule is not None]
        _find(connection, readable, now, currency)
        asked = {
            "now": now,
            "names": [segment.name for segment in readable],
            "unreadable": [segment.name for segment in segments if segment.rule is None],
        }
        for statement in (LEAVE, ENTER, SIZES):
            connection.execute(statement, asked)
        return [Refreshed(*row) for row in connection.execute(CHANGES, asked)]


def refreshed_at(connection: Connection, now: datetime | None = None) -> datetime | None:
    """Return the clock of the last refresh, or of the last by another clock."""
    row = connection.execute(REFRESHED_AT, {"now": now}).fetchone()
    return row[0] if row else None


def sizes(connection: Connection) -> dict[str, int]:
    """Return how many were in each segment by the last refresh that knew it."""
    return dict(connection.execute(LAST_SIZES).fetchall())


def _find(connection: Connection, segments: list[Segment], now: datetime, currency: str) -> None:
    rules = compiled([segment.rule for segment in segments if segment.rule is not None])
    names = {f"segment_{place}": segment.name for place, segment in enumerate(segments)}
    found = sql.SQL(", ").join(
        sql.SQL("({}::text, {})").format(sql.Placeholder(name), condition)
        for name, condition in zip(names, rules.conditions, strict=True)
    )
    connection.execute(FOUND)
    query = sql.SQL(FIND).format(joined=rules.joined, found=found)
    connection.execute(query, {**rules.parameters, **names, "now": now, "currency": currency})
    connection.execute("ANALYZE segment_found")
