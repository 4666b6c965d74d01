"""What Postgres holds, read with plain SQL, all of it as of one instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.rows import TupleRow

from tests.oracle.persons import Persons
from tests.oracle.rows import Key, Kind, Table

Connection = psycopg.Connection[TupleRow]
Place = tuple[int, int]

FETCH_ROWS = 10_000
LIVE = "SELECT name, table_name FROM engine.projection WHERE state = 'live' ORDER BY name"
CHECKPOINTS = "SELECT table_name, partition, log_id, next_offset, signals_from FROM engine.checkpoint"
LETTERS = 'SELECT partition, "offset", log_id, fault, reason, missed, value FROM engine.dead_letter'
SIGNALS = """
SELECT event_id, kind, subject, (extract(epoch FROM happened_at) * 1000000)::bigint, detail FROM engine.signal
"""
PERSONS = "SELECT identifier, person, shared FROM projection.person_of"
TIMELINE = """
SELECT partition, "offset", subject, (extract(epoch FROM "time") * 1000000)::bigint, id, type, sha256(value)
  FROM projection.timeline
"""

# How a column is read, so that nothing depends on how a client takes times and days.
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"
ISO_DAY = "to_char({}, 'YYYY-MM-DD')"
SELECTED = {Kind.TIME: MICROSECONDS, Kind.TOLD_TIME: MICROSECONDS, Kind.DAY: ISO_DAY, Kind.TOLD_DAY: ISO_DAY}
REMEMBERING = {Kind.TOLD, Kind.TOLD_TIME, Kind.TOLD_DAY}


class Checkpoint(NamedTuple):
    """How far a table has got in a partition of a log, and from where on its events are news."""

    log_id: str
    next_offset: int
    signals_from: int


class Letter(NamedTuple):
    """A parked record and the tables that lack it."""

    log_id: str
    fault: str
    reason: str
    missed: list[str]
    value: bytes


class Stored(NamedTuple):
    """Everything but the rows: tables by projection, checkpoints by table and partition, letters by place."""

    tables: dict[str, str]
    checkpoints: dict[str, dict[int, Checkpoint]]
    letters: dict[Place, Letter]
    signals: list[TupleRow]
    persons: Persons

    def limits(self, projection: str) -> dict[int, int]:
        """Return a projection's next offsets."""
        held = self.checkpoints.get(self.tables[projection], {})
        return {partition: checkpoint.next_offset for partition, checkpoint in held.items()}

    def reached(self, partition: int) -> int:
        """Return the furthest next offset that any table has in a partition."""
        held = [table[partition].next_offset for table in self.checkpoints.values() if partition in table]
        return max(held, default=0)


@contextmanager
def snapshot(dsn: str) -> Iterator[Connection]:
    """Yield a connection that sees one instant of the database, and changes nothing."""
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection
        connection.rollback()


def stored(connection: Connection) -> Stored:
    """Return everything but the rows."""
    checkpoints: dict[str, dict[int, Checkpoint]] = {}
    for table, partition, *held in connection.execute(CHECKPOINTS):
        checkpoints.setdefault(table, {})[partition] = Checkpoint(*held)
    return Stored(
        dict(connection.execute(LIVE).fetchall()),
        checkpoints,
        {(partition, offset): Letter(*held) for partition, offset, *held in connection.execute(LETTERS)},
        connection.execute(SIGNALS).fetchall(),
        {identifier: (person, shared) for identifier, person, shared in connection.execute(PERSONS)},
    )


def rows_of(connection: Connection, table_name: str, table: type[Table]) -> Iterator[tuple[Key, list[Any]]]:
    """Yield a table's rows in key order, in the form in which the oracle tells them."""
    selected = [_selected(name, kind) for name, kind in table.key.items()]
    for name, kind in table.columns.items():
        if kind in REMEMBERING:
            selected.append(sql.SQL(MICROSECONDS).format(sql.Identifier(f"{name}_at")))
            selected.append(sql.Identifier(f"{name}_by"))
        selected.append(_selected(name, kind))
    query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(selected),
        sql.Identifier("projection", table_name),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
    )
    kinds = list(table.columns.values())
    with connection.cursor(name="rows", binary=True) as cursor:
        cursor.itersize = FETCH_ROWS
        for row in cursor.execute(query):
            parts = iter(row)
            key = tuple(next(parts) for _ in table.key)
            yield key, [_told(parts) if kind in REMEMBERING else next(parts) for kind in kinds]


def timeline_rows(connection: Connection) -> Iterator[TupleRow]:
    """Yield partition, offset, subject, time in microseconds, id, type and SHA-256 of every event of the timeline."""
    with connection.cursor(name="timeline", binary=True) as cursor:
        cursor.itersize = FETCH_ROWS
        yield from cursor.execute(TIMELINE)


def _selected(name: str, kind: Kind) -> sql.Composable:
    return sql.SQL(SELECTED.get(kind, "{}")).format(sql.Identifier(name))


def _told(parts: Iterator[Any]) -> list[Any] | None:
    time, event_id, value = next(parts), next(parts), next(parts)
    return None if time is None else [time, event_id, value]
