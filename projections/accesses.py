"""Who of the house looked at whom: at what, and how often, by day.

Reads Looked. One row per subject, day, member of the house and view; looks that differ in nothing but their seconds are
one already when they are told (services/access/telling.py). Shown on the page of the audit, and on a customer's page to
whoever may see who looked.

The awkward half: it says what was asked for, and not what was read. It does not count as the customer having been here,
and it stays when they are erased: it is evidence about the house, and has nothing of the customer but their id.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from events.catalog.access import Looked
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class Accesses(Projection, version=1, indexes=("actor", "last_looked")):
    """The looks of one member of the house at one view of a subject on one day."""

    subject: Key[str]
    day: Key[date]
    actor: Key[str]
    what: Key[str]
    times: Sum
    of_the_past: Sum
    first_looked: Min[datetime]
    last_looked: Max[datetime]
    role: Latest[str]

    @folds(Looked)
    def looked(self, event: Looked, envelope: Envelope) -> Row:
        """The day is the envelope's, by UTC."""
        at = envelope.time
        return self.row(
            envelope.subject,
            at.date(),
            event.actor,
            event.what,
            times=1,
            of_the_past=int(bool(event.as_of)),
            first_looked=at,
            last_looked=at,
            role=event.role,
        )


# The last looks of the house first, with the subject as it was looked at; arguments that are null leave all in.
LOOKS = """
SELECT a.subject, a.day, a.actor, a.role, a.what, a.times, a.of_the_past, a.first_looked, a.last_looked
  FROM accesses AS a
 WHERE (%(actor)s::text IS NULL OR a.actor = %(actor)s)
   AND (%(before)s::timestamptz IS NULL OR (a.last_looked, a.subject, a.actor, a.what) <
        (%(before)s, %(before_subject)s, %(before_actor)s, %(before_what)s))
 ORDER BY a.last_looked DESC, a.subject DESC, a.actor DESC, a.what DESC LIMIT %(limit)s
"""

# Who looked at a person, under whichever of their identifiers.
LOOKS_AT = """
SELECT a.day, a.actor, a.role, a.what, a.times, a.of_the_past, a.first_looked, a.last_looked
  FROM accesses_of(%(subject)s) AS a
 ORDER BY a.last_looked DESC, a.actor DESC, a.what DESC LIMIT %(limit)s
"""


class Place(NamedTuple):
    """Of which row the next ones are asked."""

    last_looked: datetime
    subject: str
    actor: str
    what: str


def looks(
    connection: Connection, *, actor: str | None = None, after: Place | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Return who looked at whom, the last first; of one member of the house, or of all."""
    names = ("before", "before_subject", "before_actor", "before_what")
    place = dict(zip(names, after or (None,) * len(names), strict=True))
    return queries.rows(connection, LOOKS, actor=actor, limit=limit, **place)


def looks_at(connection: Connection, subject: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return who looked at a person, the last first."""
    return queries.rows(connection, LOOKS_AT, subject=subject, limit=limit)
