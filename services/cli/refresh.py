"""``regulars refresh``: works out anew what depends on everybody at once, once or every so often."""

from threading import Event
from typing import Annotated

import psycopg
from typer import Option

from events.log.errors import LogError
from services.cli import points
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, Report, reported
from services.cli.session import bring_up_to_date, log_to_append, opened
from services.cli.terminal import AsJson
from services.refreshing import Standing, refreshed
from services.settings import InstallationError, Settings

RETRY_SECONDS = 60.0

Every = Annotated[
    str | None, Option("--every", metavar="SPAN", help="Stay, and do it again after so long, such as 24h.")
]


def refresh(every: Every = None, as_lines: AsJson = False) -> None:
    """Work out anew what depends on everybody at once: dials, rules of what is bought together, members of segments.

    Doing it again adds nothing. With --every it stays, and goes on after a while where the database or the log was
    away, until SIGTERM or Ctrl-C.
    """
    pause = None if every is None else points.duration(every)
    settings = Settings.from_environment()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        if pause is None:
            _refresh(settings, report)
            return
        while not stop.is_set():
            stop.wait(pause.total_seconds() if _tried(settings, report, stop) else RETRY_SECONDS)


def _tried(settings: Settings, report: Report, stop: Event) -> bool:
    """Return whether it was done; who is told to stop meanwhile hears no more of it."""
    try:
        _refresh(settings, report)
    except (psycopg.OperationalError, LogError, InstallationError) as error:
        if not stop.is_set():
            report.tell("away", f"Trying again: {str(error).strip().partition(chr(10))[0]}")
        return False
    return True


def _refresh(settings: Settings, report: Report) -> None:
    with opened(settings) as installation:
        bring_up_to_date(installation, "refresh")
        with installation.connect("regulars refresh") as connection:
            log = log_to_append(installation)
            for each in refreshed(Standing(connection, log, installation.connect)):
                report.tell("refreshed", f"{each.job}: {each.told}.", job=each.job)
        bring_up_to_date(installation, "refresh")
