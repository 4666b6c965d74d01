"""Keeps the events themselves by subject, where the log cannot be queried: what a customer's page reads.

One row for each subject and batch holds the subject's events of that batch, a line each: offset, time of recording in
milliseconds since 1970, and the record's bytes. Fewer and longer rows are what Postgres likes; the view takes them
apart again, so that readers see the same rows over any log.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from events.envelope import Envelope
from events.log import Chunk
from projections._engine.bulk import copy_into
from projections._engine.columns.base import microseconds

CREATE = """
CREATE TABLE projection.{table} (
    subject      text   COLLATE "C" NOT NULL,
    partition    integer NOT NULL,
    first_offset bigint NOT NULL,
    events       bytea  STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (subject, partition, first_offset)
) WITH (toast_tuple_target = 8160)
"""

COPY = "COPY projection.{table} (subject, partition, first_offset, events) FROM STDIN (FORMAT BINARY)"
COPY_TYPES = ["text", "int4", "int8", "bytea"]

# The same columns as the view over a log that can be queried.
SELECT = """
SELECT k.subject, (e.event ->> 'time')::timestamptz AS "time", (e.event ->> 'id') COLLATE "C" AS id,
       (e.event ->> 'type') COLLATE "C" AS type, k.partition, split_part(l.line, ' ', 1)::bigint AS "offset",
       'epoch'::timestamptz + split_part(l.line, ' ', 2)::bigint * interval '1 millisecond' AS recorded_at,
       convert_to(e.event::text, 'UTF8') AS value
  FROM projection.{table} AS k
 CROSS JOIN LATERAL string_to_table(convert_from(k.events, 'UTF8'), E'\\n') AS l (line)
 CROSS JOIN LATERAL (SELECT regexp_replace(l.line, '^\\d+ \\d+ ', '')::json AS event) AS e
"""

Kept = dict[tuple[str, int], list[Any]]
"""Subject and partition to the first offset and then the lines."""


def gather(kept: Kept, chunk: Chunk, envelopes: Sequence[Envelope | None]) -> None:
    """Add the events of a chunk to what is kept; those that are None do not count."""
    own: dict[str, list[Any]] = {}
    held = own.get
    times = chunk.recorded or repeat(milliseconds(chunk.recorded_at), len(envelopes))
    for envelope, value, offset, recorded in zip(envelopes, chunk.values, chunk.offsets, times, strict=True):
        if envelope is None:
            continue
        row = held(envelope.subject)
        if row is None:
            own[envelope.subject] = [offset, b"%d %d %b" % (offset, recorded, value)]
        else:
            row.append(b"%d %d %b" % (offset, recorded, value))
    for subject, row in own.items():
        place = (subject, chunk.partition)
        if place in kept:  # a batch may have several chunks of a partition
            kept[place] += row[1:]
        else:
            kept[place] = row


def milliseconds(instant: datetime | None) -> int:
    """Return a time as milliseconds since 1970; None, where there is no record, as 0."""
    return 0 if instant is None else microseconds(instant) // 1000


def write(connection: psycopg.Connection[TupleRow], table: str, kept: Kept) -> None:
    """Copy what is kept into its table. No two rows share a key: a batch begins where the last one ended."""
    statement = sql.SQL(COPY).format(table=sql.Identifier(table))
    with connection.cursor() as cursor, copy_into(cursor, statement) as copy:
        copy.set_types(COPY_TYPES)
        for (subject, partition), (first_offset, *lines) in kept.items():
            copy.write_row((subject, partition, first_offset, _joined(lines)))


def _joined(lines: list[bytes]) -> bytes:
    joined = b"\n".join(lines)
    if joined.count(b"\n") < len(lines):
        return joined
    # Put on the log by other means than ours, with line breaks between its fields: the same event in one line.
    return b"\n".join(_on_one_line(*line.split(b" ", 2)) for line in lines)


def _on_one_line(offset: bytes, recorded: bytes, value: bytes) -> bytes:
    return b"%b %b %b" % (offset, recorded, msgspec.json.format(value, indent=-1))
