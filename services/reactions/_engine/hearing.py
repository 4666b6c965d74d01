"""Reads signals as they are published: messages of the outbox ``signals``, in JSON. What is none is kept."""

import logging
from collections.abc import Iterable
from datetime import datetime

import msgspec

from projections._engine.registry import Connection
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.reaction import Signal

LOGGER = logging.getLogger("regulars.reactions")

UNREADABLE = """
INSERT INTO reactions.unreadable (place, value, reason, heard_at) VALUES (%s, %s, %s, %s) ON CONFLICT (place) DO NOTHING
"""


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


def readable(
    connection: Connection, messages: Iterable[tuple[str, bytes]], now: datetime, figures: ReactionFigures
) -> list[Signal]:
    """Return the signals in messages, which come with their places; those that are none are written down there."""
    signals: list[Signal] = []
    for place, value in messages:
        try:
            signals.append(signal_of(value))
        except UnreadableSignal as error:
            connection.execute(UNREADABLE, [place, value, str(error), now])
            figures.unreadable += 1
            LOGGER.warning("No signal at %s: %s", place, error)
    return signals
