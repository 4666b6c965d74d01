"""Keeps projections in step with a log: catches up what is behind, makes it live, then follows the log's end."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from events.log import EventLog
from projections._engine import checkpoint, person_table, registry
from projections._engine.declaration import Projection
from projections._engine.errors import Fenced
from projections._engine.progress import Progress
from projections._engine.pump import BATCH_EVENTS, Lane, lanes_of
from projections._engine.registry import Connection, Table

IDLE_SECONDS = 0.05
ANALYZED_FROM = 10_000  # events of one catching up; fewer leave the planner's statistics as good as they were
LEADER = "SELECT pg_try_advisory_lock(hashtext('regulars.pump'))"

Heard = Callable[[Progress], None]


def stored(projections: Iterable[Projection], log: EventLog | None = None) -> list[Projection]:
    """Return the projections that keep rows of their own over a log; without one, those that do over every log."""
    keeps_all = log is not None and not log.queryable
    return [projection for projection in projections if keeps_all or not projection.keeps_events]


class Projector:
    """Runs projections over a log that lies in the same Postgres. One at a time works; others wait their turn."""

    def __init__(
        self,
        log: EventLog,
        connect: Callable[[], Connection],
        projections: Sequence[Projection],
        *,
        batch_events: int = BATCH_EVENTS,
        analyzed_from: int = ANALYZED_FROM,
    ) -> None:
        """Use ``log`` for reading only; ``connect`` opens autocommit connections to the Postgres of the projections.

        A catching up of ``analyzed_from`` events has the planner look at the tables anew.
        """
        self._log = log
        self._connect = connect
        self._projections = stored(projections, log)
        self._batch_events = batch_events
        self._analyzed_from = analyzed_from
        self._control = connect()
        if log.queryable:
            make_log_views(self._control, projections)

    def close(self) -> None:
        """Close the control connection, which also gives the leadership back."""
        self._control.close()

    def lead(self) -> bool:
        """Try to become the one that pumps; False means that another process does."""
        row = self._control.execute(LEADER).fetchone()
        return bool(row and row[0])

    def catch_up(self, heard: Heard | None = None) -> Progress:
        """Bring every projection to where the log ends now; new tables become live. Raises EngineError."""
        return self._drained(self._log.ends(), heard)

    def follow(self, stop: threading.Event, heard: Heard | None = None) -> None:
        """Follow the log until told to stop. A fenced worker looks again at what it owns and goes on."""
        while not stop.is_set():
            try:
                self.catch_up(heard)
                with self._lane(self._tables()) as lane:
                    while not stop.is_set():
                        ends = self._log.ends()
                        if ends == lane.positions:
                            stop.wait(IDLE_SECONDS)
                        else:
                            lane.drain(ends, heard)
            except Fenced:
                stop.wait(IDLE_SECONDS)

    def _tables(self) -> list[Table]:
        return registry.open_tables(self._control, self._projections, self._log)

    def _lane(self, tables: Sequence[Table]) -> Lane:
        return Lane(self._log, self._connect, tables, batch_events=self._batch_events)

    def _drained(self, ends: Mapping[int, int], heard: Heard | None) -> Progress:
        tables = self._tables()
        while len(lanes := self._lanes(tables)) > 1:
            furthest = _furthest(checkpoint.positions(self._control, table.name) for table in tables)
            with self._lane(lanes[0]) as lane:
                lane.drain(furthest, heard)
        with self._lane(tables) as lane:
            lane.drain(ends, heard)
            progress = lane.progress
        make_live(self._control, [table for table in tables if not table.live])
        if progress.events >= self._analyzed_from:
            registry.analyze(self._control, [table for table in tables if table.live])
        return progress

    def _lanes(self, tables: Sequence[Table]) -> list[list[Table]]:
        return lanes_of({table.name: checkpoint.positions(self._control, table.name) for table in tables}, tables)


def make_live(connection: Connection, tables: Sequence[Table]) -> None:
    """Make tables that have caught up the live ones; a new identity graph is resolved as a whole."""
    if not tables:
        return
    with connection.transaction():
        registry.make_live(connection, tables)
        for table in tables:
            if table.projection.graph:
                person_table.settle_all(connection, table.name)
    registry.analyze(connection, tables)


def make_log_views(connection: Connection, projections: Iterable[Projection]) -> None:
    """Create the views of the projections that the journal itself serves."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        for projection in projections:
            if projection.keeps_events:
                registry.make_view(connection, projection)


def _furthest(positions: Iterable[Mapping[int, int]]) -> dict[int, int]:
    furthest: dict[int, int] = {}
    for vector in positions:
        for partition, offset in vector.items():
            furthest[partition] = max(offset, furthest.get(partition, 0))
    return furthest
