"""Reacts without Kafka: follows the outbox of signals in the database, and raises what is due.

The position in the outbox moves after what the signals led to is committed; those in between are heard again after a
crash, and are known by their ids. One process follows at a time, and another waits for it to end.
"""

import os
from contextlib import closing
from datetime import datetime
from threading import Event

from projections._engine.registry import Connection
from services.cli.reporting import Report
from services.desk.desk import Desk
from services.installation import Installation
from services.process.health import Health
from services.process.retrying import DATABASE
from services.reactions._engine.engine import Engine
from services.reactions._engine.hearing import readable
from services.reactions._engine.keeping import OURS, Keeping, Repertoire, Watched
from services.relay.outbox import OutboxReader, make_positions
from services.relay.outboxes import SIGNAL

LEAD = "SELECT pg_try_advisory_lock(hashtext('regulars.reactions'))"

IDLE_SECONDS = 0.1
SOON_SECONDS = 0.02

OUTBOX = SIGNAL._replace(name="reactions")
"""The same rows that a relay would publish, with a position of their own."""


def follow_signals(
    installation: Installation, stop: Event, report: Report, watched: Watched, repertoire: Repertoire = OURS
) -> None:
    """React until ``stop`` is set, once nobody else does. Raises psycopg.OperationalError where the database goes."""
    name = f"regulars reactions, process {os.getpid()}"
    with (
        closing(installation.connect(name)) as connection,
        closing(installation.connect(name)) as outbox,
        closing(Desk(installation.dsn)) as desk,
    ):
        if not _leads(outbox, stop, report, watched.health):
            return
        report.tell("reacting", "This process reacts to signals.", process=os.getpid())
        follower = Follower(outbox, Engine(connection, desk, repertoire.reactions, watched.figures))
        with Keeping(installation, watched.figures, repertoire) as keeping:
            while not stop.is_set():
                found = follower.turn(repertoire.clock())
                keeping.check()
                watched.health.answered(DATABASE)
                if not found:
                    stop.wait(SOON_SECONDS if follower.waits else IDLE_SECONDS)


class Follower:
    """Hears the outbox. One thread uses it, and its engine."""

    def __init__(self, connection: Connection, engine: Engine) -> None:
        """Read the outbox over this connection, in autocommit."""
        make_positions(connection, [OUTBOX])
        self._reader = OutboxReader(connection, OUTBOX)
        self._engine = engine

    @property
    def waits(self) -> bool:
        """Whether there are signals, and one may still appear before them."""
        return self._reader.waits

    def turn(self, now: datetime) -> int:
        """React to the signals that are next, and return how many those were."""
        found = self._reader.next()
        if found is None:
            return 0
        messages = [(f"signal:{message.id}", message.value) for message in found.messages]
        self._engine.react_to(readable(self._engine.connection, messages, now, self._engine.figures), now)
        self._reader.published(found)
        return len(found.messages)


def _leads(connection: Connection, stop: Event, report: Report, health: Health) -> bool:
    """Wait until nobody else reacts; return False where we were told to stop meanwhile."""
    told = False
    while connection.execute(LEAD).fetchone() != (True,):
        health.answered(DATABASE)
        if not told:
            told = True
            report.tell("waiting", "Another process reacts; this one waits for it to end.")
        if stop.wait(IDLE_SECONDS):
            return False
    return True
