"""The clock of a promise: it runs in working time, and stands still while we wait for the customer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.promises.hours import Hours, add_working_time, working_time


class Pause(NamedTuple):
    """A time in which the clock stands still; without an end it does so until further notice."""

    begin: datetime
    end: datetime | None = None


def due(opened: datetime, promised: timedelta, hours: Hours, pauses: Sequence[Pause] = ()) -> datetime | None:
    """Return by when a promise is to be kept; None while the clock stands still with time left.

    Pauses come in any order and may overlap. What is done exactly then is done in time.
    """
    at, left = opened, promised
    for pause in apart(pauses):
        if pause.end is not None and pause.end <= at:
            continue
        passed = working_time(hours, at, pause.begin)
        if left <= passed:
            break
        if pause.end is None:
            return None
        at, left = pause.end, left - passed
    return add_working_time(hours, at, left)


def elapsed(opened: datetime, until: datetime, hours: Hours, pauses: Sequence[Pause] = ()) -> timedelta:
    """Return how much time a promise's clock has counted from one time to another; none if the other comes first."""
    counted = working_time(hours, opened, until)
    for pause in apart(pauses):
        begin, end = max(pause.begin, opened), until if pause.end is None else min(pause.end, until)
        counted -= working_time(hours, begin, end)
    return counted


def apart(pauses: Sequence[Pause]) -> list[Pause]:
    """Return pauses in order, those that overlap or touch as one."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.begin):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < pause.begin):
            joined.append(pause)
        elif last.end is not None and (pause.end is None or pause.end > last.end):
            joined[-1] = Pause(last.begin, pause.end)
    return joined
