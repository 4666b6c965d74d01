"""An outbox leaves no row out, in whatever order transactions commit, and waits for nobody who does not write there."""

import base64
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from events.log.topic_declarations import BATCH_BYTES
from projections._engine.registry import Connection
from services.ingest.verdicts import store
from services.relay.outbox import Next, OutboxReader
from services.relay.outboxes import DEAD_LETTER, MOST_BODY_BYTES, SIGNAL, VERDICT, make_outboxes
from tests.conftest import Connect
from tests.services.ingest.refusals import refused

WRITERS, TRANSACTIONS = 4, 40

RAISE = """
INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)
VALUES ('complaint_opened', 'customer:1', %s, '2026-03-01 10:00Z', '{"complaint": "c-1"}')
"""

PARK = """
INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed, recorded_ms)
VALUES ('log', 3, %s, 'malformed', 'event', 'is no JSON', %s, '{visits}', 1772359200123)
ON CONFLICT (log_id, partition, "offset") DO UPDATE SET reason = excluded.reason
"""


@pytest.fixture
def reader(connect: Connect) -> OutboxReader:
    """Return a reader of the signals of a fresh database."""
    connection = connect()
    make_outboxes(connection)
    return OutboxReader(connection, SIGNAL)


def events(found: Next | None) -> list[str]:
    """Return the events of some signals, in their order."""
    return [] if found is None else [json.loads(message.value)["event_id"] for message in found.messages]


@contextmanager
def raising(connection: Connection, event: str) -> Iterator[None]:
    """Have raised a signal, and not committed it before the block ends."""
    with connection.transaction():
        connection.execute(RAISE, [event])
        yield


def test_a_row_that_commits_late_is_waited_for(reader: OutboxReader, connect: Connect) -> None:
    """Its id is lower than one that can be seen already: both come, in the order of their ids."""
    with raising(connect(), "first"):
        connect().execute(RAISE, ["second"])

        before = reader.next()
        waits = reader.waits

    after = reader.next()
    assert (before, waits) == (None, True)
    assert events(after) == ["first", "second"]
    assert reader.waits is False


def test_a_row_that_is_rolled_back_is_not_waited_for(reader: OutboxReader, connect: Connect) -> None:
    """Its id is never seen."""
    writer = connect()
    writer.execute("BEGIN")
    writer.execute(RAISE, ["first"])
    connect().execute(RAISE, ["second"])
    before = reader.next()

    writer.execute("ROLLBACK")

    assert before is None
    assert events(reader.next()) == ["second"]


def test_who_writes_later_is_not_waited_for(reader: OutboxReader, connect: Connect) -> None:
    """Under a constant load there is always a transaction that writes; each row waits for those before it alone."""
    with raising(connect(), "first"):
        connect().execute(RAISE, ["second"])
        before = reader.next()
        later = connect()
        later.execute("BEGIN")
        later.execute(RAISE, ["third"])

    after = reader.next()

    later.execute("COMMIT")
    assert before is None
    assert events(after) == ["first", "second"]


def test_who_writes_elsewhere_is_not_waited_for(reader: OutboxReader, connect: Connect) -> None:
    """A long transaction of another kind, such as a rebuild, does not hold signals up."""
    with connect() as other, other.transaction():
        other.execute("INSERT INTO engine.relay (name) VALUES ('something else')")
        connect().execute(RAISE, ["first"])

        assert events(reader.next()) == ["first"]


def test_what_was_published_does_not_come_again(reader: OutboxReader, connect: Connect) -> None:
    """Also after a restart; what was read and not published does."""
    connection = connect()
    connection.execute(RAISE, ["first"])
    read = reader.next()
    assert read is not None
    again = OutboxReader(connection, SIGNAL).next()
    backlog = reader.backlog()

    reader.published(read)
    nothing = OutboxReader(connection, SIGNAL).next()
    connection.execute(RAISE, ["second"])

    assert events(read) == events(again) == ["first"]
    assert (nothing, backlog) == (None, 1)
    assert events(OutboxReader(connection, SIGNAL).next()) == ["second"]


