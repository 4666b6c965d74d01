"""What could not be accepted is kept byte for byte, once, and listed until somebody settles it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from threading import Barrier, Thread

import msgspec
import pytest

from services.ingest import verdicts
from services.ingest.verdict import Outcome
from services.installation import Connection
from tests.conftest import Connect
from tests.services.ingest.refusals import NOON, refused

EVERY_BYTE = bytes(range(256))
HOSTILE = [
    "a\0b",
    "\ud800",
    "'; DROP TABLE ingest.verdict; --",
    "<script>",
    "\r\nX: y",
    "%s%(id)s{}",
    "é" * 200,
    "\\u0000",
]


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a database in which nothing was turned away."""
    return connect()


def numbers(rows: Sequence[verdicts.Kept]) -> list[int]:
    """Return the numbers of rows."""
    return [row.id for row in rows]


def test_a_message_is_kept_with_its_reason_and_its_body(connection: Connection) -> None:
    """Every byte there is, and all that is known of how it came."""
    (number,) = verdicts.store(connection, [refused(EVERY_BYTE)])

    row = verdicts.shown(connection, number)

    assert row is not None
    assert row[1:9] == (
        "shop", "segment", "/v1/batch", "m-1", "rejected", "invalid_field", "properties.results_count", "is no number",
    )  # fmt: skip
    assert (row.body, row.received_at, row.seen_at, row.seen, row.settled_at) == (EVERY_BYTE, NOON, NOON, 1, None)
    assert verdicts.shown(connection, number + 1) is None


def test_the_same_message_again_is_seen_once_more(connection: Connection) -> None:
    """In one batch or later: one row, with when it came first and last, and the reason of the last time."""
    later = NOON + timedelta(hours=1)
    first = verdicts.store(connection, [refused(b"a"), refused(b"b"), refused(b"a", at=later, reason="is too large")])

    again = verdicts.store(connection, 2 * [refused(b"b", at=later, outcome=Outcome.CONFLICT, field="id")])

    a, b = (verdicts.shown(connection, number) for number in first[:2])
    assert a is not None
    assert b is not None
    assert first == [a.id, b.id, a.id]
    assert again == [b.id, b.id]
    assert (a.seen, a.received_at, a.seen_at, a.reason) == (2, NOON, later, "is too large")
    assert (b.seen, b.received_at, b.seen_at, b.outcome, b.fault, b.field) == (
        3, NOON, later, "conflict", "conflict", "id",
    )  # fmt: skip


def test_another_body_or_source_or_id_is_another_message(connection: Connection) -> None:
    """Each has a row of its own, and the numbers come back in the order of the messages."""
    messages = [refused(b"z"), refused(b"a"), refused(b"a", source="alms"), refused(b"a", message_id="m-0")]

    found = verdicts.store(connection, messages)

    rows = [verdicts.shown(connection, number) for number in found]
    assert [(row.source, row.message_id, row.body) for row in rows if row] == [
        ("shop", "m-1", b"z"),
        ("shop", "m-1", b"a"),
        ("alms", "m-1", b"a"),
        ("shop", "m-0", b"a"),
    ]
    assert verdicts.store(connection, []) == []


def test_nothing_hostile_is_lost_or_understood(connection: Connection) -> None:
    """In every text there is. What Postgres cannot hold is written as an escape, and found by the id as it was sent."""
    for text in HOSTILE:
        message = refused(text.encode(errors="surrogatepass"), message_id=text, origin=text, field=text, reason=text)
        message = message._replace(source=f"shop {text}"[:48])

        (number,) = verdicts.store(connection, [message])

        found = verdicts.by_message(connection, message.source, text)
        assert numbers(found) == [number]
        assert found[0].body == message.body
        assert found[0].reason == found[0].field == found[0].origin
        assert numbers(verdicts.listed(connection, source=message.source)) == [number]
    escapes = [row.reason for row in verdicts.listed(connection)]
    assert escapes == ["a\\u0000b", "\\ud800", *HOSTILE[2:]]


