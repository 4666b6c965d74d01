"""Brings the tables of a partition to one position, so that they can go on together.

A table that was made or made live at another moment than its neighbours stands a little before or behind them.
"""

from collections.abc import Callable, Sequence

from events.log import EventLog
from projections._engine.pump import Lane
from projections._engine.registry import Connection, Table

STANDING = """
SELECT partition, table_name, next_offset FROM engine.checkpoint
 WHERE table_name = ANY (%(tables)s) AND partition = ANY (%(partitions)s) ORDER BY partition, next_offset
"""


def align(
    connection: Connection,
    log: EventLog,
    connect: Callable[[], Connection],
    tables: Sequence[Table],
    partitions: Sequence[int],
) -> None:
    """Drain the tables that stand behind the furthest one, partition by partition. Raises Fenced, or LogChanged."""
    arguments = {"tables": [table.name for table in tables], "partitions": list(partitions)}
    standing: dict[int, dict[str, int]] = {}
    for partition, table, at in connection.execute(STANDING, arguments).fetchall():
        standing.setdefault(partition, {})[table] = at
    for partition, held in standing.items():
        furthest = max(held.values())
        while behind := sorted({at for at in held.values() if at < furthest}):
            together = [table for table in tables if held[table.name] == behind[0]]
            goal = behind[1] if len(behind) > 1 else furthest
            with Lane(log, connect, together, partitions=[partition]) as lane:
                lane.drain({partition: goal})
            held |= {table.name: goal for table in together}
