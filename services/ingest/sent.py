"""A message as a sender sent it, and the events that it becomes: what every protocol is brought to."""

from collections.abc import Sequence
from typing import NamedTuple

from events.envelope import Envelope
from events.errors import BadEvent, Fault

MOST_BYTES = 32 * 1024
MOST_BATCH_BYTES = 500 * 1024
MOST_MESSAGES = 2_500
"""In one request. Each that is refused is kept, and a body could hold hundreds of thousands of small ones."""


class Sent(NamedTuple):
    """One message. ``events`` are what it becomes, none where it is nothing to us, or what is wrong with it.

    ``scope`` is within what its id is unique: a source, or '' for all of them. ``body`` is what is kept of it where it
    cannot be accepted. ``content`` is a hash of what it says, and is the same when it is sent again.
    """

    message_id: str
    scope: str
    body: bytes
    content: int
    events: Sequence[Envelope] | BadEvent


def refuse_many(messages: int) -> None:
    """Raise BadEvent where a request holds more messages than one may."""
    if messages > MOST_MESSAGES:
        reason = f"holds {messages} messages; the most is {MOST_MESSAGES}: send fewer at a time"
        raise BadEvent(Fault.TOO_LARGE, "batch", reason)


def too_large(size_bytes: int) -> BadEvent:
    """Return what is wrong with a message of more than MOST_BYTES."""
    return BadEvent(Fault.TOO_LARGE, "message", f"is {size_bytes} bytes long; the most is {MOST_BYTES}")
