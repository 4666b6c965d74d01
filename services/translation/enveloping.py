"""From what a rule found to an envelope that the codec would read, and never to one that it would refuse."""

import re
from typing import Any

import msgspec

from events.codec import MAX_EVENT_BYTES, validated
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.explanation import refuse_nul

_NUL = re.compile(rb"\\u0000")
_ENCODER = msgspec.json.Encoder(order="deterministic")  # as the codec's: what it writes is what the log will hold


def enveloped(wire: type[Envelope], document: dict[str, Any]) -> Envelope:
    """Return the envelope that CloudEvents attributes make, of the class that the codec reads such an event as.

    Every instant in it is in UTC already, and within the codec's bounds. Raises BadEvent, whose field is the event's.
    The quick way takes the values as they are; whatever it stumbles over goes the codec's own way, which knows the
    sentences.
    """
    try:
        envelope = msgspec.convert(document, wire)
        value = _ENCODER.encode(envelope)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError):
        return validated(document)
    if _NUL.search(value):
        refuse_nul(value)
    if len(value) > MAX_EVENT_BYTES:
        reason = f"is {len(value)} bytes long as an event; the most is {MAX_EVENT_BYTES}"
        raise BadEvent(Fault.INVALID_FIELD, "event", reason)
    return envelope
