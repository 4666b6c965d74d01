"""Builds a projection again from the log's first event, beside the live table, and swaps when it has caught up."""

from collections.abc import Callable, Sequence

from events.log import EventLog
from projections._engine import checkpoint, registry
from projections._engine.declaration import Projection
from projections._engine.digest import TableDigest, table_digest
from projections._engine.projector import Heard, make_live, stored
from projections._engine.pump import Lane
from projections._engine.registry import Connection, Table
from projections._engine.serving import unserved

CLOSE_EVENTS = 5_000
REBUILD_BATCH_EVENTS = 50_000


def rebuild(
    projection: Projection, log: EventLog, connect: Callable[[], Connection], heard: Heard | None = None
) -> TableDigest:
    """Rebuild one projection while the live one goes on, swap, and return the digest at the swap.

    The live worker is fenced for the length of the last few thousand events. Nothing is signalled: it is history.
    """
    with connect() as control, control.transaction():
        control.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        table = registry.new_table(control, projection, log)
    return build(table, log, connect, heard)


def build(table: Table, log: EventLog, connect: Callable[[], Connection], heard: Heard | None = None) -> TableDigest:
    """Drain a table that is building beside the live ones, make it live, and return the digest at that moment."""
    with connect() as control:
        with Lane(log, connect, [table], batch_events=REBUILD_BATCH_EVENTS) as lane:
            lane.drain(log.ends(), heard)
            while sum(log.ends().values()) - sum(lane.positions.values()) > CLOSE_EVENTS:
                lane.drain(log.ends(), heard)
            _swap(control, lane, table, heard)
        return table_digest(control, table)


def _swap(control: Connection, lane: Lane, table: Table, heard: Heard | None) -> None:
    """Stop the live worker, drain to exactly where it stands, and point the views at the new table."""
    with control.transaction():
        # Nobody opens tables until this is over, and raising the epochs holds the live worker at its next batch.
        control.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        for live in registry.live_tables(control, [table.projection]):
            control.execute(checkpoint.TAKE_OVER, {"tables": [live.name], "partitions": list(lane.positions)})
            lane.drain(checkpoint.positions(control, live.name), heard)
        make_live(control, [table])


def build_new(
    projections: Sequence[Projection], log: EventLog, connect: Callable[[], Connection], heard: Heard | None = None
) -> list[TableDigest]:
    """Build every new projection, and every new version of one, beside the live ones; one process at a time does."""
    with connect() as control:
        if control.execute("SELECT pg_try_advisory_lock(hashtext('regulars.build'))").fetchone() != (True,):
            return []
        return [build(table, log, connect, heard) for table in unserved(control, log, stored(projections, log))]
