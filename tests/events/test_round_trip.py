"""The wire loses nothing, and one fact has one canonical form."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import Codec
from events.envelope import Envelope
from tests.events.samples import SAMPLES, SAMPLES_BY_TYPE
from tests.events.strategies import envelopes

CODEC = Codec()


def reversed_keys(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the same JSON value with the names of every object in the opposite order."""
    if isinstance(node, dict):
        return {name: reversed_keys(node[name]) for name in reversed(node)}
    return [reversed_keys(child) for child in node] if isinstance(node, list) else node


@given(envelope=envelopes())
def test_what_is_read_is_what_was_written(envelope: Envelope) -> None:
    """Whatever the text, the numbers or the zone; an old version comes back as the newest."""
    read = CODEC.decode(CODEC.encode(envelope))

    data = envelope.data
    while (newer := data.upcast()) is not data:
        data = newer
    assert read.data == data
    assert (read.id, read.source, read.subject) == (envelope.id, envelope.source, envelope.subject)
    assert (read.correlationid, read.causationid) == (envelope.correlationid, envelope.causationid)
    assert read.time == envelope.time
    assert read.time.tzinfo is UTC


@given(envelope=envelopes(), indent=st.sampled_from((None, 2)), escaped=st.booleans())
def test_the_canonical_form_is_a_fixed_point(envelope: Envelope, indent: int | None, *, escaped: bool) -> None:
    """However a producer spells a fact, reading and writing it gives bytes that reading and writing leave alone."""
    spelt = json.dumps(reversed_keys(json.loads(CODEC.encode(envelope))), indent=indent, ensure_ascii=escaped)

    canonical = CODEC.encode(CODEC.decode(spelt.encode()))

    assert CODEC.encode(CODEC.decode(canonical)) == canonical
    assert canonical == CODEC.encode(CODEC.decode(CODEC.encode(envelope)))


@pytest.mark.parametrize("hours", [-12, 2, 14])
def test_a_time_is_written_in_utc_whatever_zone_it_came_in(hours: int) -> None:
    """The same instant has the same bytes."""
    sample = SAMPLES[0]
    elsewhere = sample.time.astimezone(timezone(timedelta(hours=hours)))

    assert CODEC.encode(msgspec.structs.replace(sample, time=elsewhere)) == CODEC.encode(sample)


def test_an_instant_inside_a_fact_is_written_in_utc_too() -> None:
    """Else a re-sent order with its promise in another zone would be a conflict with itself."""
    wire = json.loads(CODEC.encode(SAMPLES_BY_TYPE["regulars.order.placed.v2"]))
    elsewhere = json.loads(json.dumps(wire))
    elsewhere["data"]["promised_at"] = "2024-03-04T20:00:00+02:00"

    read = CODEC.decode(json.dumps(elsewhere).encode())

    assert CODEC.encode(read) == CODEC.encode(CODEC.decode(json.dumps(wire).encode()))
    assert read.data.promised_at == datetime(2024, 3, 4, 18, 0, tzinfo=UTC)  # type: ignore[attr-defined]


def test_attributes_that_the_envelope_does_not_know_are_let_go() -> None:
    """CloudEvents allows extensions such as ``traceparent``; they are no part of the fact."""
    plain = CODEC.encode(SAMPLES[0])
    extended = json.dumps({**json.loads(plain), "traceparent": "00-1-1-01", "datacontenttype": "application/json"})

    assert CODEC.encode(CODEC.decode(extended.encode())) == plain


def test_a_batch_is_read_like_its_events_one_by_one() -> None:
    """The fast path and the slow one agree."""
    values = [CODEC.encode(sample) for sample in SAMPLES]

    read, rejected = CODEC.decode_batch(values)

    assert read == [CODEC.decode(value) for value in values]
    assert rejected == []


def test_a_bad_event_in_a_batch_leaves_its_neighbours_alone() -> None:
    """It is None at its place, and listed with its place and its reason."""
    good = CODEC.encode(SAMPLES[0])

    read, rejected = CODEC.decode_batch([good, b'{"type":', good, b"[]", b'"\xff"'])

    assert [envelope is None for envelope in read] == [False, True, False, True, True]
    assert [(bad[0], str(bad.error)) for bad in rejected] == [
        (1, "event: is not valid JSON (Input data was truncated)"),
        (3, "event: must be a JSON object"),
        (4, "event: is not valid UTF-8"),
    ]
