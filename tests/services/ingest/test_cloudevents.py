"""CloudEvents over HTTP: the same event in every mode, and what is wrong with one said in its own words."""

import msgspec
import pytest

from events.catalog.searches import SearchPerformed
from events.errors import BadEvent, Fault
from services.ingest.cloudevents import BATCH, STRUCTURED, is_batch, kept_events, messages
from services.ingest.sent import MOST_BYTES, Sent

ATTRIBUTES = {
    "specversion": "1.0",
    "id": "s-1",
    "source": "urn:shop:web",
    "type": "regulars.search.performed.v2",
    "subject": "customer:Zoë 42",
    "time": "2026-03-01T10:00:00Z",
}
DATA = {"query": "röd stol", "result_count": 0}
EVENT = msgspec.json.encode({**ATTRIBUTES, "data": DATA})


def binary(**changes: bytes | None) -> list[tuple[bytes, bytes]]:
    """Return the headers of the event in binary mode, with changes."""
    headers = {f"ce-{name}".encode(): value.encode() for name, value in ATTRIBUTES.items()}
    changed = headers | {f"ce-{name}".encode(): value for name, value in changes.items()}
    return [(name, value) for name, value in changed.items() if value is not None]


def only(found: list[Sent]) -> Sent:
    """Return the one message there is."""
    (sent,) = found
    return sent


def error_of(sent: Sent) -> BadEvent:
    """Return what is wrong with a message."""
    assert isinstance(sent.events, BadEvent)
    return sent.events


@pytest.mark.parametrize(
    ("content_type", "headers", "body"),
    [
        (STRUCTURED, [], EVENT),
        (f"{STRUCTURED}; charset=utf-8", [], EVENT),
        ("application/json", [], EVENT),
        ("", [], EVENT),
        (BATCH, [], b"[" + EVENT + b"]"),
        ("application/json", binary(), msgspec.json.encode(DATA)),
        ("", binary(), msgspec.json.encode(DATA)),
        ("application/vnd.shop+json", binary(), msgspec.json.encode(DATA)),
        ("application/json", binary(subject=b"customer:Zo%C3%AB%2042"), msgspec.json.encode(DATA)),
        ("application/json", binary(subject="customer:Zoë 42".encode("latin-1")), msgspec.json.encode(DATA)),
        (STRUCTURED, [], msgspec.json.encode({**ATTRIBUTES, "data_base64": msgspec.json.encode(DATA)})),
    ],
)
def test_an_event_is_the_same_in_every_mode(content_type: str, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Binary without the content type, which a library leaves away, and with headers in three ways of writing."""
    sent = only(messages(content_type, headers, body))

    (event,) = [] if isinstance(sent.events, BadEvent) else sent.events

    assert (event.id, event.source, event.subject) == ("s-1", "urn:shop:web", "customer:Zoë 42")
    assert event.data == SearchPerformed(query="röd stol", result_count=0)
    assert (sent.message_id, sent.scope) == ("s-1", "")


def test_extensions_are_no_fault() -> None:
    """Tracing and partitioning attributes that a sender's tools add are let in, and not kept."""
    sent = only(messages("", binary(traceparent=b"00-1-2-01", partitionkey=b"42"), msgspec.json.encode(DATA)))

    assert not isinstance(sent.events, BadEvent)


def test_what_is_kept_can_be_read_again() -> None:
    """A binary event is kept as the structured one that it is the same as."""
    sent = only(messages("", binary(), msgspec.json.encode(DATA)))

    assert kept_events(sent.body) == sent.events


@pytest.mark.parametrize(
    ("body", "fault", "field"),
    [
        (b"{", Fault.MALFORMED, "event"),
        (b"7", Fault.MALFORMED, "event"),
        (b'"\xff"', Fault.MALFORMED, "event"),
        (
            msgspec.json.encode({**ATTRIBUTES, "data": {**DATA, "result_count": -1}}),
            Fault.INVALID_FIELD,
            "data.result_count",
        ),
        (msgspec.json.encode({**ATTRIBUTES, "type": "com.example.order"}), Fault.UNKNOWN_TYPE, "type"),
        (msgspec.json.encode({**ATTRIBUTES, "data_base64": "AP8QcmF3"}), Fault.INVALID_FIELD, "data_base64"),
        (msgspec.json.encode({**ATTRIBUTES, "data_base64": 7}), Fault.INVALID_FIELD, "data_base64"),
        (
            msgspec.json.encode({**ATTRIBUTES, "data_base64": "e30=", "datacontenttype": "image/png"}),
            Fault.INVALID_FIELD,
            "datacontenttype",
        ),
        (msgspec.json.encode({**ATTRIBUTES, "data": "x" * MOST_BYTES}), Fault.TOO_LARGE, "message"),
    ],
)
def test_what_is_wrong_is_said_of_the_field(body: bytes, fault: Fault, field: str) -> None:
    """The message is refused with its reason, under its own id where that can be read."""
    sent = only(messages(STRUCTURED, [], body))

    assert (error_of(sent).fault, error_of(sent).field) == (fault, field)
    assert sent.body == body


def test_one_bad_event_of_a_batch_is_one() -> None:
    """The others are read."""
    found = messages(BATCH, [], b"[" + EVENT + b',{"specversion":"1.0"},7]')

    assert [isinstance(sent.events, BadEvent) for sent in found] == [False, True, True]


@pytest.mark.parametrize("body", [b"{}", b"[", b"[1,", b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_no_batch(body: bytes) -> None:
    """Where no events can be told apart, the request is refused as a whole."""
    with pytest.raises(BadEvent):
        messages(BATCH, [], body)


def test_data_that_are_no_json_are_refused_in_binary_mode() -> None:
    """The data of our events are JSON objects, whatever else CloudEvents can carry."""
    sent = only(messages("image/png", binary(), b"\x89PNG"))

    assert error_of(sent).field == "datacontenttype"


def test_a_list_without_a_content_type_is_a_batch() -> None:
    """Who pastes a list into curl means one."""
    assert (is_batch("", b" [1]"), is_batch(STRUCTURED, b"[1]"), is_batch("", b"{}")) == (True, False, False)
