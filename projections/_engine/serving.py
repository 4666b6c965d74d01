"""Which tables the pumps of a group serve together, and when a new one becomes live.

In an installation without live tables, the new ones are served at once and become live when they have seen what was on
the log when they were made. Where others are live already, a new one is built beside them first, see ``rebuild``, and
joins them when it is live: no live table waits for a new one.
"""

from collections.abc import Sequence

from events.log import EventLog
from projections._engine import registry
from projections._engine.checkpoint import TAKE_OVER
from projections._engine.declaration import Projection
from projections._engine.projector import make_live
from projections._engine.registry import Connection, Table

# The tables that have come to where they were made, and to where the live table of their projection stands.
READY = """
SELECT c.table_name FROM engine.checkpoint AS c JOIN engine.projection AS p USING (table_name)
  LEFT JOIN engine.projection AS l ON l.name = p.name AND l.state = 'live'
  LEFT JOIN engine.checkpoint AS lc ON lc.table_name = l.table_name AND lc.partition = c.partition
 WHERE c.table_name = ANY (%s)
 GROUP BY c.table_name
HAVING bool_and(c.next_offset >= greatest(c.signals_from, lc.next_offset))
"""

LIVE = "SELECT name, version, table_name FROM engine.projection WHERE state = 'live'"


def served(connection: Connection, log: EventLog, projections: Sequence[Projection]) -> list[Table]:
    """Return the tables that a pump serves: the live ones, or all where none is live. Raises DeclarationChanged."""
    tables = registry.open_tables(connection, projections, log)
    return [table for table in tables if table.live] or tables


def unserved(connection: Connection, log: EventLog, projections: Sequence[Projection]) -> list[Table]:
    """Return the tables that are to be built beside live ones."""
    tables = registry.open_tables(connection, projections, log)
    return [table for table in tables if not table.live] if any(table.live for table in tables) else []


def changed(connection: Connection, log: EventLog, projections: Sequence[Projection], tables: Sequence[Table]) -> bool:
    """Make tables live that are ready, and return whether others are to be served than these."""
    building = [table for table in tables if not table.live]
    if not building:
        return _live(connection, projections) != {table.name for table in tables}
    ready = {name for (name,) in connection.execute(READY, [[table.name for table in building]]).fetchall()}
    if len(ready) < len(building):
        return bool(_live(connection, projections))
    with connection.transaction():
        # Every other pump is fenced by this, and finds the tables live when it looks again.
        partitions = list(range(log.partitions))
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        if _live(connection, projections):
            return True  # another pump was first
        connection.execute(TAKE_OVER, {"tables": sorted(ready), "partitions": partitions})
        make_live(connection, building)
    return True


def _live(connection: Connection, projections: Sequence[Projection]) -> set[str]:
    """Return the live tables of these versions: that of an older one serves readers, and is not ours to fill."""
    ours = {(projection.name, projection.version) for projection in projections}
    return {table for name, version, table in connection.execute(LIVE).fetchall() if (name, version) in ours}
