"""The pump of production: one of several that share a log's partitions as a consumer group.

It reads what it is assigned from where its checkpoints stand, and lets go of what is revoked once that is committed.
The checkpoint's epoch decides who may write: a pump that was fenced waits until it knows what is its own.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from logging import getLogger
from typing import Protocol

import psycopg

from events.codec import Codec
from events.log import Chunk, EventLog, Positions
from events.log.errors import LogUnavailable, NoTopic, RecordsGone
from projections._engine import alignment, serving
from projections._engine.collector import collector_paused
from projections._engine.declaration import Projection
from projections._engine.errors import Fenced, LogChanged
from projections._engine.pipeline import Pipeline, rest
from projections._engine.progress import Progress
from projections._engine.projector import stored
from projections._engine.registry import Connection

LOGGER = getLogger("regulars.pump")

# Shared between the pumps of a group; who projects alone holds it for itself, see ``projector``.
PUMPING = "SELECT pg_advisory_lock_shared(hashtext('regulars.pump'))"

BATCH_EVENTS = 40_000
FIRST_PAUSE_SECONDS = 1.5
LONGEST_PAUSE_SECONDS = 30.0  # only for who is fenced again and again: two groups on one database must not wear it out
CALM_SECONDS = 60.0
LOOK_SECONDS = 2.0


class Group(Protocol):
    """A membership of a consumer group: see ``events.log.group``."""

    partitions: set[int]
    rebalances: int

    def read(self, limit: int) -> list[Chunk]:
        """Return what came in, or nothing after a moment."""
        ...

    def go_to(self, positions: Positions) -> None:
        """Read on from these positions."""
        ...

    def pause(self) -> None:
        """Read nothing until ``go_to``."""
        ...

    def tell(self, positions: Positions) -> None:
        """Let the group's onlookers know how far we are."""
        ...

    def leave(self) -> None:
        """Give everything back."""
        ...


Join = Callable[[Callable[[Sequence[int]], Positions], Callable[[Sequence[int]], None]], Group]
"""Joins a group, given what to call with partitions that are gained and lost."""


