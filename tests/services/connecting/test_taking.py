"""Records become events on the log, or rows of refused messages with their reason; nothing is lost in between."""

from collections.abc import Sequence

import msgspec
import psycopg
import pytest

from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.log import Receipt
from events.log.errors import LogUnavailable
from events.log.postgres import Journal
from services.connecting.loading import translator_of
from services.connecting.taking import Counts, Into, Piece, Taker
from services.connectors.importing import Appends
from services.ingest import tallies, verdicts
from services.ingest.tracking_plan import Plan, parse
from services.ingest.verdict import Outcome
from tests.conftest import Connect
from tests.services.connecting.calls import at, calls, connector, told


class Away:
    """A log that does not answer."""

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Raise LogUnavailable."""
        del envelopes
        message = "Kafka cannot be reached."
        raise LogUnavailable(message)


@pytest.fixture
def taker(connect: Connect, journal: Journal) -> Taker:
    """Return what takes calls onto the journal."""
    return made(connect, journal)


def made(connect: Connect, log: Appends, plan: Plan | None = None) -> Taker:
    """Return what takes calls onto a log."""
    into = Into(log, connect(), lambda: plan)
    return Taker("calls", "centre", translator_of(connector(calls("host=a"))), into, Counts())


def piece(number: int, *, about: str = "", caller: str | None = "ann") -> Piece:
    """Return a call as it is read."""
    record = {"id": number, "caller": caller, "about": about, "changed_at": at(number).isoformat()}
    return Piece(record, msgspec.json.encode(record), f"id={number}", at(number))


def test_a_record_becomes_an_event_once(taker: Taker, journal: Journal) -> None:
    """Taken again, it is a duplicate."""
    taker.take([piece(1), piece(2)])
    taker.take([piece(2), piece(3)])

    assert [each.call for each in told(journal)] == ["1", "2", "3"]
    assert taker.counts.verdicts == {Outcome.STORED: 3, Outcome.DUPLICATE: 1}
    assert (taker.counts.read, taker.counts.events, taker.counts.refused) == (4, 3, 0)


def test_what_is_no_event_is_kept_with_its_body_and_reason(taker: Taker, journal: Journal, connect: Connect) -> None:
    """It does not hold up its neighbours, and tells where it came from."""
    unread = Piece(BadEvent(Fault.MALFORMED, "row", "is no text"), b"\xff", "id=3", at(3))

    taker.take([piece(1), piece(2, caller=None), unread])

    kept = verdicts.listed(connect())
    assert [each.call for each in told(journal)] == ["1"]
    assert [(row.protocol, row.origin, row.message_id, row.field) for row in kept] == [
        ("connect", "calls id=2", f"2:{at(2).isoformat()}", "caller"),
        ("connect", "calls id=3", "id=3", "row"),
    ]
    assert (kept[0].body, kept[1].body) == (piece(2, caller=None).body, b"\xff")
    assert taker.counts.refused == 2


def test_an_id_with_another_content_is_a_conflict(taker: Taker, journal: Journal, connect: Connect) -> None:
    """The first one stays on the log, and the other one is kept: as where a row changed and its id's parts did not."""
    taker.take([piece(1, about="kettle")])
    taker.take([piece(1, about="pot")])

    (row,) = verdicts.listed(connect())
    assert [each.about for each in told(journal)] == ["kettle"]
    assert (row.outcome, row.fault, row.field) == ("conflict", "conflict", "id")
    assert row.reason.endswith(f"is an event 'centre:1:{at(1).isoformat()}' that says something else")


def test_the_tracking_plan_of_the_source_counts(connect: Connect, journal: Journal) -> None:
    """What it blocks is refused and counted, like what comes in by HTTP."""
    plan = parse("unplanned_types: block\ntypes: {regulars.visit.page_viewed.v1: any}")
    taker = made(connect, journal, plan)

    taker.take([piece(1)])

    (row,) = verdicts.listed(connect())
    (violated,) = tallies.violations(connect())
    assert (row.fault, violated.type, violated.events) == ("unplanned", "regulars.contact.received.v1", 1)
    assert told(journal) == []


def test_what_came_is_counted_by_day_type_and_outcome(taker: Taker, connect: Connect) -> None:
    """The same figures as for what comes in by HTTP."""
    taker.take([piece(1), piece(2, caller=None)])

    found = [(each.source, each.type, each.outcome, each.events) for each in tallies.counted(connect())]
    assert found == [
        ("centre", "regulars.contact.received.v1", "stored", 1),
        ("centre", "unread", "rejected", 1),
    ]


def test_nothing_counts_as_taken_while_the_log_is_away(connect: Connect) -> None:
    """Nor is anything kept as refused: all of it is taken again."""
    taker = made(connect, Away())

    with pytest.raises(LogUnavailable):
        taker.take([piece(1), piece(2, caller=None)])

    assert verdicts.listed(connect()) == []
    assert taker.counts.read == 0


def test_what_is_refused_is_kept_before_it_counts_as_taken(connect: Connect, journal: Journal) -> None:
    """Where it cannot be kept, the records are to be taken again."""
    connection = connect()
    taker = Taker("calls", "centre", translator_of(connector(calls("host=a"))), Into(journal, connection), Counts())
    connection.close()

    with pytest.raises(psycopg.OperationalError):
        taker.take([piece(1, caller=None)])

    assert taker.counts.read == 0
