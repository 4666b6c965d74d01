"""Which events to look at for a list of some: by their types, or, where but a few customers can have any, by these.

Reads the ``timeline``, the newest first. Over the embedded log both ways have an index; over Kafka only that by
customer has one. Who has any at all is told by the projections, as long as it is of now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from projections import PROJECTIONS
from projections._engine import queries
from projections._engine.registry import Connection, live_tables
from projections.unmet_demand import normalised
from projections.visits import WHOLE
from services.reports.visits import OUTCOMES, PLACED
from services.views.event_kinds import NONE, Kind, Narrowed

AT_ONCE = 1_000
MOST_ROWS = 8_000
"""Of many types the newest of each are read, and most of them are not among the newest of all."""
EVENTS_BY_SUBJECT = [each for each in PROJECTIONS if each.name == "timeline"]
"""What has a table of its own where the log cannot be queried: of that events are found by subject alone."""
MOST_PEOPLE = 1_000
"""Of more customers than these the events are not looked for one by one."""

Row = dict[str, Any]


class Window(NamedTuple):
    """From when, before when; and, where a page ended, before which event."""

    begin: str
    end: str
    time: datetime | str = "infinity"
    id: str = ""


BETWEEN = """
"time" >= %(begin)s::timestamptz AND "time" < %(end)s::timestamptz
 AND ("time", id) < (%(time)s::timestamptz, %(id)s::text COLLATE "C")
"""

COLUMNS = 'subject, "time", id, partition, "offset", recorded_at, value'

OF_TYPES: LiteralString = f"""
SELECT t.* FROM unnest(%(types)s::text[]) AS y (type)
 CROSS JOIN LATERAL (SELECT {COLUMNS} FROM timeline WHERE type = y.type AND {BETWEEN}
                      ORDER BY "time" DESC, id DESC LIMIT %(limit)s) AS t
 ORDER BY t."time" DESC, t.id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants

ANYWHERE: LiteralString = f"""
SELECT {COLUMNS} FROM timeline WHERE type = ANY (%(types)s) AND {BETWEEN}
 ORDER BY "time" DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants

OF_PEOPLE: LiteralString = f"""
SELECT {COLUMNS} FROM timeline
 WHERE subject = ANY (%(subjects)s) AND type = ANY (%(types)s) AND {BETWEEN}
 ORDER BY "time" DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants

IDENTIFIERS = """
WITH asked AS (SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person)
SELECT person AS subject FROM asked UNION SELECT o.identifier FROM person_of AS o JOIN asked USING (person)
"""

WHO_SEARCHED = "SELECT DISTINCT subject FROM unmet_demand WHERE query = %(query)s LIMIT %(most)s"
WHO_BOUGHT = "SELECT subject FROM products_bought WHERE product = %(product)s LIMIT %(most)s"
WHO_SUGGESTED = "SELECT DISTINCT subject FROM suggestions WHERE suggestion = %(about)s LIMIT %(most)s"

# Of those who did something, where the visits began of which the first event lies between two; of several events at
# that instant it is the one with the least id.
BEGUN = f"""
WITH own AS (
    SELECT DISTINCT coalesce(p.person, s.subject) AS person
      FROM unnest(%(subjects)s::text[]) AS s (subject) LEFT JOIN person_of AS p ON p.identifier = s.subject
), known AS (
    SELECT person, person AS identifier FROM own
     UNION SELECT o.person, o.identifier FROM person_of AS o JOIN own USING (person)
), slots AS (
    SELECT k.person, v.* FROM known AS k JOIN visits AS v ON v.subject = k.identifier
     WHERE v."left" >= %(first)s::timestamptz - interval '1 day' AND (%(store)s::text IS NULL OR v.store = %(store)s)
), {WHOLE}{{outcomes}}, begun AS (
    SELECT * FROM {{visits}}
     WHERE entered >= %(first)s::timestamptz AND entered < %(end)s::timestamptz AND entered <= %(now)s
       AND entered <= %(time)s::timestamptz AND (%(about)s = '' OR entry_page = nullif(%(about)s, '{NONE}')
            OR %(about)s = '{NONE}' AND entry_page = '')
       AND {{chosen}}
)
SELECT e.* FROM begun AS b
 CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM timeline
     WHERE subject IN (SELECT k.identifier FROM known AS k WHERE k.person = b.person)
       AND "time" = b.entered AND type = ANY (%(types)s)
       AND coalesce(convert_from(value, 'UTF8')::json #>> '{{{{data,store}}}}', 'web') = b.store
       AND coalesce(convert_from(value, 'UTF8')::json #>> '{{{{data,session}}}}', '') = b.session
     ORDER BY id LIMIT 1) AS e
 WHERE (e."time", e.id) < (%(time)s::timestamptz, %(id)s::text COLLATE "C")
   AND (e."time", e.id) >= (%(first)s::timestamptz, %(first_id)s::text COLLATE "C")
 ORDER BY e."time" DESC, e.id DESC
"""  # noqa: S608 - made of constants

