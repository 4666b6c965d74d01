"""The engine: what a signal leads to happens once and together, and what does not happen is written with its rule."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest

from services import installation
from services.desk.desk import Desk
from services.installation import Connection
from services.reactions._engine.engine import Engine, Manner
from services.reactions._engine.reaction import Signal
from tests.services.reactions.engine.conftest import NewEngine
from tests.services.reactions.engine.reacting import (
    NOW,
    REACTIONS,
    effects,
    everything,
    new_signal,
    reaction,
    written,
)

STEPS = ("reactions.firing", "reactions.offer", "desk.stored_events")
"""The first, one of those between, and the last that is written: the desk tries each ten times."""

CRASH = """
CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the server ends here' USING ERRCODE = '57P01'; END $$;
"""


@contextmanager
def crashing(connection: Connection, table: str) -> Iterator[None]:
    """Have whoever writes a table lose the server for as long as this lasts."""
    connection.execute(f"{CRASH} CREATE TRIGGER crash AFTER INSERT ON {table} EXECUTE FUNCTION crash()")
    try:
        yield
    finally:
        connection.execute("DROP FUNCTION crash CASCADE")


def test_a_signal_that_is_heard_twice_does_nothing_twice(engine: Engine, connection: Connection) -> None:
    """Neither within a batch, nor in the next one."""
    signal = new_signal()

    first = engine.react_to([signal, signal], NOW)
    second = engine.react_to([signal], NOW)

    assert [firing.outcome for firing in first] == ["fired"]
    assert second == []
    assert effects(connection, [signal]) == (1, 1, 1, 1, 1)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_nothing_or_all(engine: Engine, connection: Connection, step: str) -> None:
    """What was begun is undone, and done once when the signal is heard again."""
    signals = [new_signal() for _ in range(3)]

    with crashing(connection, step), pytest.raises(psycopg.OperationalError, match="the server ends here"):
        engine.react_to(signals, NOW)
    left = effects(connection, signals)
    engine.react_to(signals, NOW)

    assert left == (0, 0, 0, 0, 0)
    assert effects(connection, signals) == (3, 3, 3, 3, 3)


def test_two_workers_that_hear_the_same_at_once_do_it_once(new_engine: NewEngine, connection: Connection) -> None:
    """Each of them hears all signals, in another order, and a hundred times over they meet."""
    signals = [new_signal() for _ in range(200)]
    together = Barrier(2)

    def work(engine: Engine, mine: list[Signal]) -> int:
        done = 0
        for begin in range(0, len(mine), 4):
            together.wait()
            done += len(engine.react_to(mine[begin : begin + 4], NOW))
        return done

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, [new_engine(), new_engine()], [signals, _shuffled(signals)]))

    assert sum(counts) == 200
    assert effects(connection, signals) == (200, 200, 200, 200, 200)


def _shuffled(signals: list[Signal]) -> list[Signal]:
    """Return the same signals, each group of four the other way around."""
    return [signal for begin in range(0, len(signals), 4) for signal in reversed(signals[begin : begin + 4])]


def test_what_the_desk_refuses_is_written_and_no_failure(engine: Engine, connection: Connection) -> None:
    """The rule's code and sentence stand beside the command."""
    signal = new_signal("refused")

    (firing,) = engine.react_to([signal], NOW)

    assert firing.outcome == "fired"
    assert firing.documents[0]["refused"]["code"] == "no_such_task"
    query = "SELECT actions -> 0 -> 'refused' ->> 'code' FROM reactions.firing WHERE signal = %s"
    assert connection.execute(query, [signal.id]).fetchone() == ("no_such_task",)
    assert engine.figures.refused == {"refused": 1}


def test_a_reaction_that_fails_leaves_the_others_alone(engine: Engine, connection: Connection) -> None:
    """Its sentence is written; a query that fails, or an action that cannot be done, is its own failure alone."""
    broken = [new_signal(kind) for kind in ("faulty", "ill_asked", "impossible")]
    whole = [new_signal(), new_signal()]

    engine.react_to([whole[0], *broken, whole[1]], NOW)

    failures = [next(iter(written(connection, signal).values())) for signal in broken]
    assert [(outcome, code) for outcome, code, _ in failures] == [("failed", "exception")] * 3
    assert [words.partition(":")[0] for _, _, words in failures] == [
        "KeyError",
        "UndefinedTable",
        "UntranslatableCharacter",
    ]
    assert effects(connection, broken) == (0, 0, 0, 0, 3)
    assert effects(connection, whole) == (2, 2, 2, 2, 2)
    assert engine.figures.outcomes("failed") == 3


def test_what_failed_is_tried_again_when_somebody_says_so(dsn: str, desk: Desk, engine: Engine) -> None:
    """Not by being heard again; and once it has fired, it is over."""
    signal = new_signal("faulty")
    engine.react_to([signal], NOW)

    with closing(installation.connect(dsn)) as connection:
        mended = Engine(connection, desk, [reaction("faulty", everything)])
        heard = mended.react_to([signal], NOW)
        again = mended.react_to([signal], NOW, manner=Manner(again=True))
        over = mended.react_to([signal], NOW, manner=Manner(again=True))

        assert (heard, [firing.outcome for firing in again], over) == ([], ["fired"], [])
        assert effects(connection, [signal]) == (1, 1, 1, 1, 1)


def test_what_is_held_back_is_written_with_its_rule(engine: Engine, connection: Connection) -> None:
    """Late signals, those from before there were reactions, what a reaction holds, and where it finds nothing."""
    (began_at,) = connection.execute("SELECT began_at FROM reactions.began").fetchall()[0]
    late = new_signal(happened_at=NOW - timedelta(days=3))
    history = new_signal(raised_at=began_at - timedelta(seconds=1))
    held, empty = new_signal("holds"), new_signal("nothing")

    engine.react_to([late, history, held, empty], NOW)

    rules = [next(iter(written(connection, signal).values()))[:2] for signal in (late, history, held, empty)]
    assert rules == [("held", "stale"), ("held", "history"), ("held", "quiet"), ("held", "nothing_to_do")]
    assert effects(connection, [late, history, held, empty]) == (0, 0, 0, 0, 4)


def test_a_long_id_still_makes_a_key_that_the_desk_takes(engine: Engine, connection: Connection) -> None:
    """An event's id may be as long as a key of the desk."""
    signal = new_signal(subject="customer:" + "x" * 90)
    long = Signal(**{**{name: getattr(signal, name) for name in signal.__struct_fields__}, "id": "i" * 400})

    (firing,) = engine.react_to([long], NOW)

    assert [document.get("refused") for document in firing.documents] == [None] * 4
    assert effects(connection, [long]) == (1, 1, 1, 1, 1)


def test_every_reaction_that_hears_a_signal_answers_it(dsn: str, desk: Desk) -> None:
    """Each by itself: one that was added later answers what the others have answered before."""
    signal = new_signal()
    with closing(installation.connect(dsn)) as connection:
        Engine(connection, desk, REACTIONS).react_to([signal], NOW)

        later = Engine(connection, desk, [*REACTIONS, reaction("another", everything, "everything")])
        added = later.react_to([signal], NOW)

        assert [firing.reaction for firing in added] == ["another"]
        assert set(written(connection, signal)) == {"everything", "another"}
