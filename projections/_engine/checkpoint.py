"""Checkpoints: how far each table has got, and who may move it.

A worker that takes partitions over raises their epoch. A batch moves its checkpoints first, and only from where it
began and only in its own epoch: if one of them does not move, somebody else owns the partition, and the batch is
rolled back.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow

from events.log import Chunk, EventLog
from projections._engine.errors import Fenced, LogChanged
from projections._engine.registry import Connection

SILENT_SECONDS = 10.0
LOOKS = 3
"""How often a lock that is waited for is looked at while its holder's silence is still too short."""

NOT_FOR_EVER = "SELECT set_config('lock_timeout', %s, true)"

# A process that is stopped in the middle of a COPY holds its locks for as long as it is silent: to the server it is
# busy, so that no limit for idle sessions ends it. What we copy is there as a whole when we begin to, so nobody who is
# alive is waited for so long.
END_SILENT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
   AND state = 'active' AND wait_event = 'ClientRead' AND starts_with(query, 'COPY "stage_')
   AND state_change < clock_timestamp() - make_interval(secs => %s)
"""

TAKE_OVER = """
UPDATE engine.checkpoint SET epoch = epoch + 1, updated_at = now()
 WHERE table_name = ANY (%(tables)s) AND partition = ANY (%(partitions)s)
RETURNING table_name, partition, log_id, next_offset, epoch, signals_from
"""

MOVE = """
UPDATE engine.checkpoint AS c
   SET next_offset = w.to_offset, recorded_at = coalesce(w.recorded_at, c.recorded_at), updated_at = now(),
       duplicates = c.duplicates + w.duplicates
  FROM unnest(%(tables)s::text[], %(partitions)s::integer[], %(froms)s::bigint[], %(tos)s::bigint[],
              %(epochs)s::bigint[], %(recorded)s::timestamptz[], %(duplicates)s::bigint[])
       AS w (table_name, partition, from_offset, to_offset, epoch, recorded_at, duplicates)
 WHERE c.table_name = w.table_name AND c.partition = w.partition
   AND c.epoch = w.epoch AND c.next_offset = w.from_offset
"""

POSITIONS = """
SELECT partition, next_offset FROM engine.checkpoint WHERE table_name = %s ORDER BY partition
"""

STATE = """
SELECT partition, next_offset, epoch FROM engine.checkpoint
 WHERE table_name = %(table)s AND partition = ANY (%(partitions)s)
"""


class Held(NamedTuple):
    """A checkpoint that this worker owns."""

    next_offset: int
    epoch: int
    signals_from: int


Holdings = dict[tuple[str, int], Held]
"""What a worker owns, by table and partition."""


def take_over(
    connection: Connection,
    tables: Sequence[str],
    partitions: Sequence[int],
    log: EventLog,
    silent_seconds: float = SILENT_SECONDS,
) -> Holdings:
    """Raise the epochs of these tables and partitions, and return where each stands.

    Raises LogChanged where a checkpoint belongs to another log, or to records that the log does not hold; Fenced where
    a table was replaced since it was opened. Who holds them and is silent in a COPY for so long loses its session.
    """
    while True:
        try:
            with connection.transaction():  # what is refused below has changed nothing
                connection.execute(NOT_FOR_EVER, [f"{1000 * silent_seconds / LOOKS:.0f}ms"])
                wanted = {"tables": list(tables), "partitions": list(partitions)}
                rows = connection.execute(TAKE_OVER, wanted).fetchall()
                return _held(rows, tables, partitions, log)
        except psycopg.errors.LockNotAvailable:
            connection.execute(END_SILENT, [silent_seconds])


def _held(rows: Sequence[TupleRow], tables: Sequence[str], partitions: Sequence[int], log: EventLog) -> Holdings:
    if len(rows) != len(tables) * len(partitions):
        message = f"{len(tables) * len(partitions) - len(rows)} checkpoints are gone: another worker swapped a table"
        raise Fenced(message)
    starts, ends = log.starts(), log.ends()
    for table, partition, log_id, next_offset, *_ in rows:
        if log_id != log.log_id:
            message = (
                f"table {table} was filled from log {log_id}, and this is log {log.log_id}: the log was made anew or"
                f" exchanged. Nothing was changed. Go back to the old log, or rebuild with 'regulars rebuild'"
            )
            raise LogChanged(message)
        if not starts[partition] <= next_offset <= ends[partition]:
            message = (
                f"table {table} wants offset {next_offset} of partition {partition} next, but the log holds"
                f" {starts[partition]} to {ends[partition]}: records are missing. Nothing was changed"
            )
            raise LogChanged(message)
    return {(table, partition): Held(*held) for table, partition, _, *held in rows}


def move(
    connection: Connection,
    tables: Sequence[str],
    chunks: Sequence[Chunk],
    holdings: Holdings,
    duplicates: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """Move the checkpoints past these chunks; it is a batch's first statement. Raises Fenced.

    ``duplicates`` says by partition how many of the events do not count.
    """
    moves = [(table, chunk) for table in tables for chunk in chunks]
    held = [holdings[table, chunk.partition] for table, chunk in moves]
    cursor = connection.execute(
        MOVE,
        {
            "tables": [table for table, _ in moves],
            "partitions": [chunk.partition for _, chunk in moves],
            "froms": [holding.next_offset for holding in held],
            "tos": [chunk.next_offset for _, chunk in moves],
            "epochs": [holding.epoch for holding in held],
            "recorded": [chunk.recorded_at for _, chunk in moves],
            "duplicates": [duplicates.get(chunk.partition, 0) for _, chunk in moves],
        },
    )
    if cursor.rowcount != len(moves):
        message = f"{len(moves) - cursor.rowcount} of {len(moves)} checkpoints have another owner or have moved on"
        raise Fenced(message)


def moved(tables: Sequence[str], chunks: Sequence[Chunk], holdings: Holdings) -> Holdings:
    """Return what is held after these chunks were committed."""
    after = {
        (table, chunk.partition): holdings[table, chunk.partition]._replace(next_offset=chunk.next_offset)
        for table in tables
        for chunk in chunks
    }
    return {**holdings, **after}


def was_committed(connection: Connection, tables: Sequence[str], chunks: Sequence[Chunk], holdings: Holdings) -> bool:
    """Return whether a batch whose COMMIT was never answered took effect. Raises Fenced where others own it now."""
    table = tables[0]
    wanted = {chunk.partition: chunk.next_offset for chunk in chunks}
    rows = connection.execute(STATE, {"table": table, "partitions": list(wanted)}).fetchall()
    if len(rows) != len(wanted):
        message = f"table {table} was swapped since the connection was lost"
        raise Fenced(message)
    for partition, _, epoch in rows:
        if epoch != holdings[table, partition].epoch:
            message = f"partition {partition} of {table} has another owner since the connection was lost"
            raise Fenced(message)
    return all(next_offset == wanted[partition] for partition, next_offset, _ in rows)


def positions(connection: Connection, table: str) -> Mapping[int, int]:
    """Return the committed offset vector of a table."""
    return dict(connection.execute(POSITIONS, [table]).fetchall())
