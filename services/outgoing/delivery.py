"""Puts what is to leave the house into its queue, within the transaction of whatever asks for it.

    enqueue(cursor, [Delivery(key, Announce("promise.broken", "customer:ann", {...}))], now)

An announcement becomes one delivery for each endpoint that asked for its type, a message one for each channel of its
audience; so nothing is sent where nobody asked. A message to people without any channel is kept as held back, since
somebody meant it to be read. What was enqueued with the same key before is not enqueued again, while that is kept.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import psycopg

from services.reactions._engine.reaction import Announce, Tell

# An endpoint that is switched off is not asked.
ANNOUNCE = """
INSERT INTO outgoing.delivery (key, target, channel, message_id, what, recipient, title, payload, made_at, state,
                               next_try_at)
SELECT w.key || '>webhook:' || e.name, 'webhook:' || e.name, 'webhook', w.message_id, w.what, w.recipient, '',
       w.payload, %(now)s, 'waiting', %(now)s
  FROM json_to_recordset(%(rows)s::json) AS w (key text, message_id text, what text, recipient text, payload text)
  JOIN outgoing.endpoint AS e
    ON e.disabled_at IS NULL
   AND EXISTS (SELECT FROM unnest(e.types) AS t (type)
                WHERE t.type IN ('*', w.what) OR (t.type LIKE '%%.*' AND starts_with(w.what, left(t.type, -1))))
 ORDER BY 1
ON CONFLICT (key) DO NOTHING
"""

TELL = """
INSERT INTO outgoing.delivery (key, target, channel, message_id, what, recipient, title, payload, made_at, state,
                               next_try_at, code, words)
SELECT w.key || '>channel:' || coalesce(c.name, w.audience), 'channel:' || coalesce(c.name, ''), coalesce(c.kind, ''),
       w.message_id, w.what, w.recipient, w.title, w.payload, %(now)s,
       CASE WHEN c.name IS NULL THEN 'held' ELSE 'waiting' END, %(now)s,
       CASE WHEN c.name IS NULL THEN 'no_channel' ELSE '' END,
       CASE WHEN c.name IS NULL
            THEN 'There is no channel for audience ' || w.audience || ': ''regulars channels add'' adds one.'
            ELSE '' END
  FROM json_to_recordset(%(rows)s::json)
       AS w (key text, message_id text, what text, recipient text, title text, payload text, audience text)
  LEFT JOIN outgoing.channel AS c ON c.audience = w.audience
 ORDER BY 1
ON CONFLICT (key) DO NOTHING
"""


class Delivery(NamedTuple):
    """Something that is to leave the house once, by a key that is its own: an announcement, or a message to people."""

    key: str
    action: Announce | Tell


def enqueue(cursor: psycopg.Cursor[Any], deliveries: Iterable[Delivery], now: datetime) -> None:
    """Have these sent, from ``now`` on, if the cursor's transaction ends well."""
    announced, told = [], []
    for key, action in deliveries:
        if isinstance(action, Announce):
            announced.append({"key": key, "message_id": message_id(key), **_announcement(action, now)})
        else:
            told.append({"key": key, "message_id": message_id(key), **_message(action)})
    for statement, rows in ((ANNOUNCE, announced), (TELL, told)):
        if rows:
            cursor.execute(statement, {"now": now, "rows": msgspec.json.encode(rows).decode()})


def message_id(key: str) -> str:
    """Return the id by which a receiver knows a message again, at every try and from every endpoint."""
    return f"msg_{sha256(key.encode()).hexdigest()[:32]}"


def announcement(what: str, at: datetime, data: dict[str, Any]) -> str:
    """Return the body of a webhook as the Standard Webhooks specification has it, byte for byte as it is signed."""
    return msgspec.json.encode({"type": what, "timestamp": at, "data": data}).decode()


def _announcement(action: Announce, now: datetime) -> dict[str, str]:
    body = announcement(action.type, now, {"subject": action.subject, **action.data})
    return {"what": action.type, "recipient": action.subject, "payload": body}


def _message(action: Tell) -> dict[str, str]:
    to = action.to
    recipient = f"staff:{to.removeprefix('staff:')}" if action.audience == "staff" else to
    said = {"title": action.title.replace("\0", ""), "payload": action.text.replace("\0", "")}
    return {"what": action.purpose, "recipient": recipient, "audience": action.audience, **said}
