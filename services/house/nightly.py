"""What is worked out anew every night (services/refreshing.py), in the process that stays: a job of the house.

It is due at HOUR by the clock of the house, in UTC; where a night was missed, as soon as somebody is up again. What
came of it stands among the jobs, on the page of the projections. A night that failed is tried again after RETRY.
"""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import NamedTuple

from projections._engine.registry import Connection
from services.cli.reporting import Report
from services.house.clock import clock_of
from services.house.jobs import REFRESH, Advance, Came, Done, JobRuns, Jobs, jobs, noted
from services.installation import Installation
from services.refreshing import Refreshed, Standing, refreshed

BY = "the night"
HOUR = 3
DAY = timedelta(days=1)
RETRY = timedelta(hours=1)
RECENT = 5


class Pace(NamedTuple):
    """How long a process that begins leaves the machine to what people wait for; and how often it looks then."""

    first_seconds: float = 60.0
    look_seconds: float = 30.0


USUAL = Pace()
Work = Callable[[Standing, Advance], list[Refreshed]]


def refresh_nightly(installation: Installation, stop: Event, report: Report, pace: Pace = USUAL) -> None:
    """Work out every night what depends on everybody at once, until told to stop."""
    wait = pace.first_seconds
    with (
        closing(Jobs(installation.connect)) as house,
        closing(installation.connect("regulars nightly")) as connection,
    ):
        while not stop.wait(wait):
            wait = pace.look_seconds
            if is_due(connection, datetime.now(UTC)):
                begin(house, installation, report)


def is_due(connection: Connection, now: datetime) -> bool:
    """Return whether the last night's work is to be done, at a moment of the real clock."""
    ahead = clock_of(connection).ahead
    night = (now + ahead).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    since = (night if night <= now + ahead else night - DAY) - ahead
    recent = jobs(connection, REFRESH, RECENT)
    if any(job.state in {"running", "done"} and job.started_at >= since for job in recent):
        return False
    return not recent or recent[0].started_at <= now - RETRY


def begin(house: Jobs, installation: Installation, report: Report, work_out: Work = refreshed) -> None:
    """Begin the night's work, unless it runs already; what comes of it is told, and stands among the jobs."""

    def work(connection: Connection, advance: Advance) -> Came:
        try:
            with installation.lent_log() as log:
                told = work_out(Standing(connection, log, installation.connect), advance)
        except Exception as error:
            sentence = f"The night's work failed, and is tried again in an hour: {type(error).__name__}: {error}"
            report.tell("refresh failed", sentence)
            raise
        for each in told:
            report.tell("refreshed", f"{each.job}: {each.told}.", job=each.job)
        return Came(sentence_of(told), {})

    try:
        house.start(REFRESH, "", BY, work)
    except JobRuns as runs:
        report.tell("refresh waits", str(runs))


def note(connection: Connection, told: list[Refreshed], by: str, seconds: float) -> None:
    """Write down that it was worked out just now, so that it is not due before the next night."""
    noted(connection, Done(REFRESH, "", by, seconds), Came(sentence_of(told), {}))


def sentence_of(told: list[Refreshed]) -> str:
    """Return what came of it all, in a sentence."""
    return "; ".join(each.told for each in told) + "."
