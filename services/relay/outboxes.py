"""What is relayed: which table each outbox is, and what a row of it becomes on Kafka, or on the journal.

What the desk decided comes first, since people wait for it: a stored event is an event of the log of record as it is,
byte for byte. The desk's library has every writer lock its whole table (EXCLUSIVE) before it inserts, and until it is
over, so its rows become visible in the order of their ids. The reader's own rule holds there too: an INSERT takes ROW
EXCLUSIVE as well, which is no weaker for the other lock, and before the id. So the order of an aggregate's events does
not rest on the library alone.
"""

import msgspec
from xxhash import xxh3_64_hexdigest

from events.codec import Codec
from events.errors import BadEvent
from events.log.errors import LogRefused
from events.log.messages import Message
from projections._engine.registry import Connection
from services.relay.outbox import Outbox, Row, make_positions

# What the library makes of a place among all of the desk's events is its notification_id.
DESK_EVENTS = """
SELECT e.notification_id AS id, e.originator_id, e.originator_version, e.state
  FROM desk.stored_events AS e WHERE e.notification_id > %(after)s AND e.notification_id <= %(until)s
 ORDER BY e.notification_id LIMIT 200
"""

ACCESS_EVENTS = """
SELECT s.id, s.state FROM access.said AS s WHERE s.id > %(after)s AND s.id <= %(until)s ORDER BY s.id LIMIT 500
"""

SIGNALS = """
SELECT s.id, s.kind, s.subject, s.event_id, s.happened_at, s.created_at AS raised_at, s.detail
  FROM engine.signal AS s WHERE s.id > %(after)s AND s.id <= %(until)s ORDER BY s.id LIMIT 1000
"""

DEAD_LETTERS = """
SELECT d.id, d.log_id, d.partition, d."offset", d.fault, d.field, d.reason, d.missed, d.parked_at,
       'epoch'::timestamptz + d.recorded_ms * interval '1 millisecond' AS recorded_at, d.value
  FROM engine.dead_letter AS d WHERE d.id > %(after)s AND d.id <= %(until)s ORDER BY d.id LIMIT 50
"""

OFFERS = """
SELECT o.id, o.key, o.subject, o.made_at, o.document
  FROM reactions.offer AS o WHERE o.id > %(after)s AND o.id <= %(until)s ORDER BY o.id LIMIT 500
"""

# Few at once: a body has up to 1 MB, and is there several times on its way.
VERDICTS = """
SELECT v.id, v.source, v.protocol, v.origin, v.message_id, v.outcome, v.fault, v.field, v.reason, v.received_at, v.body
  FROM ingest.verdict AS v WHERE v.id > %(after)s AND v.id <= %(until)s ORDER BY v.id LIMIT 10
"""

MOST_BODY_BYTES = 1_200_000
"""What fits into a message in base64: a record may be packed on its way to us, and be much longer than it was there."""

_CODEC = Codec()


def desk_message(row: Row) -> Message:
    """Return the message of an event of the desk: its own id and subject, and the bytes as they are stored.

    Raises LogRefused where they are no event that we know: whoever relays stops there, and leaves none out.
    """
    try:
        event = _CODEC.decode(row["state"])
    except BadEvent as error:
        place = f"{row['originator_version']} of {row['originator_id']}"
        message = f"The desk holds an event that cannot be relayed, number {place}: {error}."
        raise LogRefused(message) from error
    return Message(event.id, event.subject, row["state"])


def access_message(row: Row) -> Message:
    """Return the message of who looked, signed in or was changed: an event as it is stored, as of the desk.

    Raises LogRefused as for one of the desk; whoever stores one has read it first.
    """
    try:
        event = _CODEC.decode(row["state"])
    except BadEvent as error:
        message = f"What was told of access cannot be relayed, number {row['id']}: {error}."
        raise LogRefused(message) from error
    return Message(event.id, event.subject, row["state"])


def signal_message(row: Row) -> Message:
    """Return a signal's message, keyed by subject.

    Its id is what makes a signal one: event, kind and subject. The row's number is not, since a database that was
    restored or built anew gives the same number to another signal; and several may publish on one topic.
    """
    same = f"{row['event_id']}:{row['kind']}:{row['subject']}"
    return Message(same, row["subject"], msgspec.json.encode({**row, "id": same, "row": row["id"]}))


def dead_letter_message(row: Row) -> Message:
    """Return a dead letter's message; its id are its coordinates on the log. The record's bytes are in base64."""
    place = f"{row['log_id']}:{row['partition']}:{row['offset']}"
    value = {name: held for name, held in row.items() if name != "value"}
    document = {**value, "id": place, "row": row["id"], "value_base64": row["value"]}
    return Message(place, place, msgspec.json.encode(document))


def offer_message(row: Row) -> Message:
    """Return the message of a personal offer, keyed by whom it is for; its id is the key under which it was made."""
    told = {name: row[name] for name in ("subject", "made_at", "document")}
    return Message(row["key"], row["subject"], msgspec.json.encode({"id": row["key"], **told, "row": row["id"]}))


def verdict_message(row: Row) -> Message:
    """Return the message of what the front door turned away. Its body, as it was sent, is in base64.

    A row that is seen again, since somebody sent the same once more, is no new message. ``place`` is what 'regulars
    deadletters' knows it by, and has the body of one that is too long for a message: then it is null here.
    """
    same = f"{row['source']}:{row['message_id']}:{xxh3_64_hexdigest(row['body'])}"
    value = {name: held for name, held in row.items() if name != "body"}
    body = row["body"] if len(row["body"]) <= MOST_BODY_BYTES else None
    at = {"place": f"door:{row['id']}", "body_bytes": len(row["body"]), "body_base64": body}
    return Message(same, row["source"], msgspec.json.encode({**value, "id": same, "row": row["id"], **at}))


DESK = Outbox("desk", "desk.stored_events", DESK_EVENTS, desk_message, id="notification_id")
ACCESS = Outbox("access", "access.said", ACCESS_EVENTS, access_message)
SIGNAL = Outbox("signals", "engine.signal", SIGNALS, signal_message)
OFFER = Outbox("offers", "reactions.offer", OFFERS, offer_message)
DEAD_LETTER = Outbox("dead letters", "engine.dead_letter", DEAD_LETTERS, dead_letter_message)
VERDICT = Outbox("verdicts", "ingest.verdict", VERDICTS, verdict_message)

ONTO_THE_LOG = (DESK, ACCESS)
"""What goes onto the log of record, whichever that is."""

OUTBOXES = (*ONTO_THE_LOG, SIGNAL, OFFER, DEAD_LETTER, VERDICT)
"""All of them, the most urgent first."""


def make_outboxes(connection: Connection) -> None:
    """Create what keeps the positions of all of them, where it is missing; doing it again changes nothing."""
    make_positions(connection, OUTBOXES)