class GroupPump:
    """Projects what a consumer group assigns to it, until it is told to stop. One thread runs it."""

    def __init__(
        self,
        log: EventLog,
        connect: Callable[[], Connection],
        projections: Sequence[Projection],
        join: Join,
        *,
        batch_events: int = BATCH_EVENTS,
    ) -> None:
        """Use ``log`` for reading only; ``connect`` opens autocommit connections to the Postgres of the projections."""
        self._log = log
        self._connect = connect
        self._projections = stored(projections, log)
        self._join = join
        self._batch_events = batch_events
        self._control = self._connected()
        self._pipeline: Pipeline | None = None
        self._group: Group | None = None
        self._calm_since = 0.0
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._off_until = 0.0
        self._looked = 0.0
        self.progress = Progress()

    @property
    def positions(self) -> dict[int, int]:
        """Up to where our partitions are committed."""
        return dict(self._pipeline.positions) if self._pipeline else {}

    def run(self, stop: threading.Event) -> None:
        """Follow the log until told to stop, then hand the partitions over with everything committed.

        Raises LogChanged and the other EngineErrors that people have to look at; being fenced is not one of them.
        """
        try:
            self._open()
            self._group = self._join(self._gained, self._lost)
            with collector_paused():
                while not stop.is_set():
                    self._turn(self._group, stop)
                self._drop_pipeline()
        except RecordsGone as error:
            self._check_identity()
            message = f"{error} Nothing was changed; the projections stand where they stood"
            raise LogChanged(message) from error
        finally:
            self._close()

    def _turn(self, group: Group, stop: threading.Event) -> None:
        try:
            if self._pipeline is None:
                self._begin_again(group, stop)
            elif chunks := self._fresh(self.progress.timed("read", partial(group.read, self._batch_events))):
                self._check_identity()
                self._pipeline.submit(chunks)
            else:
                self._pipeline.flush()
            self._look(group)
        except Fenced as error:
            self.progress.fenced += 1
            self._hands_off(group, f"fenced: {error}", self._pause_seconds)
            self._pause_seconds = min(LONGEST_PAUSE_SECONDS, 2 * self._pause_seconds)
        except LogUnavailable as error:
            self.progress.interruptions += 1
            self._hands_off(group, f"the log: {error}")
        except psycopg.OperationalError as error:
            self.progress.interruptions += 1
            self._hands_off(group, f"the database: {str(error).strip()}")

    def _fresh(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return what follows what we have: after a rebalance, more of an earlier assignment may come in."""
        at = self._held().reached
        ours = [chunk for chunk in chunks if chunk.next_offset > at.get(chunk.partition, chunk.next_offset)]
        return [rest(chunk, at[chunk.partition]) for chunk in ours]

    def _check_identity(self) -> None:
        """Refuse what comes from a topic that was made anew under the same name, before any of it is committed."""
        try:
            now = self._log.current_id()
        except NoTopic:
            now = "gone"
        if now != self._log.log_id:
            message = (
                f"the log was made anew while we read it: it was {self._log.log_id}, and is {now}. Nothing of the new"
                " one was projected. Go back to the old log, or give the new one a database of its own"
            )
            raise LogChanged(message)

    def _look(self, group: Group) -> None:
        """See to what is not of every batch: tables that are ready, tables that others made live, Kafka's own lag."""
        now = time.monotonic()
        if self._pipeline is None or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        self.progress.rebalances = group.rebalances
        if now - self._calm_since > CALM_SECONDS:
            self._pause_seconds = FIRST_PAUSE_SECONDS
        self._check_identity()  # whose topic was made anew may be told nothing, and wait for ever
        group.tell(self.positions)
        if serving.changed(self._control, self._log, self._projections, self._pipeline.tables):
            self._pipeline.flush()
            group.pause()
            self._drop_pipeline()
            self._reopen(group)

    def _hands_off(self, group: Group, reason: str, seconds: float = FIRST_PAUSE_SECONDS) -> None:
        """Leave everything as it is committed; what was read and not committed is read again."""
        LOGGER.warning("hands off for %.1f s: %s", seconds, reason)
        self._off_until = time.monotonic() + seconds
        group.pause()
        self._drop_pipeline()

    def _begin_again(self, group: Group, stop: threading.Event) -> None:
        """Wait with our hands off, so that the group can tell us what we lost; then take the rest as it stands now."""
        while time.monotonic() < self._off_until and not stop.is_set():
            group.read(1)
        if stop.is_set():
            return
        self._calm_since = time.monotonic()
        self._check_identity()
        with suppress(psycopg.OperationalError):  # it tells whether it was lost with the other one
            self._control.execute("SELECT 1")
        if self._control.broken:
            self._control.close()
            self._control = self._connected()
        self._reopen(group)

    def _reopen(self, group: Group) -> None:
        self._open()
        group.go_to(self._take(sorted(group.partitions)))

    def _connected(self) -> Connection:
        """Return a connection that says that somebody pumps: commands then leave the folding to us."""
        connection = self._connect()
        connection.execute(PUMPING)
        return connection

    def _open(self) -> None:
        tables = serving.served(self._control, self._log, self._projections)
        self._pipeline = Pipeline(self._log, self._connect, tables, codec=Codec(), progress=self.progress)

    def _gained(self, partitions: Sequence[int]) -> Positions:
        if self._pipeline is None:  # our hands are off: they are taken when we begin again
            return {}
        return self._take(partitions)

    def _take(self, partitions: Sequence[int]) -> Positions:
        pipeline = self._held()
        if not partitions:
            return {}
        alignment.align(self._control, self._log, self._connect, pipeline.tables, partitions)
        pipeline.take(partitions)
        return {partition: pipeline.positions[partition] for partition in partitions}

    def _lost(self, partitions: Sequence[int]) -> None:
        if self._pipeline is not None:
            self._pipeline.release(partitions)

    def _held(self) -> Pipeline:
        if self._pipeline is None:
            message = "a pump reads while its hands are off"
            raise AssertionError(message)
        return self._pipeline

    def _drop_pipeline(self) -> None:
        if self._pipeline is not None:
            pipeline, self._pipeline = self._pipeline, None
            pipeline.close()

    def _close(self) -> None:
        try:
            if self._group is not None:
                self._group.leave()
        finally:
            self._drop_pipeline()
            self._control.close()
