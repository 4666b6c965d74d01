"""Timers and sweeps: raised when they are due by the clock that is passed in, once, whoever leads and restarts."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import psycopg
import pytest

from services import installation
from services.desk.desk import Desk
from services.installation import Connection
from services.reactions._engine.engine import Engine
from services.reactions._engine.reaction import Action, Announce, Forget, Remind, Signal, World
from services.reactions._engine.sweep import Sweep
from services.reactions._engine.timers import Timekeeper
from tests.services.reactions.engine.conftest import NewEngine
from tests.services.reactions.engine.reacting import HOUR, NOW, effects, new_signal, reaction, written
from tests.services.reactions.engine.test_engine import crashing
from tests.services.running import wait_until


@pytest.fixture(autouse=True)
def _no_timers(connection: Connection) -> None:
    connection.execute("DELETE FROM reactions.timer")


@pytest.fixture
def timekeeper(new_engine: NewEngine) -> Timekeeper:
    """Return a timekeeper without sweeps."""
    return Timekeeper(new_engine(), ())


@pytest.fixture
def kept(dsn: str, desk: Desk) -> Iterator[Connection]:
    """Return a connection for an engine of the test's own."""
    del desk
    with closing(installation.connect(dsn)) as opened:
        yield opened


def fired(connection: Connection, subject: str) -> list[tuple[str, datetime]]:
    """Return the timers' signals that somebody reacted to, and when they were due."""
    query = (
        "SELECT signal, happened_at FROM reactions.firing WHERE subject = %s AND kind = 'later' ORDER BY happened_at"
    )
    return connection.execute(query, [subject]).fetchall()


def test_a_timer_is_raised_when_it_is_due_and_once(
    engine: Engine, timekeeper: Timekeeper, new_engine: NewEngine, connection: Connection
) -> None:
    """Not before; not again; also not by another process, after a restart."""
    signal = new_signal()
    engine.react_to([signal], NOW)

    counts = [timekeeper.raise_due(now) for now in (NOW + HOUR / 2, NOW + HOUR, NOW + HOUR)]
    counts.append(Timekeeper(new_engine(), ()).raise_due(NOW + 9 * HOUR))

    assert counts == [0, 1, 0, 0]
    assert fired(connection, signal.subject) == [
        (f"timer:later:{signal.subject}:2030-05-04T13:00:00.000000Z", NOW + HOUR)
    ]


def test_a_timer_knows_which_event_it_comes_of(engine: Engine, timekeeper: Timekeeper, connection: Connection) -> None:
    """So what it leads to can be traced back."""
    signal = new_signal()
    engine.react_to([signal], NOW)

    timekeeper.raise_due(NOW + HOUR)

    query = "SELECT event_id, detail FROM reactions.firing WHERE subject = %s AND kind = 'later'"
    assert connection.execute(query, [signal.subject]).fetchall() == [(signal.event_id, {"of": signal.id})]


def test_a_crash_while_it_is_raised_raises_it_later(
    engine: Engine, timekeeper: Timekeeper, connection: Connection
) -> None:
    """The mark and what the timer led to are one transaction."""
    signal = new_signal()
    engine.react_to([signal], NOW)

    with crashing(connection, "outgoing.delivery"), pytest.raises(psycopg.OperationalError):
        timekeeper.raise_due(NOW + HOUR)
    before = fired(connection, signal.subject)
    timekeeper.raise_due(NOW + HOUR)

    assert before == []
    assert len(fired(connection, signal.subject)) == 1
    assert effects(connection, [signal]) == (1, 1, 2, 2, 2)


def test_a_timer_that_waits_is_moved_or_forgotten(kept: Connection, desk: Desk) -> None:
    """One that was raised is neither: its key is used up."""
    subject = new_signal().subject

    def set_to(signal: Signal, _: World) -> Iterable[Action]:
        if signal.detail["at"] == "never":
            return [Forget(f"k:{subject}")]
        return [Remind(f"k:{subject}", "later", subject, datetime.fromisoformat(signal.detail["at"]), {})]

    engine = Engine(kept, desk, [reaction("set", set_to), reaction("later", lambda *_: [Announce("x", subject, {})])])
    timekeeper = Timekeeper(engine, ())

    def told(at: datetime | None) -> None:
        engine.react_to([new_signal("set", subject=subject, detail={"at": at.isoformat() if at else "never"})], NOW)

    told(NOW + HOUR)
    told(NOW + 2 * HOUR)
    moved = timekeeper.raise_due(NOW + HOUR)
    told(None)
    forgotten = timekeeper.raise_due(NOW + 2 * HOUR)
    told(NOW + 3 * HOUR)
    at_last = timekeeper.raise_due(NOW + 3 * HOUR)
    told(NOW + 4 * HOUR)
    used_up = timekeeper.raise_due(NOW + 4 * HOUR)

    assert (moved, forgotten, at_last, used_up) == (0, 0, 1, 0)
    assert [at for _, at in fired(kept, subject)] == [NOW + 3 * HOUR]


