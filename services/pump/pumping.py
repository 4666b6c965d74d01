"""Runs a pump of production until told to stop: what ``regulars pump`` is, and ``regulars up`` over Kafka.

The pump itself goes on over most of what can happen. Around it: a thread that watches how it stands, one that builds
new projections, and a loop that begins again where the database or Kafka was away before the pump ran, or for long.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from threading import Event, Thread
from typing import NamedTuple

from events.log import Chunk, Positions
from events.log.cluster import Cluster
from events.log.group import WAIT_SECONDS, Membership
from projections import PROJECTIONS
from projections._engine.collector import collector_paused
from projections._engine.declaration import Projection
from projections._engine.group_pump import BATCH_EVENTS, GroupPump
from projections._engine.status import leader
from services.cli.reporting import Report
from services.cli.session import refuse_another_log
from services.installation import Connection, Installation
from services.process.health import PATIENCE_SECONDS, Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, Away, opened_until_stopped
from services.pump.building import Builder
from services.pump.figures import PumpFigures, pump_registry
from services.pump.watching import Watch
from services.settings import Settings

LOGGER = getLogger("regulars.pump")

TURN_SECONDS = 0.2
END_SECONDS = 3.0

ENGINE_ID = "SELECT engine_id FROM engine.identity"
TURN = "SELECT pg_try_advisory_lock_shared(hashtext('regulars.pump'))"


class Work(NamedTuple):
    """Which projections a pump keeps, and about how many events a batch of it has."""

    projections: Sequence[Projection] = PROJECTIONS
    batch_events: int = BATCH_EVENTS


EVERYTHING = Work()


class _Member(Membership):
    """A membership that counts what it reads, and looks at every turn whether to go on."""

    def __init__(  # noqa: PLR0913 - what a membership takes, and who hears
        self,
        cluster: Cluster,
        group: str,
        gained: Callable[[Sequence[int]], Positions],
        lost: Callable[[Sequence[int]], None],
        *,
        figures: PumpFigures,
        check: Callable[[], None],
    ) -> None:
        super().__init__(cluster, group, gained, lost)
        self.rebalances = figures.progress.rebalances  # of a pump that ran before in this process
        self._figures = figures
        self._check = check

    def read(self, limit: int, wait_seconds: float = WAIT_SECONDS) -> list[Chunk]:
        """Return what came in; raise what is a reason to stop."""
        self._check()
        chunks = super().read(limit, wait_seconds)
        self._figures.partitions = len(self.partitions)
        self._figures.records_read += sum(len(chunk.values) for chunk in chunks)
        return chunks

    def leave(self) -> None:
        """Give the partitions back."""
        super().leave()
        self._figures.partitions = 0


def group_of(cluster: Cluster, engine_id: str, projections: Sequence[Projection]) -> str:
    """Return the name of the consumer group: pumps that fill the same tables are one."""
    group = f"{cluster.prefix}.pump.{engine_id}"
    names = sorted(projection.name for projection in projections)
    return group if len(names) == len(PROJECTIONS) else f"{group}.{'+'.join(names)}"


def pump_until_stopped(
    settings: Settings,
    cluster: Cluster,
    stop: Event,
    report: Report,
    work: Work = EVERYTHING,
) -> None:
    """Keep projections in step with the log on Kafka, together with the other pumps, until ``stop`` is set.

    Then everything that was read and folded is committed, and the partitions are handed over. What is away is waited
    for. Raises EngineError or LogError where people have to look, and Failure where the database is of another log.
    """
    figures, health = PumpFigures(), Health("pump", DATABASE, LOG)
    with collector_paused(), served(settings.metrics, pump_registry(figures), health):
        opened_until_stopped(
            settings,
            stop,
            report,
            health,
            lambda installation: _Run(installation, cluster, work, figures, health, report).until(stop),
        )


@dataclass
class _Run:
    """One run of the pump in an open installation."""

    installation: Installation
    cluster: Cluster
    work: Work
    figures: PumpFigures
    health: Health
    report: Report

    def until(self, stop: Event) -> None:
        """Run until told to stop. What is lost or away in the very end is of no matter: all is as it was committed."""
        over = Event()
        names = [projection.name for projection in self.work.projections]
        watch = Watch(
            self.installation, self.cluster, names, figures=self.figures, health=self.health, report=self.report
        )
        threads = (
            Thread(target=watch.run, args=[over], name="status", daemon=True),
            builder := Builder(self.installation, self.work.projections, over, self.report),
        )
        threads[0].start()
        try:
            pump = self._pump(builder, stop)
            if pump is not None:
                builder.start()
                with self.health.working():
                    pump.run(stop)
        except PASSING as error:
            if not stop.is_set():
                self.figures.progress.interruptions += 1
                raise
            LOGGER.warning("at the end: %s", str(error).strip())
        finally:
            over.set()
            for thread in threads:
                if thread.is_alive():
                    thread.join(END_SECONDS)

    def _pump(self, builder: Builder, stop: Event) -> GroupPump | None:
        """Return a pump as soon as nobody projects alone, as commands do; None where we were told to stop meanwhile."""
        log = self.installation.log()
        with self.installation.connect(f"regulars pump, process {os.getpid()}, begins") as connection:
            refuse_another_log(connection, log)
            engine_id = str(connection.execute(ENGINE_ID).fetchall()[0][0])
            if not self._our_turn(connection, stop):
                return None
            group = group_of(self.cluster, engine_id, self.work.projections)
            check = partial(self._check, builder)
            join = partial(_Member, self.cluster, group, figures=self.figures, check=check)
            # It takes the lock that we have here, which is shared, before we let go of it.
            pump = GroupPump(log, self._connect, self.work.projections, join, batch_events=self.work.batch_events)
        pump.progress = self.figures.progress
        sentence = "This process keeps the projections in step with the log, together with the others of its group."
        self.report.tell("projecting", sentence, process=os.getpid(), group=group)
        return pump

    def _our_turn(self, connection: Connection, stop: Event) -> bool:
        told = False
        while connection.execute(TURN).fetchone() != (True,):
            if not told:
                told, other = True, leader(connection)
                self.report.tell("waiting", f"Waiting for '{other.application_name if other else 'somebody'}'.")
            if stop.wait(TURN_SECONDS):
                return False
        return True

    def _check(self, builder: Builder) -> None:
        if builder.failure is not None:
            raise builder.failure
        if self.health.silent_seconds(DATABASE) > PATIENCE_SECONDS:
            message = f"The database has not answered for {PATIENCE_SECONDS:.0f} s: everything is opened anew."
            raise Away(message)

    def _connect(self) -> Connection:
        return self.installation.connect(f"regulars pump, process {os.getpid()}")
