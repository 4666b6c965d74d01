"""A message that was turned away counts once after a fix, however often it is redriven and whatever is cut short."""

import json
from collections.abc import Sequence
from threading import Barrier, Thread
from typing import Any

import pytest

from events.envelope import Envelope
from events.log import EventLog, Receipt
from events.log.errors import LogUnavailable
from events.log.postgres import Journal
from services.connecting.kept_translation import keep as followed
from services.connecting.positions import Positions
from services.ingest import registry, tallies, verdicts
from services.ingest.errors import NotKept
from services.ingest.resending import Redriven, dismiss, redrive
from services.ingest.source import Protocol, Source
from services.ingest.translating import events_of
from services.ingest.verdict import Outcome
from services.installation import Connection
from tests.conftest import Connect
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.repeating_log import RepeatingLog
from tests.services.ingest.refusals import NOON, as_json, refused, searched
from tests.services.ingest.remembering import fold

BAD, GOOD = searched(results="many"), searched(results=3)
SEARCH = "regulars.search.performed.v2"


class Cut(RepeatingLog):
    """A log that stores what it is sent, and whose answer is lost while ``cut`` is set: as if we had been killed."""

    cut = True

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append, and say nothing of it."""
        receipts = super().append(envelopes)
        if self.cut:
            message = "nobody hears this"
            raise LogUnavailable(message)
        return receipts


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


def kept(connection: Connection, body: bytes = BAD, **said: Any) -> int:  # noqa: ANN401 - as refused takes it
    """Keep a message that was turned away, and return its number."""
    (number,) = verdicts.store(connection, [refused(body, **said)])
    return number


def conflict(connection: Connection, log: EventLog) -> int:
    """Have the log hold a search, and keep one for a teapot that came under the same id."""
    (source,) = (each.source for each in registry.sources(connection))
    log.append(events_of(source, Protocol.SEGMENT, GOOD, NOON))
    teapot = searched(query="teapot")
    return kept(connection, teapot, outcome=Outcome.CONFLICT, field="message id", reason="was used before")


def held(log: EventLog) -> list[tuple[str, Any]]:
    """Return the ids and the data of everything on a log."""
    records = [record for partition in log.ends() for record in log.records(partition, 0, 1_000)]
    return [(document["id"], document["data"]) for document in (json.loads(record.value) for record in records)]


def is_open(connection: Connection, number: int) -> bool:
    """Return whether nobody has settled a message."""
    row = verdicts.shown(connection, number)
    assert row is not None
    return row.settled_at is None


def test_a_mended_body_is_sent_once(connection: Connection, journal: Journal) -> None:
    """Its event has the id that it would have had at first; the row says what became of it, and keeps its own body."""
    number = kept(connection)

    done = [redrive(connection, journal, number, GOOD) for _ in range(2)]

    row = verdicts.shown(connection, number)
    assert row is not None
    assert done == [Redriven(number, ["shop:m-1"]), Redriven(number, ["shop:m-1"], before=True)]
    assert held(journal) == [("shop:m-1", {"query": "kettle", "result_count": 3, "session": "", "store": "web"})]
    assert (row.settled, row.events, row.body) == ("redriven with another body", ["shop:m-1"], BAD)
    assert [tally[2:] for tally in tallies.counted(connection)] == [(SEARCH, "stored", 1)]


def test_what_is_still_not_right_stays_as_it_is(connection: Connection, journal: Journal) -> None:
    """Nothing is sent, and the answer says why."""
    number = kept(connection)

    done = [redrive(connection, journal, number, body) for body in (None, b"{nope", b"[]")]

    assert [each.events for each in done] == [()] * 3
    assert done[0].reason.startswith("properties.results_count: ")
    assert done[1].reason.startswith("message: is not valid JSON")
    assert held(journal) == []
    assert is_open(connection, number)


def test_a_mended_plan_lets_the_same_body_in(connection: Connection, journal: Journal) -> None:
    """What it blocks is still turned away; what it flags goes in, and counts as a violation."""
    number = kept(connection, GOOD)
    registry.change(connection, "shop", plan="unplanned_types: block\ntypes: {regulars.visit.ended.v1: any}")
    blocked = redrive(connection, journal, number)
    registry.change(connection, "shop", plan="types: {regulars.visit.ended.v1: any}")

    sent = redrive(connection, journal, number)

    assert blocked.reason == f"type: {SEARCH} is not in the tracking plan"
    assert sent.events == ["shop:m-1"]
    assert [row[:5] for row in tallies.violations(connection)] == [("shop", SEARCH, "", "flagged", 1)]


def test_a_message_that_says_nothing_is_settled_without_an_event(connection: Connection, journal: Journal) -> None:
    """Its source's translation makes nothing of it now."""
    number = kept(connection)

    done = redrive(connection, journal, number, as_json(type="identify", userId="7", messageId="m-1"))

    assert (done, is_open(connection, number)) == (Redriven(number, []), False)
    assert [tally[3:] for tally in tallies.counted(connection)] == [("ignored", 1)]


