"""Every version ever published, as it once stood on the wire, must be read for ever, and as the same fact.

A file holds pairs: a message as it was published, whole and with its required fields only, and the canonical message
that it is read as today. A published class is never edited, so a file is never edited either: add a version instead.
Only ``read_as`` of an old version changes, when a newer version takes over.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from events.catalog import EVENTS
from events.codec import Codec

FIXTURES = Path(__file__).parent / "fixtures"
TYPES = tuple(event.event_type for event in EVENTS)


def pairs(event_type: str) -> list[dict[str, Any]]:
    """Return the stored pairs of one event type."""
    return msgspec.json.decode((FIXTURES / f"{event_type}.json").read_bytes(), type=list[dict[str, Any]])


def test_every_event_type_has_a_fixture_and_no_fixture_lost_its_type() -> None:
    """A type without a stored message could change unseen; a message without its type could no longer be read."""
    stored = {path.name.removesuffix(".json") for path in FIXTURES.iterdir()}

    assert stored == set(TYPES)


@pytest.mark.parametrize("event_type", TYPES)
def test_what_was_published_is_read_as_the_same_fact_for_ever(event_type: str) -> None:
    """The canonical bytes are pinned, since the same id with other bytes would be a conflict."""
    codec = Codec()

    for pair in pairs(event_type):
        assert pair["published"]["type"] == event_type
        read = codec.decode(msgspec.json.encode(pair["published"]))

        assert codec.encode(read) == msgspec.json.encode(pair["read_as"])


@pytest.mark.parametrize("event", [event for event in EVENTS if event.upcast_to], ids=lambda event: event.event_type)
def test_an_old_version_is_read_as_its_newest(event: Any) -> None:  # noqa: ANN401 - a class of the catalogue
    """Nobody behind the codec ever sees an old version."""
    newest = event.upcast_to
    while newest.upcast_to is not None:
        newest = newest.upcast_to

    for pair in pairs(event.event_type):
        assert pair["read_as"]["type"] == newest.event_type
        assert isinstance(Codec().decode(msgspec.json.encode(pair["published"])).data, newest)
