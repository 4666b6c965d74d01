"""The names of those whom an answer tells of, for whoever may look at customers."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection

MOST_NAMED = 500
"""Names are for people who read: of a list that is longer than this, the rest has ids alone."""

PEOPLE = ("person", "brought_in_by")
"""Columns of a report's tables that say who somebody is."""

NAMES = """
SELECT asked.subject, (SELECT traits -> 'name' ->> 2 FROM profile_of(asked.subject)) AS name
  FROM unnest(%(subjects)s::text[]) AS asked (subject)
"""


def names_of(connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
    """Return the names of those of these whose name is known, by subject."""
    asked = sorted(set(subjects))[:MOST_NAMED]
    rows = queries.rows(connection, NAMES, subjects=asked) if asked else []
    return {row["subject"]: row["name"] for row in rows if row["name"]}


def people_in(row: Mapping[str, Any]) -> set[str]:
    """Return whom a row tells of."""
    return {row[column] for column in PEOPLE if row.get(column)}
