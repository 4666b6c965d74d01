"""What became of a message: on the log under its id or the one that was made of it, or turned away."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from events.log import EventLog, partition_of
from events.log.postgres import Journal
from events.log.window import Entries, entries_of
from projections._engine import seen_ids
from projections._engine.seen_ids import Seen
from services.ingest import registry, verdicts
from services.ingest.looking_up import found
from services.installation import Connection
from services.translation.identifiers import event_id
from tests.conftest import Connect
from tests.projections.engine.repeating_log import RepeatingLog
from tests.services.ingest.refusals import NOON, refused
from tests.services.ingest.remembering import fold


class Retained(RepeatingLog):
    """A log that no longer holds its first record."""

    def starts(self) -> dict[int, int]:
        """Return where it begins."""
        return {0: 1}


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with two sources."""
    opened = connect()
    registry.add(opened, "shop")
    registry.add(opened, "till")
    return opened


def searched(name: str, query: str = "kettle", *, source: str = "urn:web", by: str = "customer:1") -> Envelope:
    """Return a search under an id."""
    data = SearchPerformed(query=query, result_count=1)
    return Envelope(id=name, source=source, time=NOON, subject=by, data=data)


def places(connection: Connection, log: EventLog, message_id: str, **said: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - as found takes it
    """Return the ids and offsets of what is found of a message of the shop."""
    events = found(connection, log, "shop", message_id, **said).events
    return [(name, record.offset) for name, record in events.items()]


def test_the_journal_knows_every_id(connection: Connection, journal: Journal) -> None:
    """A native event has its message's id, a translated one the id that was made of source and message."""
    long = "m" * 200
    journal.append(
        [searched("m-1"), searched("shop:m-2", source="shop"), searched(event_id("shop", long), source="shop")]
    )

    assert places(connection, journal, "m-1") == [("m-1", 0)]
    assert [name for name, _ in places(connection, journal, "m-2")] == ["shop:m-2"]
    assert [name for name, _ in places(connection, journal, long)] == [event_id("shop", long)]
    assert not found(connection, journal, "shop", "m-3").known


def test_what_was_translated_for_another_source_is_not_found(connection: Connection, journal: Journal) -> None:
    """A write key may stand in a web page: nobody can ask for another sender's messages with it."""
    journal.append([searched("till:m-1", source="till"), searched("urn:shop:m-1", source="urn:shop")])

    assert places(connection, journal, "till:m-1") == []
    assert [name for name, _ in places(connection, journal, "urn:shop:m-1")] == ["urn:shop:m-1"]


def test_what_was_turned_away_is_found_with_what_a_redrive_made_of_it(connection: Connection, journal: Journal) -> None:
    """Every body that came under the id, and the events that any of them became in the end."""
    first, second = verdicts.store(connection, [refused(b"1"), refused(b"2")])
    journal.append([searched("shop:m-1:door-2", source="shop")])
    verdicts.settle(connection, second, "redriven as a new one", ["shop:m-1:door-2"])

    answer = found(connection, journal, "shop", "m-1")

    assert [row.id for row in answer.kept] == [first, second]
    assert list(answer.events) == ["shop:m-1:door-2"]
    assert found(connection, journal, "till", "m-1").kept == []


def test_the_answer_reads_as_json(connection: Connection, journal: Journal) -> None:
    """Where the event lies and what it is, and each verdict, with its body where whoever asks may see it."""
    journal.append([searched("m-1")])
    verdicts.store(connection, [refused(b"{}")])
    answer = found(connection, journal, "shop", "m-1")

    document = answer.document(with_bodies=True)

    (event,) = document["events"]
    assert (document["source"], document["message_id"], document["stored"]) == ("shop", "m-1", True)
    assert (event["id"], event["type"], event["offset"]) == ("m-1", "regulars.search.performed.v2", 0)
    assert event["recorded_at"] <= datetime.now(UTC)
    assert document["verdicts"][0]["body"] == "{}"
    assert "body" not in answer.document(with_bodies=False)["verdicts"][0]


def test_bytes_that_are_no_event_do_not_stop_the_answer(connection: Connection, journal: Journal) -> None:
    """Somebody may have put them into the journal by other means than ours."""
    journal.append([searched("m-1")])
    connection.execute("UPDATE journal.event SET value = %s", [b"\xff{nope"])

    (event,) = found(connection, journal, "shop", "m-1").document(with_bodies=True)["events"]

    assert (event["id"], event["type"]) == ("m-1", None)


def test_a_hostile_id_is_asked_for_like_any(connection: Connection, journal: Journal) -> None:
    """No event can have it, but what was turned away under it is found."""
    for number, name in enumerate(["a\0b", "\ud800", "'; --", "x" * 100_000]):
        verdicts.store(connection, [refused(str(number).encode(), message_id=name)])

        assert [row.body for row in found(connection, journal, "shop", name).kept] == [str(number).encode()]


def test_a_log_that_does_not_know_ids_is_asked_by_what_the_pumps_remember(connection: Connection) -> None:
    """What is folded is found, the first of several with one id; the awkward half is that the rest is not."""
    log = RepeatingLog()
    log.append([searched(f"m-{number}") for number in range(300)])
    log.append([searched("m-7"), searched("m-8", "teapot")])
    unfolded = places(connection, log, "m-7")
    for first in (0, 100, 200):
        fold(connection, log, first)
    log.append([searched("m-new")])

    assert unfolded == []
    assert places(connection, log, "m-7") == [("m-7", 7)]
    assert places(connection, log, "m-8") == [("m-8", 8)]
    assert places(connection, log, "m-299") == [("m-299", 299)]
    assert places(connection, log, "m-new") == []


def test_the_subject_says_which_partition_to_look_at(connection: Connection) -> None:
    """So the answer comes sooner; with another subject there is none."""
    log = RepeatingLog(2)
    log.append([searched("m-1", by="customer:1")])
    partition = next(partition for partition, end in log.ends().items() if end)
    record = log.records(partition, 0, 1)[0]
    seen = Seen(partition, 0, 1, entries_of(["m-1"], [record.value], [0]))
    seen_ids.keep(connection, log.log_id, [seen])
    other = next(each for each in map("customer:{}".format, range(99)) if partition_of(each, 2) != partition)

    assert places(connection, log, "m-1") == places(connection, log, "m-1", subject="customer:1") == [("m-1", 0)]
    assert places(connection, log, "m-1", subject=other) == []


def test_a_hash_is_found_where_hashes_lie_and_nowhere_else(connection: Connection) -> None:
    """Its bytes across two other hashes are none of it, and an event whose id has the same hash is another one."""
    log = RepeatingLog()
    log.append([searched("m-1"), searched("other")])
    (wanted,) = entries_of(["m-1"], [b""], [0]).ids.tolist()
    low, high = (wanted << 32) % 2**64, wanted >> 32
    across = Entries(0, np.array([low, high], np.uint64), np.zeros(2, np.uint32), np.zeros(2, np.uint32))
    collision = Entries(0, np.array([wanted], np.uint64), np.ones(1, np.uint32), np.zeros(1, np.uint32))
    assert wanted.to_bytes(8, "little") in across.to_bytes()[:16]

    seen_ids.keep(connection, log.log_id, [Seen(0, 0, 1, across), Seen(0, 1, 2, collision)])

    assert places(connection, log, "m-1") == []


def test_what_the_log_no_longer_holds_is_not_found(connection: Connection) -> None:
    """Its id may still be remembered; nothing is read where there is nothing to read."""
    log = Retained()
    log.append([searched("m-1"), searched("m-2")])
    fold(connection, log)

    assert places(connection, log, "m-1") == []
    assert places(connection, log, "m-2") == [("m-2", 1)]
