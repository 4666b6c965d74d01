"""In the embedded mode what the desk decides is on the journal soon, each event once, in order, byte for byte."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from msgspec.structs import replace

from events.codec import Codec
from events.log import copying
from events.log.errors import LogRefused
from events.log.postgres import Journal
from services.desk.desk import Desk
from services.installation import Installation
from services.relay import news
from services.relay.journaling import JournalRelay, relay_journal, relay_now
from services.relay.leading import leads
from tests.conftest import Connect
from tests.services.relay.desk_orders import FACTS, NOW, orders_of
from tests.services.running import Running, wait_until

DECIDERS, TASKS = 4, 8

DECIDED = "SELECT state FROM desk.stored_events ORDER BY notification_id"
RELAYED = "SELECT value FROM journal.event ORDER BY id"
PLACES = """
SELECT s.originator_id, array_agg(s.originator_version ORDER BY e."offset")
  FROM desk.stored_events AS s JOIN journal.event AS e ON e.value = s.state GROUP BY 1
"""
ALL_HELD = """
SELECT count(e.id) = count(*) FROM desk.stored_events AS s LEFT JOIN journal.event AS e ON e.value = s.state
"""
ANOTHER_LOG = """
INSERT INTO engine.projection (table_name, name, version, generation, fingerprint, state)
VALUES ('tasks_1', 'tasks', 1, 1, '', 'live');
INSERT INTO engine.checkpoint (table_name, partition, log_id, next_offset, signals_from)
VALUES ('tasks_1', 0, 'x', 0, 0)
"""
UNREADABLE = """
INSERT INTO desk.stored_events (originator_id, originator_version, topic, state) VALUES ('task:t-9', 1, '', 'no event')
"""
POSITION = "SELECT position FROM engine.relay WHERE name = 'desk'"


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    """Return the desk of a fresh database."""
    with closing(Desk(database)) as desk:
        yield desk


@pytest.fixture
def relay(connect: Connect) -> JournalRelay:
    """Return a relay of the fresh database."""
    return JournalRelay(connect())


@pytest.fixture
def installation(database: str) -> Iterator[Installation]:
    """Return the fresh database as an installation without Kafka."""
    with closing(Installation(database)) as installation:
        yield installation


def decide(desk: Desk, number: int) -> None:
    """Have everything decided about a task."""
    for order in orders_of(number):
        desk.perform(order, NOW)


def test_what_was_decided_is_appended_once_as_it_is_stored(desk: Desk, relay: JournalRelay, connect: Connect) -> None:
    """The log has the very bytes; the position stands at the last one, and there is nothing more to do."""
    decide(desk, 1)

    relayed = [relay.relay(), relay.relay()]

    stored, held = (sorted(connect().execute(each).fetchall()) for each in (DECIDED, RELAYED))
    assert relayed == [FACTS, 0]
    assert stored == held
    assert connect().execute(POSITION).fetchone() == tuple(relay.highest()[:1])


def test_an_event_that_is_there_already_does_no_harm(desk: Desk, relay: JournalRelay, connect: Connect) -> None:
    """As after somebody put the desk's event onto the log by hand."""
    decide(desk, 1)
    first = connect().execute(DECIDED).fetchall()[0][0]
    Journal(connect()).append([Codec().decode(first)])

    assert relay.relay() == FACTS

    assert len(connect().execute(RELAYED).fetchall()) == FACTS


def test_what_the_log_refuses_stops_the_relay(desk: Desk, relay: JournalRelay, connect: Connect) -> None:
    """Nothing is left out: neither it nor what follows is on the log, and the sentence names it."""
    decide(desk, 1)
    second = Codec().decode(connect().execute(DECIDED).fetchall()[1][0])
    Journal(connect()).append([replace(second, subject="customer:99")])

    with pytest.raises(LogRefused, match=f"^The log holds {second.id} with another content, at "):
        relay.relay()

    assert connect().execute(POSITION).fetchone() == (0,)
    assert len(connect().execute(RELAYED).fetchall()) == 1


def test_what_cannot_be_read_stops_the_relay(relay: JournalRelay, connect: Connect) -> None:
    """As where an older version of the programme runs than the one that decided; the sentence says which event."""
    connect().execute(UNREADABLE)

    with pytest.raises(LogRefused, match=r"^The desk holds an event that cannot be relayed, number 1 of task:t-9: "):
        relay.relay()


def test_a_journal_that_was_left_for_kafka_stops_the_relay(desk: Desk, relay: JournalRelay, connect: Connect) -> None:
    """It takes no more events, and waiting would not change that: a setting is missing."""
    decide(desk, 1)
    copying.leave(connect(), "another")

    with pytest.raises(
        LogRefused, match=r"^The journal was copied to Kafka, as log another, and takes no more events: "
    ):
        relay.relay()


def test_nothing_goes_to_a_log_that_nobody_projects(connect: Connect) -> None:
    """The projections are of another one: what was decided would be lost from sight."""
    connect().execute(ANOTHER_LOG)

    with pytest.raises(LogRefused, match=r"were filled from log x, and this is log .* Nothing was appended\."):
        JournalRelay(connect())


def test_a_command_relays_what_it_decided(desk: Desk, installation: Installation, connect: Connect) -> None:
    """Where nobody else relays; when it returns the events are on the log, and the next one may relay."""
    for number in (1, 2):
        decide(desk, number)
        assert relay_now(installation)
        assert len(connect().execute(RELAYED).fetchall()) == number * FACTS


def test_a_command_waits_for_whoever_relays(
    desk: Desk, installation: Installation, connect: Connect, database: str
) -> None:
    """Where that one does not come to it in time, the command says so; it is relayed later."""
    other = connect()
    assert leads(other)
    decide(desk, 1)

    assert not relay_now(installation, patience_seconds=0.1)

    other.close()
    with Running(lambda stop, report: relay_journal(Installation(database), stop, report)) as running:
        running.wait_for("relaying")
        decide(desk, 2)
        assert relay_now(installation)
    assert len(connect().execute(RELAYED).fetchall()) == 2 * FACTS


def test_an_aggregates_order_is_kept_under_load(desk: Desk, installation: Installation, connect: Connect) -> None:
    """Several decide at once, while it relays: each event is on the log once, after those before it."""

    def several(decider: int) -> None:
        for number in range(TASKS):
            decide(desk, decider * TASKS + number)

    with Running(lambda stop, report: relay_journal(installation, stop, report)):
        with ThreadPoolExecutor(DECIDERS) as deciders:
            list(deciders.map(several, range(DECIDERS)))
        wait_until(lambda: connect().execute(ALL_HELD).fetchone() == (True,))

    found = connect().execute(PLACES).fetchall()
    assert [places for _, places in found] == [list(range(1, FACTS + 1))] * DECIDERS * TASKS


def test_the_desk_is_heard_at_once(desk: Desk, connect: Connect) -> None:
    """A decision ends the waiting, also where it came while the connection did something else."""
    connection = connect()
    news.listen(connection)

    quiet = news.wait(connection, 0.01)
    decide(desk, 1)
    connection.execute(DECIDED)
    heard = news.wait(connection, 20)

    assert (quiet, heard) == (False, True)
