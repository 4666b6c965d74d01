"""The journal: the log of record in one Postgres, for a shop of one node.

Offsets are gapless and become visible in order: a writer locks its partitions' counters, lowest first, until it
commits, so no reader can see offset n+1 before n. One round trip appends a batch. A known event id is refused: with
the same bytes it is a duplicate, with others a conflict.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from events.codec import Codec
from events.envelope import Envelope
from events.log import Chunk, Outcome, Positions, Receipt, Record, partition_of

DEFAULT_PARTITIONS = 12
APPEND_TRIES = 5

# Appends a batch; one row for each event, in order.
APPEND = """
SELECT outcome, at_partition, at_offset
  FROM journal.append(%(ids)b, %(partitions)b, %(subjects)b, %(types)b, %(times)b, %(bodies)b)
 ORDER BY ordinal
"""

# What follows a set of positions, a partition a row: one value of all bodies costs a tenth of a row for each of them.
# Offsets are gapless, so both ends of a page are known, and no plan can read more than the page.
READ = """
SELECT wanted.partition, found.first_offset, found.records, found.recorded_at, found.bodies
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS wanted (partition, from_offset)
 CROSS JOIN LATERAL (
       SELECT min(e."offset") AS first_offset, count(*) AS records, max(e.recorded_at) AS recorded_at,
              string_agg(e.value, '\\x0a'::bytea ORDER BY e."offset") AS bodies
         FROM journal.event AS e
        WHERE e.partition = wanted.partition
          AND e."offset" >= wanted.from_offset AND e."offset" < wanted.from_offset + %(limit)s) AS found
 WHERE found.records > 0
"""

RECORDS = """
SELECT partition, "offset", recorded_at, subject, value
  FROM journal.event
 WHERE partition = %(partition)s AND "offset" >= %(start)s AND "offset" < %(start)s + %(limit)s
 ORDER BY "offset"
"""

ENDS = "SELECT partition, next_offset FROM journal.partition ORDER BY partition"

# How far each partition had come by an instant, found by halves: offsets have no gaps, and times grow with them.
KNOWN_AT = """
WITH RECURSIVE search AS (
    SELECT partition, next_offset AS high,
           CASE WHEN last_recorded_at <= %(instant)s::timestamptz THEN next_offset ELSE 0 END AS low
      FROM journal.partition
     UNION ALL
    SELECT s.partition, CASE WHEN e.recorded_at <= %(instant)s::timestamptz THEN s.high ELSE e."offset" END,
           CASE WHEN e.recorded_at <= %(instant)s::timestamptz THEN e."offset" + 1 ELSE s.low END
      FROM search AS s JOIN journal.event AS e ON e.partition = s.partition AND e."offset" = (s.low + s.high) / 2
     WHERE s.low < s.high
)
SELECT partition, high FROM search WHERE low = high ORDER BY partition
"""


class Journal:
    """The Postgres log. One instance belongs to one thread at a time: it holds one connection."""

    queryable = True
    refuses_known_ids = True

    def __init__(self, connection: psycopg.Connection[TupleRow], codec: Codec | None = None) -> None:
        """Use an autocommit connection to a database in which ``create_journal`` has run."""
        self._connection = connection
        self._codec = codec or Codec()
        row = connection.execute("SELECT log_id, partitions FROM journal.identity").fetchone()
        if row is None:
            message = "the journal has no identity row: its schema was not created whole"
            raise RuntimeError(message)
        self.log_id: str = row[0]
        self.partitions: int = row[1]

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append durably in one round trip and return one receipt for each, in order.

        Raises psycopg.OperationalError when the database does not answer: then nothing is known to be stored, and
        sending the same batch again is safe.
        """
        if not envelopes:
            return []
        subjects = [envelope.subject for envelope in envelopes]
        arguments = {
            "ids": [envelope.id for envelope in envelopes],
            "partitions": [partition_of(subject, self.partitions) for subject in subjects],
            "subjects": subjects,
            "types": [envelope.data.event_type for envelope in envelopes],
            "times": [envelope.time for envelope in envelopes],
            "bodies": [self._codec.encode(envelope) for envelope in envelopes],
        }
        return [Receipt(Outcome(outcome), partition, offset) for outcome, partition, offset in self._call(arguments)]

    def _call(self, arguments: dict[str, Any]) -> list[TupleRow]:
        for attempt in range(APPEND_TRIES):
            try:
                return self._connection.execute(APPEND, arguments, binary=True).fetchall()
            except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected):
                # Another writer stores one of the ids for another subject, in another partition, at this very moment.
                if attempt == APPEND_TRIES - 1:
                    raise
        raise AssertionError

    def current_id(self) -> str:
        """Return the identity that it was opened with: only another database has another one."""
        return self.log_id

    def starts(self) -> dict[int, int]:
        """Return the first offset held, by partition: the journal keeps everything."""
        return dict.fromkeys(range(self.partitions), 0)

    def ends(self) -> dict[int, int]:
        """Return the offset that the next record of each partition will get."""
        return dict(self._connection.execute(ENDS).fetchall())

    def read(self, positions: Positions, limit: int) -> list[Chunk]:
        """Return what follows the positions: at most ``limit`` records, shared evenly between the partitions."""
        rows = self._connection.execute(
            READ,
            {
                "partitions": list(positions),
                "offsets": list(positions.values()),
                "limit": max(1, limit // max(1, len(positions))),
            },
            binary=True,
        ).fetchall()
        return [self._chunk(*row) for row in rows]

    def _chunk(self, partition: int, first: int, count: int, recorded_at: datetime, bodies: bytes) -> Chunk:
        values = bodies.split(b"\n")
        if len(values) != count:
            # A value that was put on the log by other means than ours holds a line break: take them one by one.
            values = [record.value for record in self.records(partition, first, count)]
        return Chunk(partition, range(first, first + count), values, first + count, recorded_at)

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records of one partition from offset ``start`` on."""
        arguments = {"partition": partition, "start": start, "limit": limit}
        return [Record(*row) for row in self._connection.execute(RECORDS, arguments, binary=True).fetchall()]

    def known_at(self, instant: datetime) -> dict[int, int]:
        """Return the positions that hold exactly the records recorded at or before an instant."""
        return dict(self._connection.execute(KNOWN_AT, {"instant": instant}).fetchall())


def create_journal(connection: psycopg.Connection[TupleRow], partitions: int = DEFAULT_PARTITIONS) -> None:
    """Create the journal's schema where it is missing; an existing journal keeps its partition count."""
    script = files("events.log").joinpath("journal.sql").read_text(encoding="utf-8")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.journal'))")
        if connection.execute("SELECT to_regclass('journal.identity')").fetchone() == (None,):
            connection.execute(script)
            connection.execute(
                "INSERT INTO journal.identity (log_id, partitions) VALUES (gen_random_uuid()::text, %s)", [partitions]
            )
            connection.execute(
                "INSERT INTO journal.partition (partition) SELECT generate_series(0, %s - 1)", [partitions]
            )
