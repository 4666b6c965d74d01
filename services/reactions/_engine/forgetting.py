"""Deletes what is remembered of long ago, a few rows at a time, so that it does not grow for ever.

For 90 days is longer than a signal can be heard again (Kafka keeps it for a week, the database for 30 days), and than a
sweep looks back: what has gone is not done again. What a reaction did is on the log; why it did nothing is gone then.
"""

from datetime import datetime, timedelta
from typing import LiteralString

from projections._engine.registry import Connection

KEPT = timedelta(days=90)

STEP_ROWS = 1000
"""What takes a few milliseconds, so that nobody who writes there waits for it."""

EVERY = timedelta(hours=1)

DELETES: tuple[LiteralString, ...] = (
    """
    DELETE FROM reactions.firing WHERE (signal, reaction) IN (
        SELECT signal, reaction FROM reactions.firing WHERE fired_at < %(before)s ORDER BY fired_at LIMIT %(step)s)
    """,
    """
    DELETE FROM reactions.timer WHERE key IN (
        SELECT key FROM reactions.timer WHERE raised_at < %(before)s ORDER BY raised_at LIMIT %(step)s)
    """,
    """
    DELETE FROM reactions.offer WHERE id IN (
        SELECT id FROM (SELECT id, made_at FROM reactions.offer ORDER BY id LIMIT %(step)s) AS o
         WHERE made_at < %(before)s)
    """,
    """
    DELETE FROM reactions.unreadable WHERE place IN (
        SELECT place FROM reactions.unreadable WHERE heard_at < %(before)s LIMIT %(step)s)
    """,
)


def forget(connection: Connection, now: datetime, step_rows: int = STEP_ROWS) -> int:
    """Delete what is older than KEPT by the clock, ``step_rows`` rows of a table at most; return how many."""
    arguments = {"before": now - KEPT, "step": step_rows}
    return sum(connection.execute(delete, arguments).rowcount for delete in DELETES)


class Forgetter:
    """Forgets in small steps, and looks again after an hour once there is nothing to do. One thread uses it."""

    def __init__(self, connection: Connection) -> None:
        """Forget over this connection, in autocommit."""
        self._connection = connection
        self._next_look: datetime | None = None

    def step(self, now: datetime) -> int:
        """Delete some rows, if it is time to look, and return how many."""
        if self._next_look is not None and now < self._next_look:
            return 0
        deleted = forget(self._connection, now)
        self._next_look = None if deleted else now + EVERY
        return deleted
