"""Reads what the reactions have written down: what fired, what was held back, what failed, and what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import class_row

from projections._engine.registry import Connection
from services.reactions._engine.reaction import Signal

FIRINGS = """
SELECT fired_at, reaction, outcome, signal, kind, subject, happened_at, code, words, actions
  FROM reactions.firing
 WHERE (%(subject)s::text IS NULL OR subject = %(subject)s) AND (%(reaction)s::text IS NULL OR reaction = %(reaction)s)
   AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
 ORDER BY fired_at DESC, signal, reaction LIMIT %(most)s
"""

FAILED = """
SELECT DISTINCT signal AS id, kind, subject, event_id, happened_at, raised_at, detail
  FROM reactions.firing
 WHERE outcome = 'failed' AND (%(subject)s::text IS NULL OR subject = %(subject)s)
   AND (%(reaction)s::text IS NULL OR reaction = %(reaction)s)
 ORDER BY happened_at, id
"""

UNREADABLE = "SELECT place, value, reason, heard_at FROM reactions.unreadable ORDER BY heard_at DESC, place LIMIT %s"

SWEPT = "SELECT name, swept_at, signals, failure FROM reactions.sweep"

WAITING = "SELECT kind, count(*), min(due_at) FROM reactions.timer WHERE raised_at IS NULL GROUP BY kind ORDER BY kind"


class Asked(NamedTuple):
    """Which firings are asked for; what is None is any."""

    subject: str | None = None
    reaction: str | None = None
    outcome: str | None = None
    most: int = 50


class Written(NamedTuple):
    """A firing as it was written down."""

    fired_at: datetime
    reaction: str
    outcome: str
    signal: str
    kind: str
    subject: str
    happened_at: datetime
    code: str
    words: str
    actions: list[dict[str, Any]]


class Unreadable(NamedTuple):
    """A message that is no signal: where it lies on Kafka, what it holds, and why it cannot be read."""

    place: str
    value: bytes
    reason: str
    heard_at: datetime


class Swept(NamedTuple):
    """When a sweep looked last, how many signals it found, and why it failed, if it did."""

    name: str
    swept_at: datetime
    signals: int
    failure: str


class Waiting(NamedTuple):
    """How many timers of a kind wait, and when the first is due."""

    kind: str
    timers: int
    next_at: datetime


def firings(connection: Connection, asked: Asked) -> list[Written]:
    """Return firings, the newest first."""
    with connection.cursor(row_factory=class_row(Written)) as cursor:
        return cursor.execute(FIRINGS, asked._asdict()).fetchall()


def failed_signals(connection: Connection, asked: Asked) -> list[Signal]:
    """Return the signals that a reaction failed on, the oldest first."""
    with connection.cursor(row_factory=class_row(Signal)) as cursor:
        return cursor.execute(FAILED, asked._asdict()).fetchall()


def unreadable(connection: Connection, most: int) -> list[Unreadable]:
    """Return the messages that were no signals, the newest first."""
    with connection.cursor(row_factory=class_row(Unreadable)) as cursor:
        return cursor.execute(UNREADABLE, [most]).fetchall()


def swept(connection: Connection) -> dict[str, Swept]:
    """Return how each sweep looked last, by its name."""
    with connection.cursor(row_factory=class_row(Swept)) as cursor:
        return {each.name: each for each in cursor.execute(SWEPT)}


def waiting(connection: Connection) -> Sequence[Waiting]:
    """Return what timers wait, by kind."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(WAITING).fetchall()