def test_ids_that_read_alike_are_told_apart_by_their_bodies(connection: Connection) -> None:
    """An id with U+0000 reads like one with its escape: both are kept."""
    found = verdicts.store(connection, [refused(b"1", message_id="\0"), refused(b"2", message_id="\\u0000")])

    assert len(set(found)) == 2


def test_an_id_of_any_length_is_kept(connection: Connection) -> None:
    """Its beginning: no index holds more. It is found by the whole of it."""
    name = "\U0001f600" * 10_000

    (number,) = verdicts.store(connection, [refused(message_id=name)])

    (row,) = verdicts.by_message(connection, "shop", name)
    assert (row.id, row.message_id) == (number, name[: verdicts.MOST_ID_CHARACTERS])


def test_what_is_kept_is_listed_page_by_page(connection: Connection) -> None:
    """The oldest first, each once, and by source, outcome and fault."""
    own = [verdicts.store(connection, [refused(bytes([number]))])[0] for number in range(7)]
    (other,) = verdicts.store(connection, [refused(source="till", outcome=Outcome.CONFLICT)])

    pages, after = [], None
    while page := verdicts.listed(connection, after=after, limit=3):
        pages.append(numbers(page))
        after = page[-1].id

    assert pages == [own[:3], own[3:6], [own[6], other]]
    assert numbers(verdicts.listed(connection, source="shop")) == own
    assert numbers(verdicts.listed(connection, outcome=Outcome.CONFLICT)) == [other]
    assert numbers(verdicts.listed(connection, fault="invalid_field", source="till")) == []
    assert (verdicts.open_count(connection), verdicts.open_count(connection, "till")) == (8, 1)


def test_what_was_settled_is_listed_only_where_it_is_asked_for(connection: Connection) -> None:
    """It is settled once, by whoever comes first, and stays so if the same message comes again."""
    first, second = verdicts.store(connection, [refused(b"a"), refused(b"b")])

    settled = [verdicts.settle(connection, first, how, ["e-1"]) for how in ("redriven", "dismissed")]
    again = verdicts.store(connection, [refused(b"a", reason="another")])

    row = verdicts.shown(connection, first)
    assert row is not None
    assert (settled, again) == ([True, False], [first])
    assert (row.settled, row.events, row.seen, row.reason) == ("redriven", ["e-1"], 2, "is no number")
    assert numbers(verdicts.listed(connection)) == [second]
    assert numbers(verdicts.listed(connection, open_only=False)) == [first, second]
    assert verdicts.open_count(connection) == 1


def test_a_body_is_told_as_text_where_it_is_one(connection: Connection) -> None:
    """In base64 where it is not; or not at all, where whoever asks may not see it."""
    verdicts.store(connection, [refused(b'{"a":"\xc3\xbc"}', message_id="1"), refused(EVERY_BYTE, message_id="2")])
    text, other = verdicts.listed(connection)

    documents = [json.loads(msgspec.json.encode(verdicts.document(row))) for row in (text, other)]

    assert documents[0]["body"] == '{"a":"ü"}'
    assert "body" not in documents[1]
    assert msgspec.convert(documents[1]["body_base64"], bytes, strict=True) == EVERY_BYTE
    assert not {"body", "body_base64"} & verdicts.document(other, with_body=False).keys()
    assert documents[0]["received_at"] == "2026-03-01T12:00:00Z"


def test_processes_that_refuse_the_same_messages_do_not_hinder_each_other(connect: Connect) -> None:
    """Each in an order of its own, at once: every one of them is counted, in one row each."""
    messages = [refused(bytes([number]), message_id=f"m-{number}") for number in range(40)]
    connections = [connect() for _ in range(3)]
    start = Barrier(3)

    def refuse(place: int) -> None:
        start.wait()
        for _ in range(10):
            verdicts.store(connections[place], messages[:: -1 if place % 2 else 1])

    threads = [Thread(target=refuse, args=[place]) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.seen for row in verdicts.listed(connections[0])] == [30] * 40
