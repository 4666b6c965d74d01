"""``regulars refresh``: works out anew what depends on everybody at once, once or every so often."""

import time
from dataclasses import dataclass
from threading import Event
from typing import Annotated

from typer import Option

from services.cli import points
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, Report, reported
from services.cli.session import bring_up_to_date, log_to_append, opened
from services.cli.terminal import AsJson
from services.directory.following import follow
from services.house.clock import clock_of
from services.house.nightly import note
from services.installation import Installation
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, opened_until_stopped
from services.process.telemetry import registry_of
from services.refreshing import Standing, refreshed
from services.settings import Settings

ASK_SECONDS = 1.0
"""How often it asks whether everything is there, and brings the directory up to where the projections stand."""

PATIENCE_SECONDS = 900.0
"""For longer than the jobs take together: meanwhile nobody asks whether the database and the log answer."""

Every = Annotated[
    str | None, Option("--every", metavar="SPAN", help="Stay, and do it again after so long, such as 24h.")
]


def refresh(every: Every = None, as_lines: AsJson = False) -> None:
    """Work out anew what depends on everybody at once: dials, rules of what is bought together, members of segments.

    Then it fills the directory, by which customers are listed and found. Doing it again adds nothing. With --every it
    stays until SIGTERM or Ctrl-C, and keeps the directory in step; while the database or the log is away it waits, and
    does what is due then. REGULARS_METRICS serves its health.
    """
    pause = None if every is None else points.duration(every)
    settings = Settings.from_environment()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        if pause is None:
            with opened(settings) as installation:
                _refresh(installation, report)
            return
        health = Health("refresh", DATABASE, LOG, patience_seconds=PATIENCE_SECONDS)
        staying = _Staying(pause.total_seconds(), stop, report, health)
        with served(settings.metrics, registry_of(list), health), health.working():
            opened_until_stopped(settings, stop, report, health, staying.run)


@dataclass
class _Staying:
    """Does it whenever it is due; ``due`` is by the monotonic clock, and outlasts a database that was away."""

    pause_seconds: float
    stop: Event
    report: Report
    health: Health
    due: float = 0.0

    def run(self, installation: Installation) -> None:
        """Do what is due, and ask now and then whether everything is there, until told to stop."""
        log = installation.log()
        while not self.stop.is_set():
            if time.monotonic() >= self.due:
                _refresh(installation, self.report)
                self.due = time.monotonic() + self.pause_seconds
            with installation.connect("regulars refresh") as connection:
                follow(connection, log, clock_of(connection).now())
            self.health.answered(DATABASE)
            log.ends()
            self.health.answered(LOG)
            self.stop.wait(max(0.0, min(ASK_SECONDS, self.due - time.monotonic())))


def _refresh(installation: Installation, report: Report) -> None:
    bring_up_to_date(installation, "refresh")
    with installation.connect("regulars refresh") as connection:
        log, begun = log_to_append(installation), time.monotonic()
        done = refreshed(Standing(connection, log, installation.connect))
        note(connection, done, "regulars refresh", time.monotonic() - begun)
        for each in done:
            report.tell("refreshed", f"{each.job}: {each.told}.", job=each.job)
    bring_up_to_date(installation, "refresh")