def test_a_conflict_stays_one_with_its_own_body(connection: Connection, journal: Journal) -> None:
    """And with a mended one under the same id. The sentence says what can be done."""
    number = conflict(connection, journal)

    done = [redrive(connection, journal, number, body) for body in (None, searched(query="tea-pot"))]

    assert {each.reason for each in done} == {
        "message id: was used before; that one counts: dismiss this one, or redrive it with --as-new if both are true"
    }
    assert len(held(journal)) == 1
    assert is_open(connection, number)


def test_a_conflict_whose_id_is_mended_goes_in(connection: Connection, journal: Journal) -> None:
    """It is another message then."""
    number = conflict(connection, journal)

    done = redrive(connection, journal, number, searched("m-2", query="teapot"))

    assert done.events == ["shop:m-2"]
    assert len(held(journal)) == 2


def test_a_conflict_can_be_sent_as_new(connection: Connection, journal: Journal) -> None:
    """Under ids that come of its row, so doing it again adds nothing; events that belong together still do."""
    registered = registry.sources(connection)[0].source
    identify = {"type": "identify", "userId": "7", "anonymousId": "a", "messageId": "m-1"}
    journal.append(events_of(registered, Protocol.SEGMENT, as_json(**identify, traits={"name": "Ann"}), NOON))
    number = kept(connection, as_json(**identify, traits={"name": "Anna"}), outcome=Outcome.CONFLICT)

    done = [redrive(connection, journal, number, as_new=True) for _ in range(2)]

    names = [f"shop:m-1:door-{number}", f"shop:m-1:door-{number}:1"]
    assert done == [Redriven(number, names), Redriven(number, names, before=True)]
    assert sorted(name for name, _ in held(journal)) == ["shop:m-1", *names, "shop:m-1:link"]


def test_an_id_that_another_message_took_meanwhile_is_a_conflict(connection: Connection, journal: Journal) -> None:
    """The journal says so when it is sent: the message stays, and can be sent as new."""
    number = kept(connection)
    conflict(connection, journal)

    done = redrive(connection, journal, number, searched(query="jug"))

    assert done.reason.startswith("message id: was used before: ")
    assert "@0 of the log is an event 'shop:m-1' that says something else" in done.reason
    assert is_open(connection, number)
    assert redrive(connection, journal, number, searched(query="jug"), as_new=True).events == [
        f"shop:m-1:door-{number}"
    ]


def test_a_message_that_came_again_by_itself_counts_once(connection: Connection, journal: Journal) -> None:
    """Its sender mended it and sent it: the journal knows the id, and the message is settled."""
    number = kept(connection)
    journal.append(events_of(registry.sources(connection)[0].source, Protocol.SEGMENT, GOOD, NOON))

    done = redrive(connection, journal, number, GOOD)

    assert (done.reason, len(held(journal)), is_open(connection, number)) == ("", 1, False)
    assert [tally[3:] for tally in tallies.counted(connection)] == [("duplicate", 1)]


def test_a_log_that_does_not_know_ids_is_not_sent_what_is_folded_there(connection: Connection) -> None:
    """The same event is a duplicate, another under its id a conflict; as the journal would have it."""
    log = RepeatingLog()
    first, second = kept(connection), kept(connection, searched(results="none"))
    log.append(events_of(registry.sources(connection)[0].source, Protocol.SEGMENT, GOOD, NOON))
    fold(connection, log)

    same, other = redrive(connection, log, first, GOOD), redrive(connection, log, second, searched(query="jug"))

    assert (same.events, is_open(connection, first)) == (["shop:m-1"], False)
    assert "0@0 of the log is an event 'shop:m-1' that says something else" in other.reason
    assert len(held(log)) == 1


