"""Writes down what fired, and all that was asked for but the desk's commands: within the desk's transaction.

Everybody writes the tables in this order, and rows in the order of their keys, so that two who write at the same time
wait for each other and do not block each other: firings, timers that are raised, timers, deliveries, offers; and then
the desk's facts, for which one writes at a time. A timer is raised before reminders are set: its key is used up, also
for what it leads to itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import psycopg

from services.outgoing.delivery import Delivery, enqueue
from services.reactions._engine.firing import Firing
from services.reactions._engine.reaction import Action, Announce, Forget, Offer, Remind, Tell
from services.reactions._engine.wording import Document

Cursor = psycopg.Cursor[Any]

MOST_KEY_CHARACTERS = 200

WRITE = """
INSERT INTO reactions.firing (signal, reaction, kind, subject, event_id, happened_at, raised_at, detail,
                              outcome, code, words, actions, fired_at)
SELECT f.*, %(now)s
  FROM json_to_recordset(%(rows)s::json)
       AS f (signal text, reaction text, kind text, subject text, event_id text, happened_at timestamptz,
             raised_at timestamptz, detail jsonb, outcome text, code text, words text, actions jsonb)
 ORDER BY f.signal COLLATE "C", f.reaction COLLATE "C"
"""

# Whoever is first writes; another who heard the same waits for that one to end, and then finds it written.
ONCE = f"{WRITE} ON CONFLICT (signal, reaction) DO NOTHING RETURNING signal"

# What failed is tried again: only a row that still says so is written anew.
AGAIN = f"""{WRITE}
ON CONFLICT (signal, reaction) DO UPDATE
   SET fired_at = excluded.fired_at, outcome = excluded.outcome, code = excluded.code, words = excluded.words,
       actions = excluded.actions
 WHERE firing.outcome = 'failed'
RETURNING signal
"""  # noqa: S608 - two constants; values are always parameters

REMIND = """
INSERT INTO reactions.timer AS t (key, kind, subject, event_id, due_at, detail)
SELECT r.* FROM json_to_recordset(%s::json)
                AS r (key text, kind text, subject text, event_id text, due_at timestamptz, detail jsonb)
 ORDER BY r.key COLLATE "C"
ON CONFLICT (key) DO UPDATE
   SET kind = excluded.kind, subject = excluded.subject, event_id = excluded.event_id, due_at = excluded.due_at,
       detail = excluded.detail
 WHERE t.raised_at IS NULL
"""

FORGET = "DELETE FROM reactions.timer WHERE key = ANY (%s) AND raised_at IS NULL"

OFFER = """
INSERT INTO reactions.offer (key, subject, made_at, document)
SELECT o.key, o.subject, %(now)s, o.document
  FROM json_to_recordset(%(rows)s::json) AS o (key text, subject text, document jsonb)
ON CONFLICT (key) DO NOTHING
"""

RAISED = """
UPDATE reactions.timer AS t SET raised_at = %(now)s
  FROM json_to_recordset(%(rows)s::json) AS r (key text, due_at timestamptz)
 WHERE t.key = r.key AND t.due_at = r.due_at AND t.raised_at IS NULL
RETURNING t.key
"""


class FiredAlready(Exception):
    """Somebody else wrote one of these firings meanwhile: nothing is to be done of what the transaction holds."""


class TimerMoved(Exception):
    """A timer that was about to be raised was moved or forgotten meanwhile."""


class Due(NamedTuple):
    """A timer that is due, as it was seen."""

    key: str
    due_at: datetime


class Effects(NamedTuple):
    """What one transaction writes: firings, and the timers that it raises. ``again`` is for firings that had failed."""

    firings: Sequence[Firing]
    raised: Sequence[Due] = ()
    again: bool = False


def write(cursor: Cursor, effects: Effects, now: datetime) -> None:
    """Write it all down. Raises FiredAlready or TimerMoved; then the transaction is to be undone."""
    firings = effects.firings
    if firings:
        cursor.execute(AGAIN if effects.again else ONCE, {"now": now, "rows": _json(_row(each) for each in firings)})
        if len(cursor.fetchall()) != len(firings):  # the desk's pipeline does not count rows
            raise FiredAlready
    if effects.raised:
        cursor.execute(RAISED, {"now": now, "rows": _json(each._asdict() for each in effects.raised)})
        if len(cursor.fetchall()) != len(effects.raised):
            raise TimerMoved
    _remind(cursor, firings)
    leaving = [Delivery(key, action) for key, action, _ in keyed(firings) if isinstance(action, Announce | Tell)]
    if leaving:
        enqueue(cursor, leaving, now)
    _offer(cursor, firings, now)


def keyed(firings: Sequence[Firing]) -> list[tuple[str, Action, Firing]]:
    """Return the actions with the key that makes each count once, and the firing that asks for it."""
    return [(_key(firing, place), action, firing) for firing in firings for place, action in enumerate(firing.actions)]


def _key(firing: Firing, place: int) -> str:
    """Return what an action of a firing is known by, with a hash in place of a signal's id that is too long."""
    key = f"reaction:{firing.reaction}:{firing.signal.id}:{place}"
    if len(key) <= MOST_KEY_CHARACTERS:
        return key
    return f"reaction:{firing.reaction}:{sha256(firing.signal.id.encode()).hexdigest()}:{place}"


def _remind(cursor: Cursor, firings: Sequence[Firing]) -> None:
    """Set and forget timers; what is said last of a key holds."""
    last = {
        action.key: (action, firing.signal.event_id)
        for firing in firings
        for action in firing.actions
        if isinstance(action, Remind | Forget)
    }
    forgotten = sorted(key for key, (action, _) in last.items() if isinstance(action, Forget))
    reminders = [(action, event_id) for action, event_id in last.values() if isinstance(action, Remind)]
    if reminders:
        cursor.execute(REMIND, [_json(_timer(action, event_id) for action, event_id in reminders)])
    if forgotten:
        cursor.execute(FORGET, [forgotten])


def _offer(cursor: Cursor, firings: Sequence[Firing], now: datetime) -> None:
    offers = [(key, action) for key, action, _ in keyed(firings) if isinstance(action, Offer)]
    if offers:
        rows = ({"key": key, "subject": offer.subject, "document": offer.document} for key, offer in offers)
        cursor.execute(OFFER, {"now": now, "rows": _json(rows)})


def _row(firing: Firing) -> Document:
    signal = firing.signal
    return {
        "signal": signal.id,
        "reaction": firing.reaction,
        "kind": signal.kind,
        "subject": signal.subject,
        "event_id": signal.event_id,
        "happened_at": signal.happened_at,
        "raised_at": signal.raised_at,
        "detail": signal.detail,
        "outcome": firing.outcome,
        "code": firing.code,
        "words": firing.words,
        "actions": firing.documents,
    }


def _timer(action: Remind, event_id: str) -> Document:
    when = {"event_id": event_id, "due_at": action.at, "detail": action.detail}
    return {"key": action.key, "kind": action.kind, "subject": action.subject, **when}


def _json(rows: Iterable[Document]) -> str:
    """Return rows as one text: many times as fast to hand over as an array for each column."""
    return msgspec.json.encode(list(rows)).decode()
