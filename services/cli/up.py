"""``regulars up``: the installation as a process that stays."""

from threading import Event
from typing import Annotated

import psycopg
from typer import Option

from events.log.cluster import Cluster
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
    database goes away it waits and begins again. Over Kafka it is 'regulars pump', of which any number share the work.
    """
    settings = Settings.from_environment()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        if settings.kafka is None:
            _follow_journal(settings, stop, report, wait=wait)
        else:
            _pump(settings, settings.kafka, stop, report)
        report.tell("stopped", "Stopped; nothing is lost.")


def _pump(settings: Settings, cluster: Cluster, stop: Event, report: Report) -> None:
    from services.cli.warnings_told import tell_warnings  # noqa: PLC0415 - without Kafka it need not be waited for
    from services.pump.pumping import pump_until_stopped  # noqa: PLC0415 - as above

    tell_warnings()
    pump_until_stopped(settings, cluster, stop, report)


def _follow_journal(settings: Settings, stop: Event, report: Report, *, wait: bool) -> None:
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


def _tell_where(installation: Installation, settings: Settings, report: Report) -> None:
    where = "the Postgres of REGULARS_PG" if settings.postgres else str(settings.home.absolute())
    log = installation.log()
    report.tell("open", f"The installation in {where} is open.", log_id=log.log_id)


def _lost(error: Exception, stop: Event, report: Report) -> None:
    report.tell("database lost", f"Trying again: {str(error).strip().partition(chr(10))[0]}")
    stop.wait(RETRY_SECONDS)
