"""Moves the projections to a copy of their log: they stand where they stood, and go on there.

The copy holds the same records at the same places. What is remembered of event ids is not moved: it is read from the
copy again, and a log that refuses known ids has nothing of the kind.
"""

from typing import NamedTuple

from events.log import EventLog
from projections._engine.kept import milliseconds
from projections._engine.registry import Connection

# Another epoch: whoever still thinks that it owns one of these is fenced.
CHECKPOINTS = """
UPDATE engine.checkpoint SET log_id = %(to)s, epoch = epoch + 1, updated_at = now() WHERE log_id = %(from)s
RETURNING table_name
"""

UNDATED = """
SELECT partition, "offset" FROM engine.dead_letter WHERE log_id = %s AND recorded_ms IS NULL
"""

DATED = """
UPDATE engine.dead_letter SET recorded_ms = %(recorded_ms)s
 WHERE log_id = %(log_id)s AND partition = %(partition)s AND "offset" = %(offset)s
"""

# A table that reads the copy already may have parked the same event there.
DEAD_LETTERS = """
WITH moved AS (DELETE FROM engine.dead_letter WHERE log_id = %(from)s RETURNING *)
INSERT INTO engine.dead_letter AS d
       (log_id, partition, "offset", fault, field, reason, value, missed, parked_at, redriven_at, recorded_ms,
        dismissed_at, dismissed)
SELECT %(to)s, partition, "offset", fault, field, reason, value, missed, parked_at, redriven_at, recorded_ms,
       dismissed_at, dismissed
  FROM moved
    ON CONFLICT (log_id, partition, "offset") DO UPDATE
   SET missed = projection.union_merge(d.missed, excluded.missed),
       dismissed_at = coalesce(d.dismissed_at, excluded.dismissed_at),
       dismissed = CASE WHEN d.dismissed_at IS NULL THEN excluded.dismissed ELSE d.dismissed END
"""


class Moved(NamedTuple):
    """The tables that go on with the copy, and how many parked events came along."""

    tables: list[str]
    dead_letters: int


def move(connection: Connection, log: EventLog, copy_id: str) -> Moved:
    """Have everything that belongs to a log belong to a copy of it. Call it in a transaction, while nobody projects."""
    for partition, offset in connection.execute(UNDATED, [log.log_id]).fetchall():
        # The copy is kept by subject with its time of recording, which a redrive needs; the journal is asked for it.
        for record in log.records(partition, offset, 1):
            at = {"log_id": log.log_id, "partition": partition, "offset": offset}
            connection.execute(DATED, {**at, "recorded_ms": milliseconds(record.recorded_at)})
    ids = {"from": log.log_id, "to": copy_id}
    tables = {table for (table,) in connection.execute(CHECKPOINTS, ids).fetchall()}
    letters = connection.execute(DEAD_LETTERS, ids).rowcount
    return Moved(sorted(tables), letters)
