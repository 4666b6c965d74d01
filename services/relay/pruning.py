"""Deletes from the outboxes what was relayed long ago, a few rows at a time, so that they do not grow for ever.

A row goes only where it was relayed, and where it is old: who reacts keeps its own account of what it did, so neither
is needed any more. Events of the desk stay: they are its memory.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from psycopg import sql

from projections._engine.registry import Connection
from services.relay.outboxes import ACCESS, OFFER, SIGNAL

KEPT = timedelta(days=30)
"""For longer than Kafka keeps what was published, and than a reaction heeds it: time to see what became of it."""

STEP_ROWS = 1000
"""What takes a few milliseconds, so that nobody who writes there waits for it."""

LOOK_SECONDS = 60.0

# The lowest ids of what was relayed are the oldest rows: where they are young, it has looked at no others.
DELETE = """
DELETE FROM {table} WHERE id IN (
    SELECT f.id FROM (
        SELECT o.id, o.{made_at} AS made_at FROM {table} AS o
         WHERE o.id <= (SELECT position FROM engine.relay WHERE name = %(name)s) ORDER BY o.id LIMIT %(step)s) AS f
     WHERE f.made_at < now() - %(kept)s)
"""


class Prunable(NamedTuple):
    """A table that grows: the column of when a row was made, and whose position tells what was relayed."""

    table: str
    made_at: str
    position: str


TOLD = Prunable(ACCESS.table, "made_at", ACCESS.name)
"""What is on the log of record, in either mode."""

PUBLISHED = (
    TOLD,
    Prunable(SIGNAL.table, "created_at", SIGNAL.name),
    Prunable(OFFER.table, "made_at", OFFER.name),
)
"""Over Kafka: what was published there."""

HEARD = (TOLD, Prunable(SIGNAL.table, "created_at", "reactions"))
"""In the embedded mode: signals that the reactions have heard. Offers have no place but their table, and stay."""


def prune(connection: Connection, prunable: Prunable, step_rows: int = STEP_ROWS) -> int:
    """Delete some of what was relayed longer than KEPT ago, and return how many rows: ``step_rows`` at most."""
    names = {"table": sql.Identifier(*prunable.table.split(".")), "made_at": sql.Identifier(prunable.made_at)}
    arguments = {"name": prunable.position, "step": step_rows, "kept": KEPT}
    return connection.execute(sql.SQL(DELETE).format(**names), arguments).rowcount


class Pruner:
    """Prunes in small steps, and looks again after a while once there is nothing to do. One thread uses it."""

    def __init__(self, connection: Connection, prunables: Sequence[Prunable], step_rows: int = STEP_ROWS) -> None:
        """Prune these over a connection."""
        self._connection = connection
        self._step_rows = step_rows
        self._prunables = prunables
        self._next_look = 0.0

    def step(self) -> int:
        """Delete some rows, if it is time to look, and return how many."""
        if time.monotonic() < self._next_look:
            return 0
        deleted = sum(prune(self._connection, prunable, self._step_rows) for prunable in self._prunables)
        if not deleted:
            self._next_look = time.monotonic() + LOOK_SECONDS
        return deleted
