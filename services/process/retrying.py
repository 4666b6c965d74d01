"""Runs what needs the installation and Kafka, and begins again where one of them is away: for processes that stay."""

from collections.abc import Callable
from logging import getLogger
from threading import Event

import psycopg

from events.log.errors import LogUnavailable
from projections._engine.errors import Fenced
from services.cli.reporting import Report
from services.installation import Installation, open_installation
from services.process.health import Health
from services.settings import InstallationError, Settings

LOGGER = getLogger("regulars.installation")

DATABASE = "database"
LOG = "log"

RETRY_SECONDS = 2.0


class Away(RuntimeError):
    """Something has not answered for so long that everything is opened anew."""


PASSING = (Away, Fenced, LogUnavailable, psycopg.OperationalError)
"""What may be over soon."""


def opened_until_stopped(
    settings: Settings, stop: Event, report: Report, health: Health, run: Callable[[Installation], None]
) -> None:
    """Open the installation and run, again after a while where that fails for a reason that may pass; until stopped.

    ``run`` returns when it is told to stop. What stays wrong, such as a database that is too old, is raised.
    """
    told = ""
    while not stop.is_set():
        try:
            with open_installation(settings, LOGGER.info) as installation:
                run(installation)
        except (*PASSING, InstallationError) as error:
            if not isinstance(error, PASSING) and not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            health.failed(LOG if isinstance(error, LogUnavailable) else DATABASE, error)
            sentence = str(error).strip().partition("\n")[0]
            if sentence != told:
                told = sentence
                report.tell("away", f"Trying again: {sentence}")
            stop.wait(RETRY_SECONDS)
