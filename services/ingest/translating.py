"""From a message as it was kept to the events that it becomes, by the way it came: what a second try begins with."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from services.ingest import cloudevents, segment
from services.ingest.source import Protocol, Source
from services.translation.loading import SHIPPED, parse, shipped
from services.translation.translator import Translator

DEFAULT = "segment"
KEPT_TRANSLATORS = 256
_CODEC = Codec()


@lru_cache(KEPT_TRANSLATORS)
def _translator(translation: str, source: str, store: str) -> Translator:
    found = shipped(translation) if translation in SHIPPED else parse(translation, f"translation of {source}")
    return Translator(found, source, store)


def translator_of(source: Source) -> Translator:
    """Return what translates a source's messages. Raises BadTranslation, which cannot happen to a registered one."""
    return _translator(source.translation or DEFAULT, source.name, source.store)


def events_of(source: Source, protocol: Protocol, body: bytes, received_at: datetime) -> list[Envelope]:
    """Return the events of a message as it was kept. Raises BadEvent."""
    match protocol:
        case Protocol.SEGMENT:
            return segment.kept_events(translator_of(source), body, received_at)
        case Protocol.CLOUDEVENTS:
            return cloudevents.kept_events(body)
        case Protocol.INTAKE:
            return [_CODEC.decode(body)]
        case _:
            return translator_of(source).events(record_of(body), received_at)


def record_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises BadEvent."""
    try:
        record = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEvent(Fault.MALFORMED, "body", f"is not valid JSON ({error})") from None
    except RecursionError:
        raise BadEvent(Fault.MALFORMED, "body", "is nested too deeply") from None
    if not isinstance(record, dict):
        raise BadEvent(Fault.MALFORMED, "body", "must be a JSON object")
    return record
