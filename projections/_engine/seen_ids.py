"""Remembers the latest events' ids beside the checkpoints: whoever takes a partition over has them at once.

It is a cache of what the log says: rows of a batch's transaction, one a partition and batch. What is missing is read
from the log again, so nothing depends on who wrote which rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

from events.codec import Codec
from events.log import EventLog
from events.log.window import WINDOW_OFFSETS, Entries, Window, entries_of
from projections._engine.registry import Connection

READ_EVENTS = 50_000

KEEP = """
INSERT INTO engine.seen_ids AS s (log_id, partition, first_offset, next_offset, base_offset, entries)
VALUES (%(log_id)s, %(partition)s, %(first)s, %(next)s, %(base)s, %(entries)s)
ON CONFLICT (log_id, partition, first_offset) DO UPDATE
   SET next_offset = excluded.next_offset, base_offset = excluded.base_offset, entries = excluded.entries
 WHERE excluded.next_offset > s.next_offset
"""

FORGET = """
DELETE FROM engine.seen_ids WHERE log_id = %(log_id)s AND partition = %(partition)s AND next_offset <= %(oldest)s
"""

KNOWN = """
SELECT first_offset, next_offset, base_offset, entries FROM engine.seen_ids
 WHERE log_id = %(log_id)s AND partition = %(partition)s AND next_offset > %(first)s AND first_offset < %(end)s
 ORDER BY first_offset
"""


class Seen(NamedTuple):
    """The ids of a partition's records from ``first`` up to, and without, ``next_offset``."""

    partition: int
    first: int
    next_offset: int
    entries: Entries


def keep(connection: Connection, log_id: str, seen: Sequence[Seen]) -> None:
    """Store the ids of a batch, in its transaction, and forget those that no later event is compared with."""
    with connection.cursor() as cursor:
        for each in seen:
            arguments = {"log_id": log_id, "partition": each.partition}
            row = {"first": each.first, "next": each.next_offset, "base": each.entries.base}
            cursor.execute(KEEP, {**arguments, **row, "entries": each.entries.to_bytes()})
            if _begins_anew(each):
                cursor.execute(FORGET, {**arguments, "oldest": each.next_offset - 2 * WINDOW_OFFSETS})


def window_at(connection: Connection, log: EventLog, partition: int, end: int) -> Window:
    """Return what is remembered of a partition up to, and without, an offset."""
    first = at = max(log.starts()[partition], end - WINDOW_OFFSETS)
    runs: list[Entries] = []
    arguments = {"log_id": log.log_id, "partition": partition, "first": first, "end": end}
    for begins, ends, base, stored in connection.execute(KNOWN, arguments, binary=True).fetchall():
        if ends <= at:
            continue
        if begins > at:
            runs += _read_again(log, partition, at, min(begins, end))
        runs.append(Entries.from_bytes(base, stored).within(max(at, begins), end))
        at = ends
    if at < end:
        runs += _read_again(log, partition, at, end)
    return Window(runs)


def _read_again(log: EventLog, partition: int, first: int, end: int) -> list[Entries]:
    codec = Codec()
    runs: list[Entries] = []
    at = first
    while at < end and (chunks := log.read({partition: at}, min(READ_EVENTS, end - at))):
        for chunk in chunks:
            envelopes, _ = codec.decode_batch(chunk.values)
            ids = [None if envelope is None else envelope.id for envelope in envelopes]
            runs.append(entries_of(ids, chunk.values, chunk.offsets).within(first, end))
            at = chunk.next_offset
    return runs


def _begins_anew(seen: Seen) -> bool:
    """Return whether a batch reaches into the next twentieth of a window: often enough to look for old rows."""
    step = WINDOW_OFFSETS // 20
    return seen.first // step != seen.next_offset // step
