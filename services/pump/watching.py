"""Watches how a pump stands, from beside it: over connections of its own, in a thread of its own.

What it finds goes to whoever reads the status lines, the metrics and the health.
"""

import gc
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from operator import itemgetter
from threading import Event

import psycopg

from events.log import EventLog
from events.log.cluster import Cluster
from events.log.errors import LogError
from events.log.recorded import RecordTimes
from projections._engine.registry import Connection
from projections._engine.status import parked
from services.cli.reporting import Report, Snapshot
from services.installation import Installation
from services.process.health import Health
from services.process.retrying import DATABASE, LOG
from services.pump.figures import PumpFigures
from services.pump.standing import Place, Reached, Standing, lag_events, reached

LOOK_SECONDS = 0.5
AGE_SECONDS = 5.0
COUNT_SECONDS = 5.0
COLLECT_SECONDS = 60.0


class Watch:
    """Asks the database and the log every LOOK_SECONDS. One thread runs it."""

    def __init__(  # noqa: PLR0913 - all of what it watches, and all who hear of it
        self,
        installation: Installation,
        cluster: Cluster,
        projections: Sequence[str],
        *,
        figures: PumpFigures,
        health: Health,
        report: Report,
    ) -> None:
        """Watch these projections."""
        self._installation = installation
        self._projections = projections
        self._figures = figures
        self._health = health
        self._report = report
        self._connection: Connection | None = None
        self._log: EventLog | None = None
        self._times = RecordTimes(cluster)
        self._ages: dict[Place, float | None] = {}
        self._aged = self._counted = float("-inf")
        self._parked = 0
        self._before: Standing | None = None
        self._begun = time.monotonic()
        self._caught_up = False

    def run(self, over: Event) -> None:
        """Watch until it is over."""
        collected = self._begun
        with closing(self._times):
            while not over.is_set():
                self.look()
                if time.monotonic() - collected > COLLECT_SECONDS:
                    collected = time.monotonic()
                    gc.collect()  # the pump keeps the collector off, and itself collects only where it has much to do
                over.wait(LOOK_SECONDS)
        self._disconnect()

    def look(self) -> None:
        """Ask once, and let everybody hear what was found."""
        found, ends = self._ask_database(), self._ask_log()
        if found is None or ends is None:
            return
        lags = lag_events(found.positions, ends)
        standing = Standing(
            time.monotonic(),
            ends,
            lags,
            self._lag_seconds(found, lags),
            self._parked,
            found.live == set(self._projections),
        )
        self._figures.standing = standing
        if self._health.at_work:
            self._tell(standing)
        self._before = standing

    def _ask_database(self) -> Reached | None:
        try:
            if self._connection is None:
                self._connection = self._installation.connect("regulars pump, status")
            found = reached(self._connection, self._projections)
            if time.monotonic() - self._counted >= COUNT_SECONDS:  # it goes through all dead letters
                self._counted, self._parked = time.monotonic(), parked(self._connection)
        except psycopg.Error as error:
            self._health.failed(DATABASE, error)
            self._disconnect()
            return None
        self._health.answered(DATABASE)
        return found

    def _ask_log(self) -> Mapping[int, int] | None:
        try:
            if self._log is None:
                self._log = self._installation.log()
            ends = self._log.ends()
        except LogError as error:
            self._health.failed(LOG, error)
            return None
        self._health.answered(LOG)
        return ends

    def _lag_seconds(self, found: Reached, lags: Mapping[Place, int]) -> dict[Place, float]:
        """Return how old each lag is: found out every AGE_SECONDS, since it takes reading from the log."""
        now = time.monotonic()
        if now - self._aged >= AGE_SECONDS:
            self._aged = now
            self._ages = self._measured({place: at for place, at in found.positions.items() if lags[place]})
        ages = {place: self._ages.get(place, 0.0) if lag else 0.0 for place, lag in lags.items()}
        return {place: seconds for place, seconds in ages.items() if seconds is not None}

    def _measured(self, behind: Mapping[Place, int]) -> dict[Place, float | None]:
        """Return how long each of these positions has waited; projections may want different ones of a partition."""
        ages: dict[Place, float | None] = {}
        now = datetime.now(UTC)
        while left := {place: at for place, at in behind.items() if place not in ages}:
            lowest = {partition: at for (_, partition), at in sorted(left.items(), key=itemgetter(1), reverse=True)}
            try:
                recorded = self._times.at(lowest)
            except LogError:  # whether the log answers is asked elsewhere
                recorded = {}
            waited = {partition: max(0.0, (now - since).total_seconds()) for partition, since in recorded.items()}
            ages |= {place: waited.get(place[1]) for place, at in left.items() if lowest[place[1]] == at}
        return ages

    def _tell(self, standing: Standing) -> None:
        before = self._before
        lag, rate = standing.behind, 0.0
        if before is not None:
            folded = (standing.events - lag) - (before.events - before.behind)
            rate = max(0.0, folded / (standing.at - before.at))
        if lag == 0 and standing.complete and not self._caught_up:
            self._caught_up = True
            seconds = round(time.monotonic() - self._begun, 1)
            self._report.tell(
                "caught up", f"Every projection has seen all {standing.events:,} events.", seconds=seconds
            )
        self._report.show(Snapshot(standing.events, rate, lag, standing.parked))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
