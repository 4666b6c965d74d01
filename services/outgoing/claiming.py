"""The queue of deliveries: taking what is due, so that no other sender takes it too, and writing down what came of it.

What is taken counts as tried, and comes back after LEASE where nothing was written down by then: then its sender was
cut off, and it may have been sent. So it is sent once more, with the same id.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from psycopg.rows import class_row

from projections._engine.registry import Connection

LEASE = timedelta(minutes=2)
"""Longer than any try takes."""

# Of each target as many as there is room for, so that one that is slow does not hold up the others.
CLAIM = """
WITH room AS (SELECT * FROM json_to_recordset(%(rooms)s::json) AS r (target text, room integer)),
due AS (SELECT d.id FROM room CROSS JOIN LATERAL (
            SELECT id FROM outgoing.delivery
             WHERE target = room.target AND state = 'waiting' AND next_try_at <= %(now)s
             ORDER BY next_try_at, id LIMIT room.room FOR UPDATE SKIP LOCKED) AS d)
UPDATE outgoing.delivery AS d SET tries = d.tries + 1, next_try_at = %(now)s + %(lease)s
  FROM due WHERE d.id = due.id
RETURNING d.id, d.tries, d.target, d.message_id, d.what, d.recipient, d.title, d.payload
"""

# That something was sent is true whoever says so; what else came of a try is told by whoever made the last one.
SETTLE = """
UPDATE outgoing.delivery AS d
   SET state = r.state, next_try_at = coalesce(r.next_try_at, d.next_try_at), sent_at = r.sent_at, code = r.code,
       words = r.words, last_error = r.error, tries = CASE WHEN r.untried THEN d.tries - 1 ELSE d.tries END,
       counted_at = CASE WHEN r.state IN ('dead', 'held') OR r.untried THEN NULL ELSE d.counted_at END
  FROM json_to_recordset(%(rows)s::json)
       AS r (id bigint, tries integer, state text, next_try_at timestamptz, sent_at timestamptz, code text, words text,
             error text, untried boolean)
 WHERE d.id = r.id AND d.state = 'waiting' AND (r.state = 'sent' OR d.tries = r.tries)
"""

COUNT = "UPDATE outgoing.delivery SET counted_at = %(now)s WHERE id = ANY (%(ids)s)"

ENDPOINTS = """
UPDATE outgoing.endpoint AS e
   SET failures = CASE WHEN r.sent THEN r.failures ELSE e.failures + r.failures END,
       last_sent_at = CASE WHEN r.sent THEN %(now)s ELSE e.last_sent_at END,
       last_error = CASE WHEN r.error = '' THEN e.last_error ELSE r.error END,
       disabled_at = CASE WHEN r.gone THEN coalesce(e.disabled_at, %(now)s) ELSE e.disabled_at END,
       disabled_why = CASE WHEN r.gone THEN r.error ELSE e.disabled_why END
  FROM json_to_recordset(%(rows)s::json) AS r (name text, sent boolean, failures integer, error text, gone boolean)
 WHERE e.name = r.name
"""


class Claimed(NamedTuple):
    """A delivery that is this sender's to try, for the ``tries``-th time."""

    id: int
    tries: int
    target: str
    message_id: str
    what: str
    recipient: str
    title: str
    payload: str


class Result(NamedTuple):
    """What came of a try, as it is written down. What is ``untried`` was not sent, and counts as no try."""

    id: int
    tries: int
    state: str
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    code: str = ""
    words: str = ""
    error: str = ""
    untried: bool = False


class Answers(NamedTuple):
    """What an endpoint answered lately: whether it took anything, how many failures came since, and the last one."""

    name: str
    sent: bool
    failures: int
    error: str
    gone: bool


def claim(connection: Connection, rooms: Mapping[str, int], now: datetime) -> list[Claimed]:
    """Take what is due, as many of each target as there is room for, the oldest first."""
    told = [{"target": target, "room": room} for target, room in rooms.items() if room > 0]
    if not told:
        return []
    with connection.cursor(row_factory=class_row(Claimed)) as cursor:
        return cursor.execute(CLAIM, {"rooms": _json(told), "now": now, "lease": LEASE}).fetchall()


def count(connection: Connection, ids: Iterable[int], now: datetime) -> None:
    """Have these messages count against what is too often, from now on."""
    connection.execute(COUNT, {"ids": list(ids), "now": now})


def settle(connection: Connection, results: Iterable[Result], answers: Iterable[Answers], now: datetime) -> None:
    """Write down what came of some tries, and how the endpoints are."""
    rows, told = [each._asdict() for each in results], [each._asdict() for each in answers]
    with connection.transaction():
        if rows:
            connection.execute(SETTLE, {"rows": _json(rows)})
        if told:
            connection.execute(ENDPOINTS, {"rows": _json(sorted(told, key=lambda each: str(each["name"]))), "now": now})


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
