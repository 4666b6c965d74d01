"""How far every projection has got: what ``regulars projections``, ``up`` and ``doctor`` show.

A lag has two measures: events that are not folded yet, and how long the oldest of them has been on the log.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from psycopg import sql

from events.log import EventLog
from projections._engine import checkpoint, ddl
from projections._engine.declaration import Projection
from projections._engine.registry import Connection

# Every table that is live or building: what it is, when it moved last, and how many parked events it waits for.
TABLES = """
SELECT p.name, p.version, p.table_name, p.state, max(c.updated_at),
       (SELECT count(*) FROM engine.dead_letter AS d WHERE p.table_name = ANY (d.missed) AND d.dismissed_at IS NULL)
  FROM engine.projection AS p JOIN engine.checkpoint AS c USING (table_name)
 WHERE p.state <> 'retired' GROUP BY p.table_name ORDER BY p.state DESC, p.generation
"""

# Keeps the tables from being swapped and dropped while we count them.
NO_SWAP = "SELECT pg_advisory_xact_lock_shared(hashtext('regulars.engine'))"

NOW = "SELECT clock_timestamp()"

# Each event counts once, however many tables lack it; one that was dismissed waits for nobody.
PARKED = "SELECT count(*) FROM engine.dead_letter WHERE missed <> '{}' AND dismissed_at IS NULL"

# The database's own processes tell who holds a lock; a lock on a 64-bit number is listed as its two halves.
LEADER = """
SELECT a.application_name, a.pid, a.backend_start
  FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
   AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtext('regulars.pump')
 ORDER BY a.backend_start, a.pid
"""

# What the planner thinks a table holds; it was counted when the table was last analyzed.
THOUGHT = "SELECT greatest(c.reltuples, 0)::bigint FROM pg_class AS c WHERE c.oid = to_regclass(%s)"

COUNTED_BELOW = 50_000
"""Rows of a table that are counted one by one also for whoever wants an answer at once."""

BUILDING = "building"
SERVED_BY_LOG = "log"
NOT_BUILT = "not built"


class Status(NamedTuple):
    """One table of a projection. ``state`` is live, building, ``log`` where the journal serves it, or ``not built``."""

    name: str
    version: int
    table: str
    state: str
    rows: int
    positions: dict[int, int]
    lag_events: int
    lag_seconds: float
    parked: int
    updated_at: datetime | None


class Leader(NamedTuple):
    """A process that projects: what it calls itself, its database process, and since when it is connected."""

    application_name: str
    database_process: int
    since: datetime


def statuses(
    connection: Connection, projections: Sequence[Projection], log: EventLog, *, exact: bool = True
) -> list[Status]:
    """Return the status of every projection, in the given order; a new version in building stands beside the old.

    Where it need not be ``exact``, the rows of a large table are what the planner thinks: to count takes a while.
    """
    found: dict[str, list[Status]] = {}
    lags = _Lags(connection, log)
    with connection.transaction():
        connection.execute(NO_SWAP)
        for name, version, table, state, updated_at, letters in connection.execute(TABLES).fetchall():
            positions = dict(checkpoint.positions(connection, table))
            events, seconds = lags.of(positions)
            rows = _count(connection, table, exact=exact)
            status = Status(name, version, table, state, rows, positions, events, seconds, letters, updated_at)
            found.setdefault(name, []).append(status)
    return [
        status
        for projection in projections
        for status in found.get(projection.name) or [_without_table(projection, log)]
    ]


def parked(connection: Connection) -> int:
    """Return how many events are parked for some projection."""
    row = connection.execute(PARKED).fetchone()
    return 0 if row is None else int(row[0])


def leader(connection: Connection) -> Leader | None:
    """Return the process that projects now, the first of several, or None."""
    return next(iter(leaders(connection)), None)


def leaders(connection: Connection) -> list[Leader]:
    """Return the processes that project now: one, or over Kafka any number of pumps."""
    return [Leader(*row) for row in connection.execute(LEADER).fetchall()]


def _without_table(projection: Projection, log: EventLog) -> Status:
    ends = log.ends()
    if not (projection.keeps_events and log.queryable):
        return Status(projection.name, projection.version, "", NOT_BUILT, 0, {}, sum(ends.values()), 0.0, 0, None)
    rows = sum(ends.values())
    return Status(projection.name, projection.version, "", SERVED_BY_LOG, rows, ends, 0, 0.0, 0, None)


class _Lags:
    """What the tables are behind, by one look at the log's ends; most tables stand at the same place."""

    def __init__(self, connection: Connection, log: EventLog) -> None:
        self._connection = connection
        self._log = log
        self._starts, self._ends = log.starts(), log.ends()
        self._recorded_at = cache(self._read)

    def of(self, positions: dict[int, int]) -> tuple[int, float]:
        """Return how many events the log holds after these positions, and how long it has held the oldest."""
        lags = {partition: end - positions.get(partition, 0) for partition, end in self._ends.items()}
        behind = [partition for partition, lag in lags.items() if lag > 0]
        held_from = {each: max(positions.get(each, 0), self._starts[each]) for each in behind}
        recorded = [self._recorded_at(*place) for place in held_from.items()]
        oldest = min((each for each in recorded if each is not None), default=None)
        row = self._connection.execute(NOW).fetchone()
        seconds = (row[0] - oldest).total_seconds() if row and oldest else 0.0
        return sum(lags[partition] for partition in behind), max(0.0, seconds)

    def _read(self, partition: int, offset: int) -> datetime | None:
        records = self._log.records(partition, offset, 1)
        return records[0].recorded_at if records else None


def _count(connection: Connection, table: str, *, exact: bool) -> int:
    if not exact:
        thought = connection.execute(THOUGHT, [f"{ddl.SCHEMA}.{table}"]).fetchone()
        if thought is None:
            return 0  # it was swapped since the caller's snapshot, which still knows of it
        if thought[0] >= COUNTED_BELOW:
            return int(thought[0])
    query = sql.SQL("SELECT count(*) FROM {}.{}").format(sql.Identifier(ddl.SCHEMA), sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return 0 if row is None else int(row[0])
