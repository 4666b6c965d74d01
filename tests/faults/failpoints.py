"""Points of a batch at which the process that folds it is killed or stopped, as the kernel does it: without a word."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from events.log import Chunk
from events.log.group import WAIT_SECONDS, Membership
from projections._engine import seen_ids
from tests.faults.orders import DoorOrder, DoorPoint, Point, PumpOrder

AT_LEAST_SECONDS = 0.1
"""What a signal may take to reach all threads: the one that sent it goes no further meanwhile."""


class Failpoint:
    """Counts how often this process came to its point, and ends or stops it when it is time."""

    def __init__(self, order: PumpOrder | DoorOrder) -> None:
        """Fail where and how the order says."""
        self._point = order.point
        self._left = order.at_batch
        self._signal = signal.SIGSTOP if order.frozen else signal.SIGKILL

    def reached(self, point: Point | DoorPoint) -> None:
        """Say that a batch has come to a point."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._signal)
                sleep(AT_LEAST_SECONDS)


class FailingMembership(Membership):
    """A membership with the point after the fetch."""

    failpoint: Failpoint

    def read(self, limit: int, wait_seconds: float = WAIT_SECONDS) -> list[Chunk]:
        """Return what came in."""
        chunks = super().read(limit, wait_seconds)
        if chunks:
            self.failpoint.reached(Point.AFTER_FETCH)
        return chunks


class FailingConnection(psycopg.Connection[TupleRow]):
    """A connection with the points of a batch's transaction: the one that remembers ids, which is the last it does."""

    failpoint: Failpoint
    keeping = False

    @classmethod
    def to(cls, dsn: str, failpoint: Failpoint) -> Self:
        """Return a connection as Regulars uses them."""
        connection = cls.connect(
            make_conninfo(dsn, application_name="regulars pump", options="-c TimeZone=UTC"), autocommit=True
        )
        connection.failpoint = failpoint
        connection.cursor_factory = FailingCursor
        return connection

    @contextmanager
    def transaction(self, savepoint_name: str | None = None, force_rollback: bool = False) -> Iterator[Any]:  # noqa: FBT001, FBT002 - as in psycopg
        """Begin a transaction, and end it."""
        self.keeping = False
        with super().transaction(savepoint_name, force_rollback) as transaction:
            yield transaction
            if self.keeping:
                self.failpoint.reached(Point.BEFORE_COMMIT)
        if self.keeping:
            self.failpoint.reached(Point.AFTER_COMMIT)


class FailingCursor(psycopg.Cursor[TupleRow]):
    """A cursor that knows the first statement after a batch's rows are written."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:  # noqa: ANN401 - as in psycopg
        """Execute a statement."""
        connection = self.connection
        if query is seen_ids.KEEP and isinstance(connection, FailingConnection) and not connection.keeping:
            connection.keeping = True
            connection.failpoint.reached(Point.AFTER_UPSERTS)
        return super().execute(query, params, **options)