def test_no_row_is_left_out_under_load(reader: OutboxReader, connect: Connect) -> None:
    """Several write at once and commit in any order; every row is read once, in the order of the ids."""
    connections = [connect() for _ in range(WRITERS)]

    def write(number: int) -> None:
        seeded = random.Random(number)
        for place in range(TRANSACTIONS):
            with raising(connections[number], f"{number}-{place}"):
                time.sleep(seeded.random() / 100)

    read: list[Next] = []
    with ThreadPoolExecutor(WRITERS) as writers:
        writing = [writers.submit(write, number) for number in range(WRITERS)]
        while not all(each.done() for each in writing) or reader.backlog():
            if found := reader.next():
                reader.published(found)
                read.append(found)

    rows = [json.loads(message.value) for found in read for message in found.messages]
    ids = [row["row"] for row in rows]
    assert {row["event_id"] for row in rows} == {
        f"{w}-{place}" for w in range(WRITERS) for place in range(TRANSACTIONS)
    }
    assert ids == sorted(set(ids))
    assert len(read) > 1


def test_a_signal_is_told_by_what_makes_it_one(reader: OutboxReader, connect: Connect) -> None:
    """Its id is of the event, the kind and the subject: the same in a database that was built anew."""
    connect().execute(RAISE, ["order-7"])

    found = reader.next()

    assert found is not None
    (message,) = found.messages
    document = json.loads(message.value)
    assert message.id == document["id"] == "order-7:complaint_opened:customer:1"
    assert message.key == document["subject"] == "customer:1"
    assert (document["kind"], document["event_id"], document["row"]) == ("complaint_opened", "order-7", 1)
    assert document["detail"] == {"complaint": "c-1"}
    assert document["happened_at"] == "2026-03-01T10:00:00Z"


def test_a_dead_letter_is_told_by_where_it_lies(connect: Connect) -> None:
    """With the record's bytes, whatever they are; those that were parked before there was an outbox come too."""
    connection = connect()
    connection.execute(PARK, [70, b"\xff\x00no"])
    make_outboxes(connection)
    make_outboxes(connection)
    connection.execute(PARK, [7, b"{}"])
    connection.execute(PARK, [70, b"\xff\x00no"])  # parked again, for another projection

    found = OutboxReader(connection, DEAD_LETTER).next()

    assert found is not None
    documents = [json.loads(message.value) for message in found.messages]
    assert [message.id for message in found.messages] == ["log:3:70", "log:3:7"]
    assert [document["id"] for document in documents] == ["log:3:70", "log:3:7"]
    assert base64.b64decode(documents[0]["value_base64"]) == b"\xff\x00no"
    assert documents[0]["recorded_at"] == "2026-03-01T10:00:00.123000Z"
    assert (documents[1]["partition"], documents[1]["offset"], documents[1]["fault"]) == (3, 7, "malformed")


def test_what_the_front_door_turned_away_is_told_once(connect: Connect) -> None:
    """With its body, whatever it is; the same message sent again is the row that there is, and no news."""
    connection = connect()
    make_outboxes(connection)
    reader = OutboxReader(connection, VERDICT)
    turned_away = [refused(b"\xff\x00no", message_id="m-1"), refused(message_id="m-2")]
    store(connection, turned_away)

    first = reader.next()
    assert first is not None
    reader.published(first)
    store(connection, [turned_away[0], refused(message_id="m-3")])
    second = reader.next()

    assert second is not None
    documents = [json.loads(message.value) for found in (first, second) for message in found.messages]
    assert [document["message_id"] for document in documents] == ["m-1", "m-2", "m-3"]
    assert base64.b64decode(documents[0]["body_base64"]) == b"\xff\x00no"
    assert documents[0]["place"] == f"door:{documents[0]['row']}"
    assert len({document["id"] for document in documents}) == 3


def test_a_message_never_gets_too_long_for_its_topic(connect: Connect) -> None:
    """One body fits as it is; of the other, and of a name that is as long, there is enough to find it by."""
    connection = connect()
    make_outboxes(connection)
    bodies, field = [bytes(MOST_BODY_BYTES), bytes(MOST_BODY_BYTES + 1)], f"data.{'x' * MOST_BODY_BYTES}"
    store(connection, [refused(body, message_id=f"m-{len(body)}", field=field) for body in bodies])

    found = OutboxReader(connection, VERDICT).next()

    assert found is not None
    documents = [json.loads(message.value) for message in found.messages]
    assert [document["body_base64"] is None for document in documents] == [False, True]
    assert [document["body_bytes"] for document in documents] == list(map(len, bodies))
    assert max(len(message.value) for message in found.messages) < 2 * BATCH_BYTES
