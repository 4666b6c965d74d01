"""Builds new projections, and new versions of projections, beside the live ones while the pumps go on.

It happens once, when a process begins: what is new came with its code. To do it again and again would have an older
process, beside a newer one, build its own version back.
"""

from collections.abc import Sequence
from logging import getLogger
from threading import Event, Thread

import psycopg

from events.log import EventLog
from events.log.errors import LogError, LogUnavailable
from projections._engine.declaration import Projection
from projections._engine.errors import EngineError, Fenced
from projections._engine.progress import Progress
from projections._engine.projector import stored
from projections._engine.rebuild import build_new
from projections._engine.serving import unserved
from services.cli.reporting import Report
from services.installation import Connection, Installation

LOGGER = getLogger("regulars.build")

LOOK_SECONDS = 5.0


class _Stopped(Exception):
    """We were told to stop while there was still much to build."""


class Builder(Thread):
    """Builds what is new. ``failure`` is why it may not, for whoever runs the pump to raise."""

    def __init__(
        self, installation: Installation, projections: Sequence[Projection], over: Event, report: Report
    ) -> None:
        """Prepare to build of these projections what has no live table, until it is ``over``."""
        super().__init__(name="build", daemon=True)
        self.failure: EngineError | LogError | None = None
        self._installation = installation
        self._projections = projections
        self._over = over
        self._report = report
        self._log: EventLog | None = None
        self._told = False

    def run(self) -> None:
        """Build, again where the database or the log was away; where another process builds, see that it did."""
        while not self._over.is_set():
            try:
                if not self._left():
                    return
            except _Stopped:
                return
            except (Fenced, LogUnavailable, psycopg.OperationalError) as error:
                LOGGER.warning("building begins again: %s", str(error).strip())
            except (EngineError, LogError) as error:
                self.failure = error
                return
            self._over.wait(LOOK_SECONDS)

    def _left(self) -> bool:
        """Return whether there was something to build, after building it, unless another process does."""
        if self._log is None:
            self._log = self._installation.log()
        with self._connect() as connection:
            tables = unserved(connection, self._log, stored(self._projections, self._log))
        if tables and not self._told:
            self._told = True
            names = sorted({table.projection.name for table in tables})
            self._report.tell("building", f"Building beside the live ones: {', '.join(names)}.", projections=names)
        if tables:
            for digest in build_new(self._projections, self._log, self._connect, self._unless_over):
                self._report.tell("built", f"{digest.projection} is built and live.", projection=digest.projection)
        return bool(tables)

    def _connect(self) -> Connection:
        return self._installation.connect("regulars pump, build")

    def _unless_over(self, _: Progress) -> None:
        """Leave between two batches; whoever builds next goes on from there."""
        if self._over.is_set():
            raise _Stopped
