"""What is said of each event on a timeline."""

import pytest

from events.catalog import EVENTS
from events.codec import Codec
from events.envelope import Envelope
from services.views.moments import FAMILIES, PERSON, TOLD, family_of, moment_of, types_of
from tests.events.samples import SAMPLES

HOUSE_ALONE = ("operation.", "staff.", "access.")
"""Families of which no customer's timeline tells, or hardly: their events are told by their codes."""


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.data.event_type for sample in SAMPLES])
def test_every_event_is_told_in_words(sample: Envelope) -> None:
    """A word for its kind, an icon, a state that has a colour; of no event the words fail."""
    moment = moment_of(Codec().decode(Codec().encode(sample)))

    assert moment.kind
    assert moment.icon
    assert moment.state in {"good", "warn", "bad", "plain"}
    assert "None" not in moment.words


def test_every_event_of_a_customer_has_words_of_its_own() -> None:
    """Who adds an event type of a customer says how it is told."""
    names = {".".join(event.event_type.split(".")[1:3]) for event in EVENTS if event.upcast_to is None}

    assert {name for name in names - TOLD.keys() if not name.startswith(HOUSE_ALONE)} == set()
    assert TOLD.keys() - names == set()


def test_every_type_is_of_one_family() -> None:
    """What is narrowed to each family in turn is everything, once."""
    types = [event.event_type for event in EVENTS]
    families = {*FAMILIES.values(), PERSON}

    assert sorted(each for family in families for each in types_of({family}, types)) == sorted(types)
    assert family_of("identity.linked") == PERSON
