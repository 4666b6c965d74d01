"""What became of a message: the answer that its sender gets, and what is kept of one that could not be accepted."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from events.errors import BadEvent
from services.ingest.source import Protocol


class Outcome(StrEnum):
    """What became of a message.

    Stored and duplicate are good news: what it says is on the log, and counts once. Ignored says that the source's
    translation makes nothing of such a message.
    """

    STORED = "stored"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class Place(NamedTuple):
    """An event on the log, under its id."""

    id: str
    partition: int
    offset: int


class Verdict(NamedTuple):
    """What became of one message. ``events`` are on the log; ``error`` says why there are none.

    ``row`` is under what number it is kept, where it could not be accepted.
    """

    message_id: str
    outcome: Outcome
    events: Sequence[Place] = ()
    error: BadEvent | None = None
    row: int | None = None


class Refused(NamedTuple):
    """A message that could not be accepted, as it is kept: with its body, so that it can be mended and sent again."""

    source: str
    protocol: Protocol
    origin: str
    message_id: str
    outcome: Outcome
    error: BadEvent
    body: bytes
    received_at: datetime
