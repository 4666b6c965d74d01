"""What is costly is kept for as long as it cost, and worked out meanwhile; what is cheap is always new."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self, cast

import pytest

from projections._engine.registry import Connection
from services.views.kept import STILL_SECONDS, TIMES_ITS_COST, Asking, Kept

NOBODY = cast("Connection", None)


class Clock:
    """A clock that goes on when somebody works."""

    def __init__(self) -> None:
        """Show nought."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.seconds


class Worker:
    """Works so long, and returns how often it did."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Work by this clock."""
        self._clock, self._seconds = clock, seconds
        self.times = 0

    def __call__(self, _: Connection) -> int:
        """Work."""
        self._clock.seconds += self._seconds
        self.times += 1
        return self.times


class Room:
    """A connection that does nothing but be one."""

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


def test_what_is_cheap_is_worked_out_each_time() -> None:
    """Nobody is told anything old for the sake of some milliseconds."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 0.01)

    assert [kept.of("cheap", Asking({}, NOBODY, connect), work) for _ in range(3)] == [1, 2, 3]


def test_what_is_costly_is_worked_out_meanwhile_once_it_is_old() -> None:
    """It is told again for some times of what it cost; then whoever asks is told the old and the next one the new."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 2.0)

    told = [kept.of("dear", Asking({0: 1}, NOBODY, connect), work) for _ in range(2)]
    clock.seconds += 2.0 * TIMES_ITS_COST - 1
    young = kept.of("dear", Asking({0: 2}, NOBODY, connect), work)
    clock.seconds += 2
    old = kept.of("dear", Asking({0: 2}, NOBODY, connect), work)
    kept.wait()
    new = kept.of("dear", Asking({0: 2}, NOBODY, connect), work)

    assert (told, young, old, new) == ([1, 1], 1, 1, 2)
    assert kept.of("another", Asking({0: 2}, NOBODY, connect), work) == 3


def test_what_has_not_moved_is_kept_longer() -> None:
    """Only the clock goes on: after a minute it is worked out again nevertheless."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 1.0)
    kept.of("still", Asking({0: 1}, NOBODY, connect), work)

    clock.seconds += TIMES_ITS_COST + 1
    kept.of("still", Asking({0: 1}, NOBODY, connect), work)
    kept.wait()
    times_while_still = work.times
    clock.seconds += STILL_SECONDS
    kept.of("still", Asking({0: 1}, NOBODY, connect), work)
    kept.wait()

    assert (times_while_still, work.times) == (1, 2)


def test_work_that_fails_meanwhile_leaves_what_was_kept(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and tried again by whoever asks next."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 1.0)
    kept.of("frail", Asking({0: 1}, NOBODY, connect), work)

    def fails(_: Connection) -> int:
        message = "the database went away"
        raise ConnectionError(message)

    for _ in range(2):
        clock.seconds += 100
        assert kept.of("frail", Asking({0: 2}, NOBODY, connect), fails) == 1
        kept.wait()

    assert caplog.text.count("the database went away") == 2


def test_what_is_known_to_be_much_is_never_waited_for() -> None:
    """The first who asks is told that there is nothing yet, and who asks a moment later what came of it."""
    clock = Clock()
    kept, work = Kept(clock), Worker(clock, 9.0)
    asking = Asking({0: 1}, NOBODY, connect, much=True)

    first = kept.of("much", asking, work)
    kept.wait()

    assert (first, kept.of("much", asking, work), work.times) == (None, 1, 1)
