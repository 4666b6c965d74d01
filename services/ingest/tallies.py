"""How many messages came, and what did not keep to the tracking plans: counts by day, which reports read.

Processes count in memory and add their counts up here every second or so. One that is killed takes its latest counts
with it: these are figures for people, and no ledger. What became of each message the log and ``verdicts`` tell.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from psycopg.rows import class_row

from services.ingest.texts import escaped
from services.installation import Connection

# Rows are locked in one order, so that two processes that add at once do not wait for each other for ever.
ADD_TALLIES = """
INSERT INTO ingest.tally AS t (source, day, type, outcome, events)
SELECT * FROM unnest(%(sources)s::text[], %(days)s::date[], %(types)s::text[], %(outcomes)s::text[],
                     %(events)s::bigint[])
    ON CONFLICT (source, day, type, outcome) DO UPDATE SET events = t.events + excluded.events
"""

ADD_VIOLATIONS = """
INSERT INTO ingest.violation AS v (source, day, type, field, action, events, last_at)
SELECT *, now() FROM unnest(%(sources)s::text[], %(days)s::date[], %(types)s::text[], %(fields)s::text[],
                            %(actions)s::text[], %(events)s::bigint[])
    ON CONFLICT (source, day, type, field, action)
    DO UPDATE SET events = v.events + excluded.events, last_at = greatest(v.last_at, excluded.last_at)
"""

COUNTED = """
SELECT source, day, type, outcome, events FROM ingest.tally
 WHERE (%(source)s::text IS NULL OR source = %(source)s) AND (%(since)s::date IS NULL OR day >= %(since)s)
 ORDER BY source, day, type, outcome
"""

VIOLATIONS = """
SELECT source, type, field, action, sum(events)::bigint AS events, min(day) AS first_day, max(last_at) AS last_at
  FROM ingest.violation
 WHERE (%(source)s::text IS NULL OR source = %(source)s) AND (%(since)s::date IS NULL OR day >= %(since)s)
 GROUP BY source, type, field, action ORDER BY source, sum(events) DESC, type, field, action
"""

Tallied = Mapping[tuple[str, date, str, str], int]
"""Messages by source, day, type and outcome."""

Violated = Mapping[tuple[str, date, str, str, str], int]
"""Events by source, day, type, field and what was done about it."""


class Tally(NamedTuple):
    """How many messages of a source became events of a type on a day, or whatever the outcome says."""

    source: str
    day: date
    type: str
    outcome: str
    events: int


class Violations(NamedTuple):
    """How many events of a source were of a type, or had a field, that its plan does not know.

    ``field`` is '' where it is the whole type. ``last_at`` is when the last of them was counted.
    """

    source: str
    type: str
    field: str
    action: str
    events: int
    first_day: date
    last_at: datetime


def add(connection: Connection, tallied: Tallied, violated: Violated) -> None:
    """Add counts up, all of them or none."""
    with connection.transaction():
        if tallied:
            keys = sorted(tallied)
            columns = dict(
                zip(("sources", "days", "types", "outcomes"), map(list, zip(*keys, strict=True)), strict=True)
            )
            connection.execute(ADD_TALLIES, {**columns, "events": [tallied[key] for key in keys]})
        if violated:
            against = sorted(violated)
            names = ("sources", "days", "types", "fields", "actions")
            columns = dict(zip(names, map(list, zip(*against, strict=True)), strict=True))
            connection.execute(ADD_VIOLATIONS, {**columns, "events": [violated[key] for key in against]})


def counted(connection: Connection, *, source: str | None = None, since: date | None = None) -> list[Tally]:
    """Return how many messages came, by source, day, type and outcome."""
    with connection.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(COUNTED, {"source": source and escaped(source), "since": since}).fetchall()


def violations(connection: Connection, *, source: str | None = None, since: date | None = None) -> list[Violations]:
    """Return what did not keep to the tracking plans, the commonest of each source first."""
    with connection.cursor(row_factory=class_row(Violations)) as cursor:
        return cursor.execute(VIOLATIONS, {"source": source and escaped(source), "since": since}).fetchall()
