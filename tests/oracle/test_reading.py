"""The oracle's own reading of the wire: it takes what the codec takes, refuses what that refuses, reads the same."""

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from events.catalog import EVENTS
from events.codec import Codec
from events.errors import BadEvent
from events.event import newest
from tests.oracle.clock import EPOCH, MICROSECOND, microseconds_of
from tests.oracle.contract import published
from tests.oracle.facts import UPCASTS, NotAnEvent, Reader
from tests.oracle.shop import FIXTURES, POISON, published_examples

CODEC = Codec()
TRIES = 40

# What a broken or a careless producer may put in the place of a value.
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    1.0,
    1e3,
    5,
    6,
    10**6,
    10**6 + 1,
    10**12,
    10**12 + 1,
    10**30,
    "",
    " ",
    "x",
    "x" * 128,
    "x" * 129,
    "é" * 512,
    "é" * 513,
    "x" * 20_000,
    "a\0b",
    "\ud800",
    "\U0001f600",
    "EUR",
    "EUR\n",
    "eur",
    "customer:1",
    "customer: 1",
    "Customer:1",
    "customer:1\n",
    "likes",
    "product",
    [],
    {},
    {"": "x"},
    {"x": ""},
    {"x": 1},
    {str(number): "x" for number in range(129)},
    "2024-02-29",
    "2023-02-29",
    "2024-05-17T12:00:00Z",
)
INSTANTS = (
    "2024-05-17T12:00:00Z",
    "2024-05-17t12:00:00z",
    "2024-05-17 12:00:00Z",
    "2024-05-17T12:00:00.5+02:00",
    "2024-05-17T12:00:00.1234565Z",
    "2024-05-17T23:59:59.9999999Z",
    "2024-05-17T12:00:00.123456499999Z",
    "2024-05-17T12:00:00-23:59",
    "2024-05-17T12:00:00+0100",
    "1900-01-01T00:00:00Z",
    "1899-12-31T23:59:59.999999Z",
    "1900-01-01T00:00:00+01:00",
    "2099-12-31T23:59:59.999999Z",
    "2099-12-31T23:59:59.9999999Z",
    "2100-01-01T00:00:00Z",
    "2100-01-01T00:30:00+01:00",
    "2024-05-17T12:00:00",
    "2024-05-17T12:00Z",
    "2024-05-17T12:00:60Z",
    "2024-05-17T24:00:00Z",
    "2024-05-17T12:00:00.Z",
    "2024-05-17T12:00:00,5Z",
    "2024-05-17T12:00:00+24:00",
    "2024-W20-5T12:00:00Z",
    "2024-02-30T12:00:00Z",
    "2024-05-17",
    "",
    0,
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return a reader by the published contract."""
    return Reader(published())


def both(reader: Reader, value: bytes) -> tuple[object, object]:
    """Return what the oracle and the codec make of bytes: the fact, or None where it is none."""
    try:
        fact = reader.read(value)
        told: object = (fact.id, fact.type, fact.time, fact.subject, fact.day)
        assert reader.why_not(value) == ""
    except NotAnEvent:
        told = None
        assert reader.why_not(value)
    try:
        envelope = CODEC.decode(value)
    except BadEvent:
        return told, None
    time = (envelope.time - EPOCH) // MICROSECOND
    return told, (envelope.id, envelope.data.event_type, time, envelope.subject, envelope.time.date().isoformat())


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """Return the paths to all values of a document."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for name, child in children for found in places(child, (*path, name)))]


def altered(document: dict[str, Any], dice: Random) -> dict[str, Any]:
    """Return a document of which one value is another, gone, or new."""
    result = deepcopy(document)
    *way, last = dice.choice(places(document)[1:])
    node: Any = result
    for name in way:
        node = node[name]
    match dice.randrange(6):
        case 0:
            del node[last]
        case 1 if isinstance(node, dict):
            node["further"] = dice.choice(ODD)
        case 2 if isinstance(last, str) and isinstance(node[last], str) and node[last].endswith("Z"):
            node[last] = dice.choice(INSTANTS)
        case 3 if isinstance(node[last], list):
            node[last] = node[last] * dice.choice((0, 101, 2001))
        case _:
            node[last] = dice.choice(ODD)
    return result


@pytest.mark.parametrize("example", published_examples(), ids=lambda example: f"{example['id']}")
def test_it_takes_and_refuses_what_the_codec_does(reader: Reader, example: dict[str, Any]) -> None:
    """An event of every type and version, altered in many ways: both say the same, by either reading of the schemas."""
    dice = Random(example["id"])
    values = [json.dumps(altered(example, dice)).encode() for _ in range(TRIES)]

    verdicts = [(value, *both(reader, value)) for value in [json.dumps(example).encode(), *values]]

    assert [value for value, told, decoded in verdicts if told != decoded] == []
    assert len({told is None for _, told, _ in verdicts}) == 2


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_time_is_read_as_the_codec_reads_it(reader: Reader, instant: object) -> None:
    """In every zone, to the microsecond, within the years that an event may speak of."""
    example = published_examples()[0] | {"time": instant}

    told, decoded = both(reader, json.dumps(example).encode())

    assert told == decoded


@pytest.mark.parametrize("value", [*POISON, b"null", b"[]", b'"x"', b"1", b"\xef\xbb\xbf{}", b"{} {}", b'{"type":1}'])
def test_what_is_no_event_is_refused_with_a_reason(reader: Reader, value: bytes) -> None:
    """Whatever the bytes are."""
    assert both(reader, value) == (None, None)


def test_an_event_that_is_too_long_is_refused(reader: Reader) -> None:
    """Also where every field keeps its bounds."""
    value = json.dumps(published_examples()[0]).encode()

    told = [both(reader, value + b" " * (256 * 1024 - len(value) + more)) for more in (0, 1)]

    assert [(one is None, other is None) for one, other in told] == [(False, False), (True, True)]


def test_old_versions_are_told_as_the_newest() -> None:
    """The stored examples of what each old version means hold for the oracle's own upcasts, and none is missing."""
    reader = Reader(published())
    stored = [each for path in sorted(FIXTURES.glob("*.json")) for each in json.loads(path.read_bytes())]

    for each in stored:
        fact = reader.read(json.dumps(each["published"]).encode())
        told = each["read_as"] | {"type": fact.type, "data": fact.data}
        assert CODEC.decode(json.dumps(told).encode()) == CODEC.decode(json.dumps(each["read_as"]).encode())
        assert fact.wire_type == each["published"]["type"]

    old = {event.event_type: newest(event).event_type for event in EVENTS if event.upcast_to is not None}
    assert {name: UPCASTS[name][0] for name in UPCASTS} == old


def test_a_time_outside_of_all_calendars_is_no_time() -> None:
    """The reader says so, and does not stumble."""
    with pytest.raises(ValueError, match="no instant"):
        microseconds_of("tomorrow")
