"""Segment's messages as they come: one in a request, or a hundred in a batch; and the clock of who sends them.

A sender's clock may be wrong. ``sentAt`` says what it showed when the message left, so the difference to ours corrects
``timestamp``. A message that is sent again leaves at another moment and must still say the same, or it would look like
another fact: so the difference counts in whole minutes, and not at all below one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec

from events.envelope import Envelope
from events.errors import BadEvent, Fault
from services.ingest.recent import digest
from services.ingest.sent import MOST_BYTES, Sent, refuse_many, too_large
from services.ingest.told_apart import told_apart
from services.translation.translator import Translator

KINDS = ("track", "identify", "page", "screen", "group", "alias")
"""The types of message, each with a route of its own beside the one for batches."""

MINUTE = timedelta(minutes=1)
_CANONICAL = msgspec.json.Encoder(order="sorted")


class Batch(msgspec.Struct):
    """The body of a batch: messages as they stand there, and what counts for all of them."""

    batch: list[msgspec.Raw]
    sentAt: Any = None  # noqa: N815 - Segment's name
    writeKey: Any = None  # noqa: N815 - as above
    context: Any = None


_BATCH = msgspec.json.Decoder(Batch)


def message(
    translator: Translator, raw: bytes, received_at: datetime, *, sent_at: object = None, kind: str = ""
) -> Sent:
    """Return one message of a batch, or of a request of its own, with the events that it becomes.

    ``sent_at`` and ``kind`` are what the request says where the message does not.
    """
    if len(raw) > MOST_BYTES:
        return Sent(_name(raw), translator.source, raw, digest(raw), too_large(len(raw)))
    try:
        record = _record(raw)
    except BadEvent as error:
        return Sent(_name(raw), translator.source, raw, digest(raw), error)
    if kind:
        record["type"] = kind
    own_sent_at = record.pop("sentAt", None)
    record.pop("writeKey", None)
    record.pop("_metadata", None)  # where Segment's library for browsers counts how often it has sent the message
    content = digest(_CANONICAL.encode(record))  # without what changes when it is sent again, or by another route
    is_whole = not kind and bool(record.get("messageId"))
    if not record.get("messageId"):
        record["messageId"] = str(uuid4())
    sent_at = own_sent_at if own_sent_at is not None else sent_at
    message_id = translator.message_id(record) or str(record["messageId"])[:256]
    corrected = _corrected(record, sent_at, received_at)
    # Kept as it came, where that alone makes the same events again.
    kept = raw if is_whole and corrected is record else _whole(record, sent_at)
    try:
        events = translator.events(corrected, received_at)
    except BadEvent as error:
        return Sent(message_id, translator.source, kept, content, error)
    return Sent(message_id, translator.source, kept, content, events)


def _whole(record: dict[str, Any], sent_at: object) -> bytes:
    return msgspec.json.encode(record if sent_at is None else {**record, "sentAt": sent_at})


def kept_events(translator: Translator, body: bytes, received_at: datetime) -> list[Envelope]:
    """Return the events of a message as it was kept. Raises BadEvent."""
    record = _record(body)
    return translator.events(_corrected(record, record.pop("sentAt", None), received_at), received_at)


def _record(raw: bytes) -> dict[str, Any]:
    try:
        record = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEvent(Fault.MALFORMED, "message", f"is not valid JSON ({error})") from None
    except RecursionError:
        raise BadEvent(Fault.MALFORMED, "message", "is nested too deeply") from None
    if not isinstance(record, dict):
        raise BadEvent(Fault.MALFORMED, "message", "must be a JSON object")
    return record


def _corrected(record: dict[str, Any], sent_at: object, received_at: datetime) -> dict[str, Any]:
    left = _instant(sent_at)
    if left is None or abs(received_at - left) < MINUTE:
        return record
    said = _instant(record.get("timestamp")) or _instant(record.get("originalTimestamp"))
    if said is None:
        return record
    try:
        corrected = said + round((received_at - left) / MINUTE) * MINUTE
    except OverflowError:
        return record
    return {**record, "timestamp": corrected.isoformat()}


def _instant(said: object) -> datetime | None:
    """Return a time that somebody wrote, None for what is none: the translation says what is wrong with it."""
    if not isinstance(said, str):
        return None
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def unreadable(source: str, body: bytes, error: BadEvent) -> Sent:
    """Return a body in which no messages could be told apart, as one that is kept whole."""
    return Sent(_name(body), source, body, digest(body), error)


def _name(raw: bytes) -> str:
    """Return a name for a message whose own cannot be read."""
    return f"unread-{digest(raw):016x}"


def batch_of(body: bytes) -> Batch:
    """Return the parts of a batch's body. Raises BadEvent."""
    try:
        try:
            found = _BATCH.decode(body)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            found, found.batch = told_apart(body, _BATCH.decode, _messages_of)
    except msgspec.ValidationError:
        raise BadEvent(Fault.MALFORMED, "batch", "must be a list of messages, in a JSON object") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEvent(Fault.MALFORMED, "body", f"is not valid JSON ({error})") from None
    except RecursionError:
        raise BadEvent(Fault.MALFORMED, "body", "is nested too deeply") from None
    refuse_many(len(found.batch))
    return found


def _messages_of(batch: Batch) -> list[msgspec.Raw]:
    return batch.batch


def write_key(fields: Mapping[str, Any] | Batch) -> str | None:
    """Return the write key that a body holds, where it does."""
    held = fields.writeKey if isinstance(fields, Batch) else fields.get("writeKey")
    return held if isinstance(held, str) and held else None
