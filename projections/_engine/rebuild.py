"""Builds a projection again from the log's first event, beside the live table, and swaps when it has caught up."""

from collections.abc import Callable

from events.log import EventLog
from projections._engine import checkpoint, registry
from projections._engine.declaration import Projection
from projections._engine.digest import TableDigest, table_digest
from projections._engine.projector import Heard, make_live
from projections._engine.pump import Lane
from projections._engine.registry import Connection, Table

CLOSE_EVENTS = 5_000
REBUILD_BATCH_EVENTS = 50_000


def rebuild(
    projection: Projection, log: EventLog, connect: Callable[[], Connection], heard: Heard | None = None
) -> TableDigest:
    """Rebuild one projection while the live one goes on, swap, and return the digest at the swap.

    The live worker is fenced for the length of the last few thousand events. Nothing is signalled: it is history.
    """
    with connect() as control:
        with control.transaction():
            control.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
            table = registry.new_table(control, projection, log)
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