ALL_BEGUN = BEGUN.format(outcomes="", visits="whole", chosen="true")
OF_OUTCOME = BEGUN.format(
    outcomes=f", placed AS ({PLACED} AND o.subject IN (SELECT identifier FROM known)), {OUTCOMES}",  # noqa: S608 - made of constants
    visits="ended",
    chosen="outcome = %(outcome)s::text",
)


class Seen(NamedTuple):
    """Events that may be meant, the newest first; where the search ended, or None where there are none before."""

    rows: Sequence[Row]
    last: tuple[datetime, str] | None


class Candidates:
    """Yields the events that may be meant, the newest first, so many at a time."""

    def __init__(  # noqa: PLR0913 - what is looked for, of whom, of now or of a past, and how much at once
        self,
        connection: Connection,
        kind: Kind,
        narrowed: Narrowed,
        subject: str = "",
        *,
        now: bool,
        at_once: int = AT_ONCE,
    ) -> None:
        """Find out who can have any; of a past, which has no such projections, only whom the question names."""
        self._connection = connection
        self._at_once = at_once
        self.types = kind.types
        self._indexed = not live_tables(connection, EVENTS_BY_SUBJECT)
        self._subjects = _people(connection, kind, narrowed, subject, now=now)

    def before(self, window: Window) -> Seen:
        """Return the last events of a window, so many that it costs little."""
        by_type = self._subjects is None and self._indexed
        limit = min(self._at_once, MOST_ROWS // len(self.types)) if by_type else self._at_once
        asked = {**window._asdict(), "types": self.types, "limit": limit}
        if self._subjects is not None:
            rows = queries.rows(self._connection, OF_PEOPLE, **asked, subjects=self._subjects)
        else:
            rows = queries.rows(self._connection, OF_TYPES if by_type else ANYWHERE, **asked)
        return Seen(rows, (rows[-1]["time"], rows[-1]["id"]) if len(rows) == limit else None)


class BegunVisits:
    """Yields where visits began, as the report of visits counts them: of those who did something lately, and so on."""

    def __init__(self, connection: Connection, candidates: Candidates, asked: Mapping[str, Any]) -> None:
        """``candidates`` are what is done in visits; ``asked`` has the store, the page of entry, the outcome, now."""
        self._connection = connection
        self._candidates = candidates
        self._asked = asked

    def before(self, window: Window) -> Seen:
        """Return where the last visits of a window began."""
        done, last = self._candidates.before(window)
        first, first_id = last or (window.begin, "")
        asked = {
            **window._asdict(),
            **self._asked,
            "types": self._candidates.types,
            "subjects": sorted({row["subject"] for row in done}),
            "begin": str(first),
            "first": str(first),
            "first_id": first_id,
        }
        statement = OF_OUTCOME if asked["outcome"] else ALL_BEGUN
        return Seen(queries.rows(self._connection, statement, **asked) if done else [], last)


def _people(connection: Connection, kind: Kind, narrowed: Narrowed, subject: str, *, now: bool) -> list[str] | None:
    """Return who can have any; None where nobody knows, or they are too many."""
    if subject:
        return [row["subject"] for row in queries.rows(connection, IDENTIFIERS, subject=subject)]
    asked = {**narrowed._asdict(), "query": normalised(narrowed.about), "most": MOST_PEOPLE + 1}
    statement: LiteralString | None = None
    if narrowed.about and kind.by_query:
        statement = WHO_SEARCHED
    elif narrowed.about and kind.about == "suggestion":
        statement = WHO_SUGGESTED
    elif narrowed.product and kind.names == ("order.placed",):
        statement = WHO_BOUGHT
    if statement is None or not now:
        return None
    found = queries.rows(connection, statement, **asked)
    return None if len(found) > MOST_PEOPLE else [row["subject"] for row in found]
