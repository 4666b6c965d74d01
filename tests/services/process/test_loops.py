"""Loops that run beside something: they go on over what passes, end when it ends, and end it where they fail."""

from collections.abc import Sequence
from threading import Event

import psycopg
import pytest

from services.cli.reporting import Report
from services.installation import Installation
from services.process.loops import Loop, Pace, beside
from tests.services.running import Told

NOBODY = Installation("")
PATIENCE_SECONDS = 5.0
AT_ONCE = Pace(retry_seconds=0.001)


def waiting(installation: Installation, stop: Event, report: Report) -> None:
    """Do nothing until told to stop."""
    del installation
    report.tell("begun", "It has begun.")
    stop.wait()
    report.tell("ended", "It has ended.")


def run(several: Sequence[Loop], stop: Event, told: Told, until: Event, pace: Pace = AT_ONCE) -> None:
    """Have loops run until something is so."""
    with beside(several, NOBODY, stop, told, pace):
        assert until.wait(PATIENCE_SECONDS)


def test_they_end_with_what_they_run_beside() -> None:
    """When the block is over all of them have ended, and nobody else was stopped."""
    stop, told, until = Event(), Told(), Event()
    until.set()

    run([Loop("one", waiting), Loop("two", waiting)], stop, told, until)

    assert (told.count("begun"), told.count("ended"), stop.is_set()) == (2, 2, False)


def test_one_begins_again_where_the_database_was_away() -> None:
    """It says so once for each reason, and the others do not hear of it."""
    stop, told, until, tries = Event(), Told(), Event(), iter(["cut off\nat line 1", "cut off", "refused"])

    def failing(*_: object) -> None:
        if (reason := next(tries, None)) is not None:
            raise psycopg.OperationalError(reason)
        until.set()

    run([Loop("the relay", failing), Loop("two", waiting)], stop, told, until)

    away = [sentence for event, sentence in told.events if event == "away"]
    assert away == ["Trying again, the relay: cut off", "Trying again, the relay: refused"]
    assert (told.count("begun"), stop.is_set()) == (1, False)


def test_one_that_fails_ends_everything() -> None:
    """What it runs beside is told to stop, and gets the error."""
    stop, told = Event(), Told()

    def failing(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([Loop("one", failing), Loop("two", waiting)], stop, told, until=stop)

    assert (stop.is_set(), told.count("ended")) == (True, 1)


def test_one_that_does_not_end_is_left() -> None:
    """A process that is told to stop does so, and says what it left."""
    told, until, ever = Told(), Event(), Event()
    until.set()

    def deaf(*_: object) -> None:
        ever.wait()

    run([Loop("the sender", deaf)], Event(), told, until, AT_ONCE._replace(end_seconds=0.01))

    ever.set()
    assert told.events == [("left", "The sender does not end in time, and is left where it is; nothing is lost.")]
