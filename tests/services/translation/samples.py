"""What the tests of translations translate: the samples under ``data``, and a shop's messages in Segment's language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from events.envelope import Envelope
from events.errors import BadEvent
from services.translation.loading import shipped
from services.translation.translator import Translator

DATA = Path(__file__).parent / "data"
RECEIVED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HAPPENED = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)

Record = dict[str, Any]


def sample(name: str) -> Record:
    """Return one of the samples."""
    return msgspec.json.decode((DATA / f"{name}.json").read_bytes(), type=dict[str, Any])


def shopify(name: str, topic: str, **changed: object) -> Record:
    """Return a sample as the webhook's route hands it over: its topic is in a header."""
    return {**sample(f"shopify_{name}"), **changed, "regulars": {"headers": {"x-shopify-topic": topic}}}


def message(kind: str, **said: object) -> Record:
    """Return a message of Segment's by customer 42."""
    return {"type": kind, "messageId": "m-1", "userId": "42", "timestamp": "2026-03-01T10:00:00Z", **said}


def track(event: str, **properties: object) -> Record:
    """Return a track call of Segment's by customer 42."""
    return message("track", event=event, properties=properties)


@cache
def translator(name: str, source: str = "shop", store: str = "web") -> Translator:
    """Return what translates by a shipped translation."""
    return Translator(shipped(name), source, store)


def translated(name: str, record: Mapping[str, Any], source: str = "shop", store: str = "web") -> list[Envelope]:
    """Return the events that a shipped translation makes of a record."""
    return translator(name, source, store).events(record, RECEIVED)


def refused(name: str, record: Mapping[str, Any]) -> BadEvent:
    """Return why a shipped translation refuses a record."""
    try:
        events = translated(name, record)
    except BadEvent as error:
        return error
    message = f"is not refused, but makes {events}"
    raise AssertionError(message)
