"""Reacting without Kafka: what the pump signals is heard from its outbox, once, and a rebuild says nothing again."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from events.catalog.complaints import ComplaintRaised
from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from projections._engine.rebuild import rebuild
from services.desk.desk import Desk
from services.installation import Installation
from services.process.health import Health
from services.process.retrying import DATABASE
from services.reactions._engine.engine import Engine
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.following import Follower, follow_signals
from services.reactions._engine.keeping import Repertoire, Watched
from services.reactions._engine.reaction import Action, Announce, Offer, Reaction, Remind, Signal, World
from services.reactions._engine.running import react_until_stopped
from services.settings import Settings
from tests.conftest import Connect
from tests.services.reactions.engine.reacting import ENDPOINT, open_task
from tests.services.running import Running, away

CASES = next(projection for projection in PROJECTIONS if projection.name == "complaint_cases")

# Everything that reactions have done.
DONE = """
SELECT (SELECT count(*) FROM reactions.firing WHERE kind = 'complaint_opened'),
       (SELECT count(*) FROM desk.stored_events), (SELECT count(*) FROM outgoing.delivery),
       (SELECT count(*) FROM reactions.offer), (SELECT count(*) FROM reactions.timer)
"""


def answers(signal: Signal, world: World) -> Iterable[Action]:
    """Ask for one of each."""
    yield open_task(signal)
    yield Announce("complaint.opened", signal.subject, signal.detail)
    yield Offer(signal.subject, {"product": "tea"})
    yield Remind(f"later:{signal.subject}", "later", signal.subject, world.now, {})


def reminds(signal: Signal, _: World) -> Iterable[Action]:
    """Tell of the timer."""
    return [Announce("complaint.late", signal.subject, {})]


REACTIONS = (
    Reaction("answers", ("complaint_opened",), answers, "Answers.", timedelta.max),
    Reaction("reminds", ("later",), reminds, "Reminds."),
)
REPERTOIRE = Repertoire(REACTIONS, ())


@pytest.fixture
def projector(journal: Journal, connect: Connect) -> Iterator[Projector]:
    """Return what keeps the projections, once it has seen the empty log; somebody asked for webhooks."""
    connect().execute(ENDPOINT)
    with closing(Projector(journal, connect, [CASES])) as opened:
        opened.catch_up()
        yield opened


@pytest.fixture
def follower(database: str, connect: Connect) -> Iterator[Follower]:
    """Return what hears the outbox."""
    with closing(Desk(database)) as desk:
        yield Follower(connect(), Engine(connect(), desk, REPERTOIRE.reactions))


def complain(journal: Journal, *numbers: int) -> None:
    """Have customers complain."""
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    journal.append(
        [
            Envelope(
                id=f"e-{each}",
                source="urn:test",
                time=at,
                subject=f"customer:{each}",
                data=ComplaintRaised(complaint=f"c-{each}"),
            )
            for each in numbers
        ]
    )


def test_what_the_pump_signals_is_reacted_to_once(
    projector: Projector, follower: Follower, journal: Journal, connect: Connect
) -> None:
    """From the event on the log to the task; and a look that finds nothing new does nothing."""
    complain(journal, 1, 2)
    projector.catch_up()

    counts = [follower.turn(datetime.now(UTC)) for _ in range(2)]

    assert counts == [2, 0]
    assert connect().execute(DONE).fetchone() == (2, 2, 2, 2, 2)


def test_a_crash_before_the_position_moves_does_nothing_twice(
    projector: Projector, follower: Follower, journal: Journal, connect: Connect
) -> None:
    """The signals are heard again, and known."""
    complain(journal, 1, 2)
    projector.catch_up()
    follower.turn(datetime.now(UTC))

    connect().execute("UPDATE engine.relay SET position = 0 WHERE name = 'reactions'")
    again = follower.turn(datetime.now(UTC))

    assert again == 2
    assert connect().execute(DONE).fetchone() == (2, 2, 2, 2, 2)


def test_a_replay_fires_nothing(projector: Projector, follower: Follower, journal: Journal, connect: Connect) -> None:
    """Neither what was on the log before there was a projection, nor a rebuild, nor a new version's table."""
    complain(journal, 1, 2)
    projector.catch_up()
    follower.turn(datetime.now(UTC))
    before = connect().execute(DONE).fetchone()

    rebuild(CASES, journal, connect)
    with closing(Projector(journal, connect, PROJECTIONS)) as everything:
        everything.catch_up()
        rebuilt = follower.turn(datetime.now(UTC))
        complain(journal, 3)
        everything.catch_up()
        news = follower.turn(datetime.now(UTC))

    assert (before, rebuilt, news) == ((2, 2, 2, 2, 2), 0, 1)
    assert connect().execute(DONE).fetchone() == (3, 3, 3, 3, 3)


def test_one_process_follows_and_another_waits(projector: Projector, database: str) -> None:
    """And takes over when the first one ends."""
    del projector  # there are tables

    def following() -> Running:
        watched = Watched(ReactionFigures(), Health("reactions", DATABASE))
        return Running(lambda stop, report: follow_signals(Installation(database), stop, report, watched, REPERTOIRE))

    second = following()
    with following() as first:
        first.wait_for("reacting")
        with second:
            second.wait_for("waiting")
            first.__exit__(None, None, None)
            second.wait_for("reacting")

    assert first.told.count("waiting") == 0


def test_it_begins_again_where_the_database_was_away(
    database: str, postgres: str, journal: Journal, connect: Connect
) -> None:
    """What came in meanwhile is reacted to, timers too, and nothing is done twice."""
    settings = Settings(postgres=database)
    connect().execute(ENDPOINT)
    with closing(Projector(journal, connect, PROJECTIONS)) as first:
        first.catch_up()
        complain(journal, 1)
        first.catch_up()
    with Running(lambda stop, report: react_until_stopped(settings, stop, report, REPERTOIRE)) as reacting:
        looking = connect()
        reacting.wait_until(lambda: looking.execute(DONE).fetchone() == (1, 1, 2, 1, 1))
        with away(database, postgres):
            reacting.wait_for("away")
        later, log = connect(), Journal(connect())
        complain(log, 2)
        with closing(Projector(log, connect, PROJECTIONS)) as again:
            again.catch_up()
        reacting.wait_until(lambda: later.execute(DONE).fetchone() == (2, 2, 4, 2, 2))
