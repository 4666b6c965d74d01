"""Raises what is due: timers that ran out, and what the sweeps find. One process at a time does so, and leads.

A timer becomes a signal whose id names the timer and when it was due, and is marked in the transaction of what the
signal leads to. So it fires once, whoever leads and whatever is restarted; one that is moved or forgotten at the last
moment is not raised as it was before.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from projections._engine.registry import Connection
from services.process.retrying import Away
from services.reactions._engine.effects import Due, TimerMoved
from services.reactions._engine.engine import TRIES, Engine
from services.reactions._engine.firing import SNAPSHOT, is_away
from services.reactions._engine.reaction import Signal
from services.reactions._engine.sweep import Sweep
from services.reactions.naming import raised_id
from services.reactions.registered import SWEEPS

LOGGER = logging.getLogger("regulars.reactions")

LEAD = "SELECT pg_try_advisory_lock(hashtext('regulars.reactions.timers'))"

DUE = """
SELECT key, kind, subject, event_id, due_at, detail FROM reactions.timer
 WHERE raised_at IS NULL AND due_at <= %s ORDER BY due_at, key LIMIT 200
"""

SWEPT = "SELECT swept_at FROM reactions.sweep WHERE name = %s"

REMEMBER = """
INSERT INTO reactions.sweep (name, swept_at, signals, failure) VALUES (%(name)s, %(now)s, %(signals)s, %(failure)s)
ON CONFLICT (name) DO UPDATE SET swept_at = excluded.swept_at, signals = excluded.signals, failure = excluded.failure
"""

PART = 500
"""Signals of a sweep that are heard at a time."""


class Timekeeper:
    """Raises what is due, if it leads. One thread uses it, and its engine."""

    def __init__(self, engine: Engine, sweeps: Sequence[Sweep] = SWEEPS) -> None:
        """Lead over the engine's connection, as soon as nobody else does."""
        self._engine = engine
        self._sweeps = sweeps
        self._connection = engine.connection
        self.leads = False

    def lead(self) -> bool:
        """Return whether this one leads; from then on it does, until its connection ends."""
        if not self.leads:
            self.leads = self._connection.execute(LEAD).fetchone() == (True,)
        return self.leads

    def turn(self, now: datetime) -> int:
        """Raise all that is due by now, and return how many signals that was."""
        return self.raise_due(now) + sum(self._sweep(sweep, now) for sweep in self._sweeps)

    def raise_due(self, now: datetime) -> int:
        """Raise the timers that ran out, and return how many did. Raises Away where they move all the time."""
        raised = moved = 0
        while rows := self._connection.execute(DUE, [now]).fetchall():
            due = {raised_id(row[0], row[4]): Due(row[0], row[4]) for row in rows}
            try:
                self._engine.react_to([_signal(row, now) for row in rows], now, due)
            except TimerMoved:
                moved += 1
                if moved < TRIES:
                    continue
                message = "the timers that are due are moved again and again"
                raise Away(message) from None
            raised += len(rows)
            self._engine.figures.timers += len(rows)
        return raised

    def _sweep(self, sweep: Sweep, now: datetime) -> int:
        """Look at everybody, where it is time to, and return how many signals were found."""
        row = self._connection.execute(SWEPT, [sweep.name]).fetchone()
        if row is not None and now - row[0] < sweep.every:
            return 0
        found, failure = self._look(sweep, now)
        for begin in range(0, len(found), PART):
            self._engine.react_to(found[begin : begin + PART], now)
        told = {"name": sweep.name, "now": now, "signals": len(found), "failure": failure}
        self._connection.execute(REMEMBER, told)
        self._engine.figures.swept[sweep.name] += len(found)
        return len(found)

    def _look(self, sweep: Sweep, now: datetime) -> tuple[list[Signal], str]:
        """Return what a sweep finds over one snapshot, or nothing and why it failed."""
        self._connection.execute(SNAPSHOT)
        try:
            return list(sweep.work(self._connection, now)), ""
        except Exception as error:  # a sweep with a fault is told, and the timers go on
            if isinstance(error, psycopg.Error) and is_away(error, self._connection):
                raise
            LOGGER.exception("Sweep %s failed.", sweep.name)
            return [], f"{type(error).__name__}: {error}".replace("\0", "\\0")
        finally:
            if not self._connection.closed:
                self._connection.rollback()


def _signal(row: Sequence[Any], now: datetime) -> Signal:
    key, kind, subject, event_id, due_at, detail = row
    return Signal(
        id=raised_id(key, due_at),
        kind=kind,
        subject=subject,
        event_id=event_id,
        happened_at=due_at,
        raised_at=now,
        detail=detail,
    )


def waiting(connection: Connection) -> int:
    """Return how many timers wait."""
    return int(connection.execute("SELECT count(*) FROM reactions.timer WHERE raised_at IS NULL").fetchall()[0][0])
