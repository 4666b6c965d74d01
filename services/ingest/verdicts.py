"""The messages that could not be accepted: kept with their bodies and the reason, until they are redriven or dismissed.

The same message again, by source, id and body, is the same row, seen once more. A body is kept byte for byte. A text
that Postgres cannot hold is kept with U+0000 and halves of surrogate pairs written as escapes, and an id, or the
name of a field, of more than MOST_ID_CHARACTERS is cut: what is hostile must be kept too. So such an id reads like one
that has the escape as plain characters; their bodies tell them apart.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import class_row

from services.ingest.texts import escaped
from services.ingest.verdict import Refused
from services.installation import Connection

MOST_ID_CHARACTERS = 256

# Returns a number for each message, in order. What is there twice in one batch is one row too. Rows are locked in one
# order. The reason is the one of the last time, until somebody settles it.
STORE = """
WITH incoming AS (
    SELECT i.*, md5(i.body) AS same
      FROM unnest(%(sources)s::text[], %(protocols)s::text[], %(origins)s::text[], %(message_ids)s::text[],
                  %(outcomes)s::text[], %(faults)s::text[], %(fields)s::text[], %(reasons)s::text[],
                  %(bodies)b::bytea[], %(times)s::timestamptz[]) WITH ORDINALITY
           AS i (source, protocol, origin, message_id, outcome, fault, field, reason, body, received_at, place)
), messages AS (
    SELECT DISTINCT ON (source, message_id, same) i.*, count(*) OVER one AS times,
           min(received_at) OVER one AS first_at, max(received_at) OVER one AS last_at
      FROM incoming AS i WINDOW one AS (PARTITION BY source, message_id, same)
     ORDER BY source, message_id, same, place DESC
), kept AS (
    INSERT INTO ingest.verdict AS v (source, protocol, origin, message_id, outcome, fault, field, reason, body,
                                     received_at, seen_at, seen)
    SELECT source, protocol, origin, message_id, outcome, fault, field, reason, body, first_at, last_at, times
      FROM messages ORDER BY source, message_id, same
        ON CONFLICT (source, message_id, md5(body)) DO UPDATE
       SET seen = v.seen + excluded.seen,
           seen_at = greatest(v.seen_at, excluded.seen_at),
           outcome = CASE WHEN v.settled_at IS NULL THEN excluded.outcome ELSE v.outcome END,
           fault = CASE WHEN v.settled_at IS NULL THEN excluded.fault ELSE v.fault END,
           field = CASE WHEN v.settled_at IS NULL THEN excluded.field ELSE v.field END,
           reason = CASE WHEN v.settled_at IS NULL THEN excluded.reason ELSE v.reason END
    RETURNING v.id, v.source, v.message_id, md5(v.body) AS same
)
SELECT kept.id FROM incoming JOIN kept USING (source, message_id, same) ORDER BY incoming.place
"""

COLUMNS = """
id, source, protocol, origin, message_id, outcome, fault, field, reason, body, received_at, seen_at, seen, settled_at,
settled, events
"""

LISTED = f"""
SELECT {COLUMNS} FROM ingest.verdict
 WHERE id > %(after)s
   AND (%(source)s::text IS NULL OR source = %(source)s)
   AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
   AND (%(fault)s::text IS NULL OR fault = %(fault)s)
   AND (NOT %(open_only)s OR settled_at IS NULL)
 ORDER BY id LIMIT %(limit)s
"""  # noqa: S608 - the columns stand above

BY_MESSAGE = f"""
SELECT {COLUMNS} FROM ingest.verdict WHERE source = %(source)s AND message_id = %(message_id)s ORDER BY id
"""  # noqa: S608 - as above

BY_ID = f"SELECT {COLUMNS} FROM ingest.verdict WHERE id = %s"  # noqa: S608 - as above

OPEN = """
SELECT count(*) FROM ingest.verdict WHERE settled_at IS NULL AND (%(source)s::text IS NULL OR source = %(source)s)
"""

SETTLE = """
UPDATE ingest.verdict SET settled_at = now(), settled = %(how)s, events = %(events)s
 WHERE id = %(id)s AND settled_at IS NULL
"""


class Kept(NamedTuple):
    """A message that could not be accepted, as it is kept.

    ``settled`` says how it was settled, where ``settled_at`` says that it was; ``events`` are the ids that it got on
    the log then.
    """

    id: int
    source: str
    protocol: str
    origin: str
    message_id: str
    outcome: str
    fault: str
    field: str
    reason: str
    body: bytes
    received_at: datetime
    seen_at: datetime
    seen: int
    settled_at: datetime | None
    settled: str
    events: list[str]


def store(connection: Connection, refused: Sequence[Refused]) -> list[int]:
    """Keep messages, all of them or none, and return under what numbers, in order."""
    if not refused:
        return []
    arguments = {
        "sources": [escaped(each.source) for each in refused],
        "protocols": [each.protocol.value for each in refused],
        "origins": [escaped(each.origin) for each in refused],
        "message_ids": [_name(each.message_id) for each in refused],
        "outcomes": [each.outcome.value for each in refused],
        "faults": [each.error.fault.value for each in refused],
        "fields": [_name(each.error.field) for each in refused],
        "reasons": [escaped(each.error.reason) for each in refused],
        "bodies": [each.body for each in refused],
        "times": [each.received_at for each in refused],
    }
    return [number for (number,) in connection.execute(STORE, arguments).fetchall()]


def listed(  # noqa: PLR0913 - all that can be asked for
    connection: Connection,
    *,
    source: str | None = None,
    outcome: str | None = None,
    fault: str | None = None,
    open_only: bool = True,
    after: int | None = None,
    limit: int = 100,
) -> list[Kept]:
    """Return kept messages, the oldest first; ``after`` is the number of the last one that is known already."""
    arguments = {"source": source, "outcome": outcome, "fault": fault, "open_only": open_only}
    told = {name: escaped(said) if isinstance(said, str) else said for name, said in arguments.items()}
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(LISTED, {**told, "after": after or 0, "limit": limit}).fetchall()


def by_message(connection: Connection, source: str, message_id: str) -> list[Kept]:
    """Return what was kept under a message's id, the oldest first: one for each body that came under it."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        arguments = {"source": escaped(source), "message_id": _name(message_id)}
        return cursor.execute(BY_MESSAGE, arguments).fetchall()


def shown(connection: Connection, number: int) -> Kept | None:
    """Return a kept message by its number, or None."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(BY_ID, [number]).fetchone()


def open_count(connection: Connection, source: str | None = None) -> int:
    """Return how many messages nobody has settled."""
    return int(connection.execute(OPEN, {"source": source and escaped(source)}).fetchall()[0][0])


def settle(connection: Connection, number: int, how: str, events: Sequence[str] = ()) -> bool:
    """Note how a message was settled; return whether nobody had done so before, which then stays as it is."""
    arguments = {"id": number, "how": escaped(how), "events": list(events)}
    return connection.execute(SETTLE, arguments).rowcount == 1


def document(row: Kept, *, with_body: bool = True) -> dict[str, Any]:
    """Return a kept message for JSON: ``body`` is its text, or ``body_base64`` where it is none in UTF-8."""
    held = row._asdict()
    body = held.pop("body")
    if with_body:
        try:
            held["body"] = body.decode()
        except UnicodeDecodeError:
            held["body_base64"] = base64.b64encode(body).decode()
    return held


def _name(message_id: str) -> str:
    return escaped(message_id[:MOST_ID_CHARACTERS])
