"""What is costly is kept for as long as it cost, and worked out meanwhile; what is cheap is always new."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any, Self, cast

import pytest

from projections._engine.registry import Connection
from services.views.kept import MOST_KEPT, STILL_SECONDS, TIMES_ITS_COST, Asking, Kept, Made

NOBODY = cast("Connection", None)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that goes on when somebody works."""

    def __init__(self) -> None:
        """Show nought."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.seconds


class Worker:
    """Works so long, and makes how often it did, of the positions that there are then."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Work by this clock."""
        self._clock, self._seconds = clock, seconds
        self.times, self.offset = 0, 1

    def __call__(self, _: Connection) -> Made:
        """Work."""
        self._clock.seconds += self._seconds
        self.times += 1
        return Made(self.times, {0: self.offset}, NOON)


class Room:
    """A connection that does nothing but be one."""

    isolation_level = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin and end."""
        yield

    def execute(self, *_: Any) -> None:  # noqa: ANN401 - as psycopg has it
        """Do nothing."""

    def __enter__(self) -> Self:
        """Be open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Be closed."""


def connect(_: str) -> Connection:
    """Return a room."""
    return cast("Connection", Room())


def told(kept: Kept, key: str, work: Worker, asking: Asking | None = None) -> Any:  # noqa: ANN401 - whatever is kept
    """Return what somebody is told who asks at the position where the worker is, or None where there is nothing yet."""
    made = kept.of(key, asking or Asking({0: work.offset}, NOBODY, connect), work)
    return made and made.value


def test_what_is_cheap_is_worked_out_each_time() -> None:
    """Nobody is told anything old for the sake of some milliseconds."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 0.01)

    assert [told(kept, "cheap", work) for _ in range(3)] == [1, 2, 3]


def test_what_is_costly_is_worked_out_meanwhile_once_it_is_old() -> None:
    """It is told again for some times of what it cost; then whoever asks is told the old and the next one the new."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 2.0)

    first = [told(kept, "dear", work) for _ in range(2)]
    clock.seconds += 2.0 * TIMES_ITS_COST - 1
    work.offset = 2
    young = told(kept, "dear", work)
    clock.seconds += 2
    old = told(kept, "dear", work)
    kept.wait()
    new = told(kept, "dear", work)

    assert (first, young, old, new) == ([1, 1], 1, 1, 2)
    assert told(kept, "another", work) == 3


def test_what_was_kept_says_of_which_positions_it_is() -> None:
    """Whoever is told the old is told its positions and its clock, not those of now."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 2.0)
    told(kept, "dear", work)
    work.offset = 7

    made = kept.of("dear", Asking({0: 7}, NOBODY, connect), work)

    assert made == Made(1, {0: 1}, NOON)


def test_whoever_wants_positions_is_told_nothing_older() -> None:
    """What was kept from before is worked out here and now; where it is much, nothing is told until it is there."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 2.0)
    told(kept, "dear", work)
    work.offset = 7
    asking = Asking({0: 7}, NOBODY, connect, wanted={0: 5})

    assert told(kept, "dear", work, asking) == 2
    assert told(kept, "dear", work, asking) == 2
    assert told(kept, "dear", work, asking._replace(much=True, wanted={0: 8})) is None


def test_what_has_not_moved_is_kept_longer() -> None:
    """Only the clock goes on: after a minute it is worked out again nevertheless."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 1.0)
    told(kept, "still", work)

    clock.seconds += TIMES_ITS_COST + 1
    told(kept, "still", work)
    kept.wait()
    times_while_still = work.times
    clock.seconds += STILL_SECONDS
    told(kept, "still", work)
    kept.wait()

    assert (times_while_still, work.times) == (1, 2)


def test_work_that_fails_meanwhile_leaves_what_was_kept(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and tried again by whoever asks next."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 1.0)
    told(kept, "frail", work)

    def fails(_: Connection) -> Made:
        message = "the database went away"
        raise ConnectionError(message)

    for _ in range(2):
        clock.seconds += 100
        assert kept.of("frail", Asking({0: 2}, NOBODY, connect), fails) == Made(1, {0: 1}, NOON)
        kept.wait()

    assert caplog.text.count("the database went away") == 2


def test_what_is_known_to_be_much_is_never_waited_for() -> None:
    """The first who asks is told that there is nothing yet, and who asks a moment later what came of it."""
    clock, told_first = Clock(), Event()
    kept, work = Kept(clock), Worker(clock, 9.0)
    asking = Asking({0: 1}, NOBODY, connect, much=True)

    def after_that(connection: Connection) -> Made:
        told_first.wait()
        return work(connection)

    first = kept.of("much", asking, after_that)
    second = kept.of("much", asking, after_that)
    told_first.set()
    kept.wait()

    assert (first, second, told(kept, "much", work, asking), work.times) == (None, None, 1, 1)


def test_much_that_is_soon_done_is_told_to_whoever_has_patience() -> None:
    """Who waits a moment is told at once what takes less than that."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 0.01)

    assert told(kept, "soon", work, Asking({0: 1}, NOBODY, connect, much=True, patience_seconds=5.0)) == 1


def test_what_nobody_asked_for_longest_is_forgotten() -> None:
    """However many questions there are, so many answers are kept, and those that are asked for stay."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 1.0)
    told(kept, "first", work)
    told(kept, "second", work)
    for number in range(MOST_KEPT - 1):
        told(kept, f"one of many {number}", Worker(clock, 0.0))
        told(kept, "first", work)

    assert [told(kept, key, work) for key in ("first", "second")] == [1, 3]
