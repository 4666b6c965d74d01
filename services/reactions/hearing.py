"""Reads a signal as it is published: the message of the outbox ``signals``, in JSON."""

import msgspec

from services.reactions.reaction import Signal


class UnreadableSignal(Exception):
    """A message is no signal; the message says why."""


DECODER = msgspec.json.Decoder(Signal)


def signal_of(value: bytes) -> Signal:
    """Return the signal in a message. Raises UnreadableSignal."""
    try:
        signal = DECODER.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableSignal(str(error)) from error
    if signal.happened_at.tzinfo is None or signal.raised_at.tzinfo is None:
        message = "a time has no zone"
        raise UnreadableSignal(message)
    texts = (signal.id, signal.kind, signal.subject, signal.event_id, *signal.detail, *signal.detail.values())
    if any("\0" in text for text in texts):
        message = "a text holds NUL, which the database cannot"
        raise UnreadableSignal(message)
    if not (signal.id and signal.kind):
        message = "it has no id, or no kind"
        raise UnreadableSignal(message)
    return signal
