"""Which events to look at for a list of some: by their types, or, where but a few customers can have any, by these.

Reads the ``timeline``, the newest first. Over the embedded log both ways have an index; over Kafka only that by
customer has one. Who has any at all is told by the projections, as long as it is of now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from projections._engine import queries
from projections._engine.registry import Connection
from projections.unmet_demand import normalised
from projections.visits import WHOLE
from services.reports.visits import OUTCOMES, PLACED
from services.views.event_kinds import Kind, Narrowed

AT_ONCE = 1_000
MOST_ROWS = 8_000
"""Of many types the newest of each are read, and most of them are not among the newest of all."""
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

# The first event of each visit that began then; of several at that instant the one with the least id.
BEGUN = f"""
WITH slots AS (
    SELECT coalesce(p.person, v.subject) AS person, v.*
      FROM visits AS v LEFT JOIN person_of AS p ON p.identifier = v.subject
     WHERE v."left" >= %(begin)s::timestamptz - interval '1 day' AND v.entered < %(end)s::timestamptz + interval '1 day'
       AND (%(store)s::text IS NULL OR v.store = %(store)s)
), {WHOLE}{{outcomes}}, begun AS (
    SELECT * FROM {{visits}}
     WHERE entered >= %(begin)s::timestamptz AND entered < %(end)s::timestamptz AND entered <= %(now)s
       AND entered <= %(time)s::timestamptz AND (%(about)s = '' OR entry_page = %(about)s)
       AND {{chosen}}
     ORDER BY entered DESC LIMIT %(limit)s
)
SELECT e.* FROM begun AS b
  LEFT JOIN LATERAL (
    SELECT {COLUMNS} FROM timeline
     WHERE subject IN (SELECT b.person UNION SELECT o.identifier FROM person_of AS o WHERE o.person = b.person)
       AND "time" = b.entered AND type = ANY (%(types)s)
       AND coalesce(convert_from(value, 'UTF8')::json #>> '{{{{data,store}}}}', 'web') = b.store
       AND coalesce(convert_from(value, 'UTF8')::json #>> '{{{{data,session}}}}', '') = b.session
       AND ("time", id) < (%(time)s::timestamptz, %(id)s::text COLLATE "C")
     ORDER BY id LIMIT 1) AS e ON true
 ORDER BY b.entered DESC, e.id DESC
"""  # noqa: S608 - made of constants


ALL_BEGUN = BEGUN.format(outcomes="", visits="whole", chosen="true")
OF_OUTCOME = BEGUN.format(
    outcomes=f", placed AS ({PLACED}), {OUTCOMES}", visits="ended", chosen="outcome = %(outcome)s::text"
)


class Seen(NamedTuple):
    """Events that may be meant, the newest first, and whether there are none before them."""

    rows: Sequence[Row]
    all: bool


class Candidates:
    """Yields the events that may be meant, the newest first, so many at a time."""

    def __init__(self, connection: Connection, kind: Kind, narrowed: Narrowed, subject: str, *, now: bool) -> None:
        """Find out who can have any; of a past, which has no such projections, only whom the question names."""
        self._connection = connection
        self._types = kind.types
        self._subjects = _people(connection, kind, narrowed, subject, now=now)

    def before(self, window: Window) -> Seen:
        """Return the last events of a window, so many that it costs little."""
        limit = AT_ONCE if self._subjects is not None else min(AT_ONCE, MOST_ROWS // len(self._types))
        asked = {**window._asdict(), "types": self._types, "limit": limit}
        if self._subjects is None:
            rows = queries.rows(self._connection, OF_TYPES, **asked)
        else:
            rows = queries.rows(self._connection, OF_PEOPLE, **asked, subjects=self._subjects)
        return Seen(rows, len(rows) < limit)


class BegunVisits:
    """Yields where visits began, as the report of visits counts them."""

    def __init__(self, connection: Connection, kind: Kind, narrowed: Narrowed, more: Mapping[str, Any]) -> None:
        """``more`` has the store, if one is asked for, and the clock."""
        self._connection = connection
        self._asked = {"types": kind.types, "about": narrowed.about, "outcome": narrowed.choice, **more}

    def before(self, window: Window) -> Seen:
        """Return where the last visits of a window began; of some the log may have nothing any more."""
        statement = OF_OUTCOME if self._asked["outcome"] else ALL_BEGUN
        rows = queries.rows(self._connection, statement, **self._asked, **window._asdict(), limit=AT_ONCE)
        return Seen([row for row in rows if row["id"] is not None], len(rows) < AT_ONCE)


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
