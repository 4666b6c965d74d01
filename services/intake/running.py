"""The door for producers on Kafka as a process that stays: what ``regulars door`` is."""

import os
import time
from threading import Event

from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import NoTopic
from events.log.kafka import KafkaLog
from projections._engine.collector import collector_paused
from services.cli.reporting import STATUS_SECONDS, Report
from services.cli.session import refuse_another_log
from services.cli.terminal import plural
from services.installation import Installation
from services.intake.door import Door
from services.intake.figures import DoorFigures, door_registry
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, opened_until_stopped
from services.settings import Settings

ASK_SECONDS = 10.0


def let_in_until_stopped(
    settings: Settings, cluster: Cluster, stop: Event, report: Report, *, skip_lost: bool = False
) -> None:
    """Let in what producers write until ``stop`` is set; then what was read is stored, and the partitions handed over.

    What is away is waited for. Raises LogError where the intake lost records or is missing, and Failure where the
    projections are of another log.
    """
    figures, health = DoorFigures(), Health("door", DATABASE, LOG)
    run = _Run(cluster, stop, report, figures, health, skip_lost=skip_lost)
    with collector_paused(), served(settings.metrics, door_registry(figures), health), health.working():
        opened_until_stopped(settings, stop, report, health, run.until_stopped)


class _Run:
    """Lets in for as long as everything answers."""

    def __init__(  # noqa: PLR0913 - all that a process of ours has
        self,
        cluster: Cluster,
        stop: Event,
        report: Report,
        figures: DoorFigures,
        health: Health,
        *,
        skip_lost: bool,
    ) -> None:
        """Prepare to."""
        self._cluster, self._stop, self._report = cluster, stop, report
        self._figures, self._health, self._skip_lost = figures, health, skip_lost
        self._told, self._told_at = 0, -STATUS_SECONDS

    def until_stopped(self, installation: Installation) -> None:
        """Let in until told to stop."""
        log = installation.log()
        if not isinstance(log, KafkaLog):
            raise TypeError
        self._find_the_intake()
        with installation.connect(f"regulars door, process {os.getpid()}") as connection:
            refuse_another_log(connection, log)
            door = Door(self._cluster, log, connection, self._figures, skip_lost=self._skip_lost)
            self._report.tell("letting in", f"This process lets in what is written to {self._cluster.intake}.")
            try:
                self._turn_until_stopped(door, log)
            except PASSING:
                self._figures.interruptions += 1
                door.abandon()
                raise
            except BaseException:
                door.abandon()
                raise
            door.close()
            self._tell(last=True)

    def _find_the_intake(self) -> None:
        with administered(self._cluster) as kafka:
            if not kafka.topics([self._cluster.intake]):
                where = f"Kafka at {self._cluster.servers}"
                message = f"{where} has no topic {self._cluster.intake}: run 'regulars topics create'."
                raise NoTopic(message)

    def _turn_until_stopped(self, door: Door, log: KafkaLog) -> None:
        while not self._stop.is_set():
            found = door.turn()
            self._health.answered(DATABASE)
            if found:
                self._health.answered(LOG)
            elif self._health.silent_seconds(LOG) > ASK_SECONDS:
                log.ends()  # an idle consumer does not say that nobody answers it
                self._health.answered(LOG)
            self._tell()

    def _tell(self, *, last: bool = False) -> None:
        """Say what was let in since the last time, every STATUS_SECONDS at most."""
        count = self._figures.stored + self._figures.refused
        if count > self._told and (last or time.monotonic() - self._told_at > STATUS_SECONDS):
            self._told, self._told_at = count, time.monotonic()
            stored, refused = self._figures.stored, self._figures.refused
            sentence = f"{plural(stored, 'event')} let in so far, {plural(refused, 'record')} refused."
            self._report.tell("let in", sentence, stored=stored, refused=refused)
