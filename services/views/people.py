"""Whom a list tells of: their names, their dials, and who of the staff looks after them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection

ABOUT = """
SELECT asked.person, (SELECT traits -> 'name' ->> 2 FROM profile_of(asked.person)) AS name,
       (SELECT manager FROM managers_of(asked.person) WHERE reason_at <= %(now)s
         ORDER BY reason_at DESC, reason_by DESC LIMIT 1) AS manager
  FROM unnest(%(persons)s::text[]) AS asked (person)
"""

# The last dial of each, in the currency in which it is highest.
DIALS = """
SELECT DISTINCT ON (d.person) d.person, d.dial
  FROM dial AS d JOIN dial_fit AS f USING (month, currency)
 WHERE d.person = ANY (%(persons)s) AND f.day <= (%(now)s::timestamptz)::date
 ORDER BY d.person, d.month DESC, d.dial DESC
"""

MANAGERS = """
SELECT DISTINCT ON (person) person, manager FROM managers_by_person
 WHERE person = ANY (%(persons)s) AND reason_at <= %(now)s ORDER BY person, reason_at DESC, reason_by DESC
"""

VERSIONS = """
SELECT originator_id, max(originator_version) AS version FROM desk.stored_events
 WHERE originator_id = ANY (%(originators)s) GROUP BY originator_id
"""

# The store's own people and those of no store; with a limit in some currency those who may approve something.
STAFF = """
SELECT manager, coalesce(manager_name, '') AS manager_name FROM staff WHERE state = 'open' ORDER BY manager
"""

MOST_DIALS = 1_000


def managers_of(connection: Connection, persons: Collection[str], now: datetime) -> dict[str, str]:
    """Return who looks after each of these who has somebody."""
    rows = queries.rows(connection, MANAGERS, persons=sorted(persons), now=now) if persons else []
    return {row["person"]: row["manager"] for row in rows}


def with_people(
    connection: Connection, rows: Iterable[Mapping[str, Any]], now: datetime, *, live: bool = True
) -> list[dict[str, Any]]:
    """Return rows that name a ``person`` with their ``name``, ``dial`` and ``looked_after_by`` after it.

    Dials are of now alone: a past has none.
    """
    listed = [dict(row) for row in rows]
    persons = sorted({row["person"] for row in listed})
    about = {row["person"]: row for row in queries.rows(connection, ABOUT, persons=persons, now=now)} if persons else {}
    asked = {"persons": persons[:MOST_DIALS], "now": now}
    dials = {row["person"]: row["dial"] for row in queries.rows(connection, DIALS, **asked)} if live and persons else {}
    return [
        {
            "person": row["person"],
            "name": about[row["person"]]["name"],
            "dial": dials.get(row["person"]),
            "looked_after_by": about[row["person"]]["manager"],
            **{name: value for name, value in row.items() if name != "person"},
        }
        for row in listed
    ]


def versions_of(connection: Connection, aggregate: str, names: Iterable[str]) -> dict[str, int]:
    """Return how many facts of the desk each of an aggregate has, by its id, where it has any."""
    asked = [f"{aggregate}:{name}" for name in names]
    rows = queries.rows(connection, VERSIONS, originators=asked) if asked else []
    return {row["originator_id"].removeprefix(f"{aggregate}:"): row["version"] for row in rows}


def staff(connection: Connection) -> list[tuple[str, str]]:
    """Return those of the staff who look after customers: what they are called in events, and in words."""
    rows = queries.rows(connection, STAFF)
    return [(row["manager"], row["manager_name"] or row["manager"]) for row in rows]
