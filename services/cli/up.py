"""``regulars up``: the installation as a process that stays."""

from threading import Event
from typing import Annotated

import psycopg
from typer import Option

from services.cli.following import follow, stop_on_signals
from services.cli.reporting import Lines, Report, reported
from services.cli.session import opened
from services.installation import Installation
from services.settings import InstallationError, Settings

RETRY_SECONDS = 2.0

Wait = Annotated[bool, Option("--wait", help="If another process projects already, wait until it ends.")]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def up(wait: Wait = False, as_lines: AsLines = False) -> None:
    """Run the installation: keep every projection in step with the log until told to stop.

    It starts the embedded Postgres, unless REGULARS_PG names another. One process projects at a time: a second one ends
    with exit code 4, or waits. Ctrl-C and SIGTERM end it cleanly; after a kill -9 it goes on where it was. When the
    database goes away it waits and begins again.
    """
    settings = Settings.from_environment()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        was_up = False
        while not stop.is_set():
            try:
                with opened(settings) as installation:
                    _tell_where(installation, settings, report)
                    was_up, again = True, was_up
                    follow(installation, stop, report, wait=wait or again)
            except (psycopg.OperationalError, InstallationError) as error:
                if not was_up:
                    raise
                _lost(error, stop, report)
        report.tell("stopped", "Stopped; nothing is lost.")


def _tell_where(installation: Installation, settings: Settings, report: Report) -> None:
    where = "the Postgres of REGULARS_PG" if settings.postgres else str(settings.home.absolute())
    log = installation.log()
    report.tell("open", f"The installation in {where} is open.", log_id=log.log_id)


def _lost(error: Exception, stop: Event, report: Report) -> None:
    report.tell("database lost", f"Trying again: {str(error).strip().partition(chr(10))[0]}")
    stop.wait(RETRY_SECONDS)