def test_a_timer_that_is_moved_at_the_last_moment_is_not_lost(
    kept: Connection, desk: Desk, connection: Connection
) -> None:
    """It does not fire for the time that it had, and does for the new one."""
    subject = new_signal().subject
    move = "UPDATE reactions.timer SET due_at = %s WHERE key = %s AND due_at = %s"

    def meanwhile(signal: Signal, _: World) -> Iterable[Action]:
        connection.execute(move, [NOW + 2 * HOUR, f"k:{subject}", NOW + HOUR])
        return [Announce("x", signal.subject, {})]

    set_it = reaction("set", lambda *_: [Remind(f"k:{subject}", "later", subject, NOW + HOUR, {})])
    engine = Engine(kept, desk, [set_it, reaction("later", meanwhile)])
    timekeeper = Timekeeper(engine, ())
    engine.react_to([new_signal("set", subject=subject)], NOW)

    counts = [timekeeper.raise_due(NOW + HOUR), timekeeper.raise_due(NOW + 2 * HOUR)]

    assert counts == [0, 1]
    assert [at for _, at in fired(kept, subject)] == [NOW + 2 * HOUR]


def test_many_timers_are_raised_in_one_go(engine: Engine, timekeeper: Timekeeper, connection: Connection) -> None:
    """More than are read at a time."""
    signals = [new_signal() for _ in range(450)]
    engine.react_to(signals, NOW)

    raised = timekeeper.raise_due(NOW + HOUR)

    assert raised == 450
    assert effects(connection, signals) == (450, 450, 900, 900, 900)


def test_a_timer_that_nobody_hears_is_over(kept: Connection, desk: Desk) -> None:
    """It is raised, and that is all."""
    subject = new_signal().subject
    engine = Engine(kept, desk, [reaction("set", lambda *_: [Remind(f"k:{subject}", "unheard", subject, NOW, {})])])
    engine.react_to([new_signal("set", subject=subject)], NOW)

    counts = [Timekeeper(engine, ()).raise_due(NOW), Timekeeper(engine, ()).raise_due(NOW)]

    assert counts == [1, 0]


def test_one_leads_and_another_when_that_one_is_gone(new_engine: NewEngine) -> None:
    """By a lock of the connection, which ends with the process."""
    first, second = new_engine(), new_engine()
    one, other = Timekeeper(first, ()), Timekeeper(second, ())

    before = (one.lead(), other.lead(), one.lead())
    first.connection.close()

    assert before == (True, False, True)
    wait_until(other.lead)


def test_a_sweep_looks_as_often_as_it_says_and_finds_each_once(new_engine: NewEngine, connection: Connection) -> None:
    """Signals have ids of their own, so a sweep that looks again, also after a restart, does nothing again."""
    found = new_signal("holds")
    sweep = Sweep("everybody", timedelta(hours=6), lambda *_: [found], "Looks at everybody.")

    counts = [Timekeeper(new_engine(), [sweep]).turn(NOW + hours * HOUR) for hours in (0, 5, 6, 7, 12)]

    assert counts == [1, 0, 1, 0, 1]
    assert effects(connection, [found]) == (0, 0, 0, 0, 1)


def test_a_sweep_that_fails_is_told_and_holds_nobody_up(new_engine: NewEngine, connection: Connection) -> None:
    """The others look, and timers go on; it is tried again when it is due the next time."""
    found = new_signal()

    def broken(swept: Connection, _: datetime) -> Iterable[Signal]:
        swept.execute("SELECT * FROM nothing_like_it")
        return []

    sweeps = [
        Sweep("broken", HOUR, broken, "Fails."),
        Sweep("whole", HOUR, lambda *_: [found], "Looks at everybody."),
    ]

    Timekeeper(new_engine(), sweeps).turn(NOW)

    query = "SELECT name, signals, split_part(failure, ':', 1) FROM reactions.sweep WHERE name IN ('broken', 'whole')"
    assert sorted(connection.execute(query).fetchall()) == [("broken", 0, "UndefinedTable"), ("whole", 1, "")]
    assert set(written(connection, found)) == {"everything"}
