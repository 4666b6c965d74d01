"""A process that decides at the desk and relays at the same time, until it is told to stop, or killed at a point.

It is made from a process that has everything imported, so that it begins at once.
"""

import os
import signal
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from threading import Event, Thread
from time import sleep

from events.envelope import Envelope
from events.log import Receipt
from events.log.cluster import Cluster
from events.log.messages import Message
from events.log.postgres import Journal
from events.log.publishing import Publisher
from services.desk.desk import Desk
from services.installation import Installation
from services.relay import journaling, relaying
from services.relay.outbox import Next, OutboxReader
from services.relay.outboxes import DESK
from services.settings import Settings
from tests.services.relay.desk_orders import NOW, orders_of
from tests.services.running import Told

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])

END_SECONDS = 60.0
PAUSE_SECONDS = 0.002
"""After each decision: others work on this machine too."""

AT_TIME = 2
"""The first time that a batch comes to a point is too like an undisturbed beginning."""

DECIDED = "SELECT count(DISTINCT originator_id) FROM desk.stored_events"


class RelayPoint(StrEnum):
    """Where a process may be killed as it relays a batch."""

    NOWHERE = "nowhere"
    AFTER_READING = "after it has read a batch"
    IN_A_BATCH = "when the log has half of a batch"
    BEFORE_MOVING = "when the log has a batch"
    AFTER_MOVING = "when the position has moved"


POINTS = tuple(point for point in RelayPoint if point is not RelayPoint.NOWHERE)


class DeskWorker:
    """Such a process; with ``cluster`` the log is on Kafka. It decides only where it may be killed."""

    def __init__(
        self, dsn: str, cluster: Cluster | None, point: RelayPoint = RelayPoint.NOWHERE, *, decides: bool = True
    ) -> None:
        """Start it; at ``point`` it kills itself, the second time that it comes there."""
        self._stop, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=_run, args=(dsn, cluster, point, decides, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def killed(self, after_seconds: float | None = None) -> bool:
        """Wait until it has killed itself, or kill it after a while; return whether it was killed."""
        if after_seconds is not None:
            sleep(after_seconds)
            self._process.kill()
        return self._ended() == -signal.SIGKILL

    def stop(self) -> int | None:
        """Have it end once all is relayed that is decided, and return its exit code."""
        self._stop.send(None)
        return self._ended()

    def _ended(self) -> int | None:
        self._process.join(END_SECONDS)
        self._stop.close()
        return self._process.exitcode


def _decide(dsn: str) -> None:
    """Decide for ever, a task at once and the next one bit by bit, from the last ones on: each order counts once."""
    with closing(Installation(dsn)) as installation, closing(Desk(dsn)) as desk:
        (decided,) = installation.connect().execute(DECIDED).fetchall()[0]
        number = max(0, decided - 2)
        while True:
            desk.perform_all(list(orders_of(number)), NOW)
            for order in orders_of(number + 1):
                desk.perform(order, NOW)
                sleep(PAUSE_SECONDS)
            number += 2


def _run(dsn: str, cluster: Cluster | None, point: RelayPoint, decides: bool, told: Pipe) -> None:  # noqa: FBT001 - what a process is given
    """Decide in one thread, relay in another, and wait in this one."""
    _fail_at(point)
    stop = Event()
    with closing(Installation(dsn, cluster)) as installation:
        if cluster is None:
            relay = partial(journaling.relay_journal, installation, stop, Told())
        else:
            relay = partial(relaying.relay_until_stopped, Settings(postgres=dsn, kafka=cluster), cluster, stop, Told())
        thread = Thread(target=relay)
        thread.start()
        if decides:
            Thread(target=_decide, args=[dsn], daemon=True).start()
        told.recv()
        reader = OutboxReader(installation.connect(), DESK)
        while reader.backlog():
            sleep(PAUSE_SECONDS)
        stop.set()
        thread.join()


class _Deadly:
    """Kills this process when it comes to a point for the second time."""

    def __init__(self, point: RelayPoint) -> None:
        self._point = point
        self._times = 0

    def reached(self, here: RelayPoint) -> None:
        """Say that a batch has come to a point."""
        if here is self._point:
            self._times += 1
            if self._times == AT_TIME:
                os.kill(os.getpid(), signal.SIGKILL)
                sleep(END_SECONDS)


def _fail_at(point: RelayPoint) -> None:
    """Have this process be killed at a point; only the desk has anything to relay here."""
    deadly = _Deadly(point)

    class Reader(OutboxReader):
        def next(self) -> Next | None:
            found = super().next()
            if found is not None:
                deadly.reached(RelayPoint.AFTER_READING)
            return found

        def published(self, done: Next) -> None:
            deadly.reached(RelayPoint.BEFORE_MOVING)
            super().published(done)
            deadly.reached(RelayPoint.AFTER_MOVING)

    class Halves(Publisher):
        def publish(self, topic: str, messages: Sequence[Message]) -> None:
            half = (len(messages) + 1) // 2
            for part in (messages[:half], messages[half:]):  # the second may be empty
                super().publish(topic, part)
                if len(part) < len(messages):
                    deadly.reached(RelayPoint.IN_A_BATCH)

    class HalvesOfJournal(Journal):
        def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
            half = (len(envelopes) + 1) // 2
            receipts = super().append(envelopes[:half])
            if half < len(envelopes):
                deadly.reached(RelayPoint.IN_A_BATCH)
            return receipts + super().append(envelopes[half:])

    vars(journaling).update(OutboxReader=Reader, Journal=HalvesOfJournal)
    vars(relaying).update(OutboxReader=Reader, Publisher=Halves)
