"""Dead letters: what is parked, why, and how it gets its one effect after a fix.

What will never be right is dismissed. The tables go on lacking it, those of later versions too, and nobody is asked to
see to it any more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import class_row

from events.codec import Codec
from events.errors import Fault
from events.log import Chunk
from projections._engine.folding import ALL, Batch, Folder
from projections._engine.registry import Connection, Table
from projections._engine.store import UNSTORABLE, prepare_stages, write_rows

LIST = """
SELECT log_id, partition, "offset", fault, field, reason, missed, parked_at, value, recorded_ms, dismissed_at, dismissed
  FROM engine.dead_letter
 WHERE missed <> '{}' AND dismissed_at IS NULL AND (%(fault)s::text IS NULL OR fault = %(fault)s)
 ORDER BY parked_at, partition, "offset" LIMIT %(limit)s
"""

SHOW = """
SELECT log_id, partition, "offset", fault, field, reason, missed, parked_at, value, recorded_ms, dismissed_at, dismissed
  FROM engine.dead_letter WHERE partition = %(partition)s AND "offset" = %(offset)s
 ORDER BY parked_at DESC, log_id
"""

# Locks one letter until its redrive commits; a letter that somebody else redrove meanwhile has nothing missed left.
LOCK = """
SELECT missed FROM engine.dead_letter
 WHERE log_id = %(log_id)s AND partition = %(partition)s AND "offset" = %(offset)s FOR UPDATE
"""

REDRIVEN = """
UPDATE engine.dead_letter
   SET missed = ARRAY(SELECT m FROM unnest(missed) AS u (m) WHERE m <> ALL (%(applied)s) ORDER BY 1),
       redriven_at = now()
 WHERE log_id = %(log_id)s AND partition = %(partition)s AND "offset" = %(offset)s
"""

DISMISS = """
UPDATE engine.dead_letter SET dismissed_at = now(), dismissed = %(because)s
 WHERE log_id = %(log_id)s AND partition = %(partition)s AND "offset" = %(offset)s
   AND missed <> '{}' AND dismissed_at IS NULL
"""


class DeadLetter(NamedTuple):
    """A parked event: its coordinates, what is wrong with it, and the tables that lack it.

    ``dismissed`` says why nobody waits for it any more, where ``dismissed_at`` says that it was dismissed.
    """

    log_id: str
    partition: int
    offset: int
    fault: str
    field: str
    reason: str
    missed: list[str]
    parked_at: datetime
    value: bytes
    recorded_ms: int | None
    dismissed_at: datetime | None
    dismissed: str


class Redriven(NamedTuple):
    """What a redrive did with one letter; ``reason`` says why it is still parked, if it is."""

    partition: int
    offset: int
    applied: list[str]
    reason: str


def listed(connection: Connection, fault: str | None = None, limit: int = 100) -> list[DeadLetter]:
    """Return the parked events that nobody has dismissed, oldest first."""
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(LIST, {"fault": fault, "limit": limit}).fetchall()


def shown(connection: Connection, partition: int, offset: int) -> DeadLetter | None:
    """Return the event that was parked last at a place, or None."""
    return next(iter(at_place(connection, partition, offset)), None)


def at_place(connection: Connection, partition: int, offset: int) -> list[DeadLetter]:
    """Return what was parked at a place, newest first: every log that the projections were filled from has one such."""
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(SHOW, {"partition": partition, "offset": offset}).fetchall()


def dismiss(connection: Connection, letter: DeadLetter, because: str) -> bool:
    """Have nobody wait for an event any more; return whether somebody did."""
    at = {"log_id": letter.log_id, "partition": letter.partition, "offset": letter.offset}
    return connection.execute(DISMISS, {**at, "because": because}).rowcount == 1


def redrive(
    connect: Callable[[], Connection],
    tables: Sequence[Table],
    letters: Sequence[DeadLetter],
    codec: Codec | None = None,
) -> list[Redriven]:
    """Apply parked events to the tables that lack them, each exactly once; what still fails stays parked."""
    with connect() as connection:
        prepare_stages(connection, tables)
        return [_redrive(connection, tables, letter, codec or Codec()) for letter in letters]


def _redrive(connection: Connection, tables: Sequence[Table], letter: DeadLetter, codec: Codec) -> Redriven:
    if letter.fault == Fault.CONFLICT:  # its id has counted, with other content
        return Redriven(letter.partition, letter.offset, [], letter.reason)
    at = {"log_id": letter.log_id, "partition": letter.partition, "offset": letter.offset}
    with connection.transaction():
        row = connection.execute(LOCK, at).fetchone()
        lacking = [table for table in tables if row and table.name in row[0]]
        batch = _folded(lacking, letter, codec)
        failed = {dead.projection: str(dead.error) for dead in batch.dead_letters}
        applied = []
        for table in lacking:
            if failed.keys() & {ALL, table.projection.name}:
                continue
            try:
                with connection.transaction():
                    if rows := batch.rows[table.projection.name]:
                        write_rows(connection, table, rows)
                applied.append(table)
            except UNSTORABLE as error:
                failed[table.projection.name] = f"{table.projection.name}: its row cannot be stored: {error}"
        connection.execute(REDRIVEN, {**at, "applied": [table.name for table in applied]})
    reason = next(iter(failed.values()), "")
    return Redriven(letter.partition, letter.offset, [table.projection.name for table in applied], reason)


def _folded(tables: Sequence[Table], letter: DeadLetter, codec: Codec) -> Batch:
    folder = Folder([table.projection for table in tables], codec)
    recorded = [letter.recorded_ms or 0]
    place, after = letter.offset, letter.offset + 1
    chunk = Chunk(letter.partition, [place], [letter.value], after, letter.parked_at, recorded)
    return folder.fold([folder.decode(chunk)])
