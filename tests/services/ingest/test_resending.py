"""A message that was turned away counts once after a fix, however often it is redriven and whatever is cut short."""

import json

import pytest

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
from tests.services.ingest.redriving import BAD, GOOD, SEARCH, conflict, held, is_open, kept
from tests.services.ingest.refusals import NOON, as_json, searched


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


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
