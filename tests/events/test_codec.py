"""What bad input gets: one clear sentence that names the field, whatever is wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import MAX_EVENT_BYTES, Codec, validated
from events.errors import BadEvent, Fault
from tests.events.samples import SAMPLES_BY_TYPE

ORDER: dict[str, Any] = json.loads(Codec().encode(SAMPLES_BY_TYPE["regulars.order.placed.v2"]))
LINE: dict[str, Any] = ORDER["data"]["lines"][0]
LONG = "x" * 2**20
MALFORMED, INVALID = Fault.MALFORMED, Fault.INVALID_FIELD


def order(**attributes: object) -> bytes:
    """Return the order with some of the envelope's attributes replaced."""
    return json.dumps({**ORDER, **attributes}).encode()


def data(**fields: object) -> bytes:
    """Return the order with some of its fields replaced."""
    return order(data={**ORDER["data"], **fields})


def line(**fields: object) -> bytes:
    """Return the order with some fields of its first line replaced."""
    return data(lines=[{**LINE, **fields}])


def spelt(raw: bytes) -> bytes:
    """Return the order with the JSON of its number as it is given, which ``json`` would not write."""
    return data(order="HERE").replace(b'"HERE"', raw)


def without(name: str, whole: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping without one of its names."""
    return {key: value for key, value in whole.items() if key != name}


BAD_JSON = {
    "nothing": (b"", "event: is not valid JSON (Input data was truncated)"),
    "cut off": (order()[:-9], "event: is not valid JSON (Input data was truncated)"),
    "more after the end": (b"{} {}", "event: is not valid JSON (JSON is malformed: trailing characters (byte 4))"),
    "NaN": (spelt(b"NaN"), "event: is not valid JSON (JSON is malformed: invalid character (byte 198))"),
    "a lone surrogate": (
        spelt(b'"\\udc00"'),
        "event: is not valid JSON (JSON is malformed: invalid utf-16 surrogate pair (byte 205))",
    ),
    "invalid UTF-8": (spelt(b'"\xff"'), "event: is not valid UTF-8"),
    "a surrogate in UTF-8": (spelt(b'"\xed\xa0\x80"'), "event: is not valid UTF-8"),
    "deep nesting": (spelt(b"[" * 100_000), "event: is nested too deeply"),
    "deep nesting beside the fact": (
        order(extra="HERE").replace(b'"HERE"', b"[" * 50_000 + b"]" * 50_000),
        "event: is nested too deeply",
    ),
    "a list": (b"[1, 2]", "event: must be a JSON object"),
    "a text": (b'"order"', "event: must be a JSON object"),
    "null": (b"null", "event: must be a JSON object"),
}

BAD_ENVELOPES = {
    "no type": (without("type", ORDER), "type: is missing"),
    "no id": (without("id", ORDER), "id: is missing"),
    "no time": (without("time", ORDER), "time: is missing"),
    "no subject": (without("subject", ORDER), "subject: is missing"),
    "no data": (without("data", ORDER), "data: is missing"),
    "type is a number": ({**ORDER, "type": 3}, "type: expected `str`"),
    "another CloudEvents": ({**ORDER, "specversion": "0.3"}, "specversion: invalid enum value '0.3'"),
    "time without zone": (
        {**ORDER, "time": "2024-03-01T09:00:00"},
        "time: expected `datetime` with a timezone component",
    ),
    "year 0001": (
        {**ORDER, "time": "0001-01-01T00:00:00+05:00"},
        "time: is 0001-01-01T00:00:00+05:00; a time lies between 1900 and 2100",
    ),
    "year 3000": (
        {**ORDER, "time": "3000-01-01T00:00:00Z"},
        "time: is 3000-01-01T00:00:00+00:00; a time lies between 1900 and 2100",
    ),
    "30 February": ({**ORDER, "time": "2024-02-30T09:00:00Z"}, "time: invalid RFC3339 encoded datetime"),
    "time is a number": ({**ORDER, "time": 1709283600}, "time: expected `datetime`, got `int`"),
    "empty id": ({**ORDER, "id": ""}, "id: expected `str` of length >= 1"),
    "subject without kind": (
        {**ORDER, "subject": "17850"},
        "subject: expected `str` matching regex '^[a-z][a-z0-9_-]{0,31}:[^\\\\s]'",
    ),
    "1 MB id": ({**ORDER, "id": LONG}, "id: expected `str` of length <= 128"),
}

BAD_FIELDS = {
    "missing": (order(data=without("currency", ORDER["data"])), "data.currency: is missing"),
    "unknown": (data(colour="red"), "data.colour: is not a field of this event type"),
    "text for a number": (data(total_minor="12"), "data.total_minor: expected `int`, got `str`"),
    "a fraction": (data(total_minor=12.5), "data.total_minor: expected `int`, got `float`"),
    "true for a number": (data(total_minor=True), "data.total_minor: expected `int`, got `bool`"),
    "a huge number": (data(total_minor=10**40), "data.total_minor: expected `int` <= 1000000000000"),
    "negative money": (data(total_minor=-1), "data.total_minor: expected `int` >= 0"),
    "negative quantity": (line(quantity=-6), "data.lines[0].quantity: expected `int` >= 1"),
    "no quantity": (line(quantity=0), "data.lines[0].quantity: expected `int` >= 1"),
    "no lines": (data(lines=[]), "data.lines: expected `array` of length >= 1"),
    "too many lines": (data(lines=[LINE] * 2001), "data.lines: expected `array` of length <= 2000"),
    "an option without a name": (line(options={"": "red"}), "data.lines[0].options: expected `str` of length >= 1"),
    "1 MB text": (data(order=LONG), "data.order: expected `str` of length <= 128"),
    "a list for a text": (spelt(b"[" * 100 + b"]" * 100), "data.order: expected `str`, got `array`"),
    "a line break in a currency": (
        data(currency="GBP\n"),
        "data.currency: expected `str` matching regex '^[A-Z]{3}(?!\\\\n)$'",
    ),
    "a promise without zone": (
        data(promised_at="2024-03-04T18:00:00"),
        "data.promised_at: expected `datetime` with a timezone component",
    ),
    "a promise in the year 0001": (
        data(promised_at="0001-01-01T00:00:00+05:00"),
        "data.promised_at: is 0001-01-01T00:00:00+05:00; a time lies between 1900 and 2100",
    ),
    "U+0000 in a text": (data(order="a\0b"), "data.order: holds the character U+0000, which no text may"),
    "U+0000 in a line": (line(name="\0"), "data.lines[0].name: holds the character U+0000, which no text may"),
    "U+0000 in a name": (
        line(options={"a\0": "b"}),
        "data.lines[0].options.'a\\x00': holds the character U+0000, which no text may",
    ),
}


def refusal(value: bytes) -> BadEvent:
    """Return why the codec refuses a value; the batch must give the same reason."""
    with pytest.raises(BadEvent) as refused:
        Codec().decode(value)
    _, (rejected,) = Codec().decode_batch([value])

    assert str(rejected.error) == str(refused.value)
    return refused.value


@pytest.mark.parametrize(("value", "sentence"), BAD_JSON.values(), ids=BAD_JSON)
def test_what_is_no_json_object_is_malformed(value: bytes, sentence: str) -> None:
    """There is no field to name: the whole event is."""
    error = refusal(value)

    assert (error.fault, error.field, str(error)) == (MALFORMED, "event", sentence)


@pytest.mark.parametrize(("document", "sentence"), BAD_ENVELOPES.values(), ids=BAD_ENVELOPES)
def test_a_bad_attribute_is_named(document: dict[str, Any], sentence: str) -> None:
    """The envelope's own attributes, whatever the fact inside."""
    error = refusal(json.dumps(document).encode())

    assert (error.fault, error.field, str(error)) == (INVALID, sentence.partition(":")[0], sentence)


@pytest.mark.parametrize(("value", "sentence"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_bad_field_is_named_with_its_path(value: bytes, sentence: str) -> None:
    """Down to the line of an order."""
    error = refusal(value)

    assert (error.fault, error.field, str(error)) == (INVALID, sentence.partition(": ")[0], sentence)


def test_an_unknown_type_and_an_unknown_version_are_told_apart() -> None:
    """The one is a mistake, the other may be read after an upgrade."""
    kind = refusal(order(type="com.example.order.v1"))
    version = refusal(order(type="regulars.order.placed.v9"))

    assert (kind.fault, str(kind)) == (Fault.UNKNOWN_TYPE, "type: 'com.example.order.v1' is not in the catalogue")
    assert version.fault is Fault.UNKNOWN_VERSION
    assert str(version) == "type: 'regulars.order.placed.v9' is a version nobody knows yet; known: v1 and v2"


def test_a_sentence_stays_short_whatever_it_quotes() -> None:
    """A type of 1 MB must not fill the log of refusals."""
    error = refusal(order(type=LONG))

    assert error.fault is Fault.UNKNOWN_TYPE
    assert len(str(error)) < 300


def test_an_event_has_a_largest_size() -> None:
    """Also where the bytes are in an attribute that nobody reads."""
    value = order(extra=LONG)

    assert str(refusal(value)) == f"event: is {len(value)} bytes long; the most is {MAX_EVENT_BYTES}"


def test_what_can_be_read_can_be_written_and_read_again() -> None:
    """Defaults make the canonical form longer: what would not fit on the log is refused before it gets there."""
    short = {"product": "p" * 80, "quantity": 1, "unit_price_minor": 1}
    value = data(lines=[short] * 1900)
    assert len(value) < MAX_EVENT_BYTES

    with pytest.raises(BadEvent, match=r"^event: is \d+ bytes long; the most is 262144$"):
        Codec().decode(Codec().encode(Codec().decode(value)))


def test_the_text_backslash_u0000_is_no_nul() -> None:
    """Six characters that a customer may type."""
    read = Codec().decode(data(order="\\u0000"))

    assert read.data == Codec().decode(data(order="\\u0000")).data
    assert "\\u0000" in repr(json.loads(Codec().encode(read))["data"]["order"])


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({**ORDER, "id": "\ud800"}, "event: cannot be written as JSON"),
        ({**ORDER, "data": {1, object}}, "event: cannot be written as JSON"),
        (
            {**ORDER, "data": {**ORDER["data"], "total_minor": float("nan")}},
            "data.total_minor: expected `int`, got `null`",
        ),
    ],
)
def test_a_mapping_s_result_is_checked_like_bytes(document: dict[str, Any], sentence: str) -> None:
    """An importer may bring values that JSON has no word for."""
    with pytest.raises(BadEvent) as refused:
        validated(document)

    assert str(refused.value).startswith(sentence)


@given(value=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_an_event_or_a_sentence(value: bytes) -> None:
    """Nothing else comes out of the codec: no crash, no half a fact."""
    try:
        read = Codec().decode(value)
    except BadEvent as error:
        sentence = str(error)
    else:
        sentence = f"{read.id} is an event"
    assert len(sentence) > len("event: ")


@given(position=st.integers(0, len(order()) - 1), byte=st.integers(0, 255))
def test_one_changed_byte_gives_an_event_or_a_sentence(position: int, byte: int) -> None:
    """A good event that was damaged on the way."""
    value = bytearray(order())
    value[position] = byte

    read, rejected = Codec().decode_batch([bytes(value)])

    assert (read == [None]) == (len(rejected) == 1)