@pytest.mark.parametrize("partitions", [1, 3])
def test_what_was_cut_short_counts_once(connection: Connection, partitions: int) -> None:
    """Killed after the log had it and before the row said so: whoever tries again finds it, however much came since."""
    log = Cut(partitions)
    log.cut = False
    source = registry.sources(connection)[0].source
    log.append(events_of(source, Protocol.SEGMENT, searched("m-0"), NOON))
    number = kept(connection)
    log.cut = True
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            redrive(connection, log, number, GOOD)
    log.cut = False
    for other in range(50):
        log.append(events_of(source, Protocol.SEGMENT, searched(f"later-{other}"), NOON))

    done = redrive(connection, log, number, GOOD)

    assert done == Redriven(number, ["shop:m-1"])
    assert [name for name, _ in held(log)].count("shop:m-1") == 1
    assert not is_open(connection, number)


def test_what_was_cut_short_and_mended_otherwise_is_a_conflict(connection: Connection) -> None:
    """What the first try sent counts."""
    log, number = Cut(), kept(connection)
    with pytest.raises(LogUnavailable):
        redrive(connection, log, number, GOOD)

    done = redrive(connection, log, number, searched(query="jug"))

    assert "0@0 of the log is an event 'shop:m-1' that says something else" in done.reason
    assert len(held(log)) == 1


def test_two_redrives_at_once_send_it_once(connect: Connect, connection: Connection) -> None:
    """Whoever comes second finds it settled; the log does not tell them apart."""
    log = RepeatingLog()
    number, start = kept(connection), Barrier(4)
    done: list[Redriven] = []

    def send(own: Connection) -> None:
        start.wait()
        done.append(redrive(own, log, number, GOOD))

    threads = [Thread(target=send, args=[connect()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.before for each in done) == [False, True, True, True]
    assert len(held(log)) == 1


def test_a_redrive_that_failed_lets_the_next_one_in(connect: Connect, connection: Connection) -> None:
    """Over another connection, while the first one is still open."""
    log, number = Cut(), kept(connection)
    with pytest.raises(LogUnavailable):
        redrive(connection, log, number, GOOD)
    log.cut = False

    assert redrive(connect(), log, number, GOOD).events == ["shop:m-1"]


@pytest.mark.parametrize("protocol", [Protocol.CLOUDEVENTS, Protocol.INTAKE])
def test_an_event_of_the_catalogue_needs_no_source(connection: Connection, protocol: Protocol) -> None:
    """It keeps its id. What has to be translated does need one, and the sentence says so."""
    log = MemoryLog()
    native = {"specversion": "1.0", "id": "e-1", "source": "urn:x", "type": SEARCH, "subject": "customer:7"}
    body = json.dumps({**native, "time": NOON.isoformat(), "data": {"query": "kettle", "result_count": 1}}).encode()
    number = kept(connection, source="intake", protocol=protocol)

    done = redrive(connection, log, number, body)

    assert done.events == ["e-1"]
    webhook = redrive(connection, log, kept(connection, source="gone", protocol=Protocol.WEBHOOK))
    assert webhook.reason == "source: gone is not registered: 'regulars sources add' registers it"


def test_a_record_of_a_connector_is_translated_as_it_is_followed(connection: Connection, journal: Journal) -> None:
    """By what is kept beside its positions: its file need not be here. Without that, the sentence says what to do."""
    number = kept(connection, GOOD, origin="crm 0@17", protocol=Protocol.CONNECT)
    other = kept(connection, GOOD, origin="erp 3", message_id="m-2", protocol=Protocol.CONNECT)
    registry.change(connection, "shop", translation="stripe")
    followed(Positions(connection, "crm"), Source("shop", store="oxford", translation="segment"))

    done = redrive(connection, journal, number)

    assert done.events == ["shop:m-1"]
    assert held(journal)[0][1]["store"] == "oxford"
    assert redrive(connection, journal, other).reason.startswith("source: its connector keeps no translation for shop")


def test_what_is_dismissed_is_settled_and_never_sent(connection: Connection, journal: Journal) -> None:
    """With the reason, by whoever comes first."""
    number = conflict(connection, journal)

    dismissed = [dismiss(connection, number, because) for because in ("sent twice", "another reason")]

    row = verdicts.shown(connection, number)
    assert row is not None
    assert (dismissed, row.settled, row.events) == ([True, False], "dismissed: sent twice", [])
    assert redrive(connection, journal, number, as_new=True) == Redriven(number, [], before=True)
    assert len(held(journal)) == 1


def test_what_was_never_turned_away_cannot_be_redriven(connection: Connection, journal: Journal) -> None:
    """The sentence says where to look."""
    with pytest.raises(NotKept, match="There is no message door:99: 'regulars deadletters list'"):
        redrive(connection, journal, 99)
