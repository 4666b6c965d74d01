"""What comes out of a translation is what the codec reads: never more, and never less."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import MAX_EVENT_BYTES, WIRE_CLASSES, Codec, validated
from events.envelope import Envelope
from events.errors import BadEvent
from services.translation.catalogue import CLASSES
from services.translation.enveloping import enveloped
from tests.events.samples import SAMPLES
from tests.events.strategies import envelopes
from tests.services.translation.thoroughness import FEW, MANY

CODEC = Codec()
HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "",
        " ",
        "\0",
        "a\0b",
        "\\u0000",
        "x" * 200,
        "x" * 20_000,
        -1,
        0,
        2**63,
        10**13,
        1.5,
        True,
        [],
        {},
        [None],
        {"": ""},
        "\ud800",
    ]
)
NEWEST = st.sampled_from([event for event in CLASSES.values() if event.upcast_to is None])


def document(envelope: Envelope) -> dict[str, Any]:
    """Return an envelope as a translation writes it down, its instants still as such."""
    attributes = CODEC.decode(CODEC.encode(envelope))
    data = msgspec.structs.asdict(attributes.data)
    plain = msgspec.to_builtins(data, builtin_types=(type(attributes.time),))
    return {
        "specversion": "1.0",
        "type": attributes.data.event_type,
        "id": attributes.id,
        "source": attributes.source,
        "time": attributes.time,
        "subject": attributes.subject,
        "data": plain,
    }


def outcome(make: Callable[[dict[str, Any]], Envelope], said: dict[str, Any]) -> Envelope | tuple[str, str, str]:
    """Return what is made of attributes, or why nothing is."""
    try:
        return make(said)
    except BadEvent as error:
        return error.fault, error.field, error.reason


@FEW
@given(envelope=NEWEST.flatmap(envelopes))
def test_any_event_is_built_as_the_codec_reads_it(envelope: Envelope) -> None:
    """With every value where it belongs."""
    said = document(envelope)

    built = enveloped(WIRE_CLASSES[type(envelope.data)], said)

    assert CODEC.decode(CODEC.encode(built)) == built
    assert built.data == CODEC.decode(CODEC.encode(envelope)).data


@MANY
@given(data=st.data(), sample=st.sampled_from([sample for sample in SAMPLES if sample.data.upcast() is sample.data]))
def test_nothing_gets_through_that_the_codec_would_refuse(data: st.DataObject, sample: Envelope) -> None:
    """Whatever stands in whatever field: either it is refused, as the codec refuses it, or the codec reads it again."""
    said = document(sample)
    place = data.draw(st.sampled_from(["id", "subject", *(f"data.{name}" for name in said["data"])]))
    within = said["data"] if place.startswith("data.") else said
    within[place.removeprefix("data.")] = data.draw(HOSTILE)

    built, by_codec = outcome(partial(enveloped, WIRE_CLASSES[type(sample.data)]), said), outcome(validated, said)

    assert built == by_codec
    if isinstance(built, Envelope):
        assert CODEC.decode(CODEC.encode(built)) == built


def test_an_event_is_no_longer_than_the_codec_lets_it_be() -> None:
    """Its canonical form counts, which says the defaults too."""
    line = {"product": "p" * 100, "quantity": 1, "unit_price_minor": 1}
    said: dict[str, Any] = {
        "specversion": "1.0",
        "type": "regulars.order.placed.v2",
        "id": "o-1",
        "source": "shop",
        "time": SAMPLES[0].time,
        "subject": "customer:1",
        "data": {"order": "1", "currency": "GBP", "total_minor": 1, "lines": [line] * 1500},
    }
    wire = WIRE_CLASSES[CLASSES["regulars.order.placed.v2"]]

    with pytest.raises(BadEvent, match=f"the most is {MAX_EVENT_BYTES}"):
        enveloped(wire, said)
    with pytest.raises(BadEvent, match=f"the most is {MAX_EVENT_BYTES}"):
        CODEC.encode(msgspec.convert(said, wire))
    said["data"]["lines"] = [line] * 1000
    assert CODEC.decode(CODEC.encode(enveloped(wire, said))).data.lines  # type: ignore[attr-defined]
