"""Reacts over Kafka: one worker among any number, which share the partitions of the topic of signals.

What Faust does, and what the database does, are in threads of their own: the one keeps answering Kafka while the other
is at work. Whatever goes wrong ends both, without an acknowledgement, and everything is opened anew.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from faust import App

from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import LogUnavailable, NoTopic
from services.cli.reporting import Report
from services.desk.desk import Desk
from services.installation import Installation
from services.process.retrying import DATABASE, LOG
from services.reactions.agent import app_for
from services.reactions.engine import Engine
from services.reactions.hearing import readable
from services.reactions.keeping import OURS, Clock, Keeping, Repertoire, Watched

LOOK_SECONDS = 0.1
ASK_SECONDS = 10.0
ASK = "SELECT 1"


def hear_topic(
    installation: Installation, stop: Event, report: Report, watched: Watched, repertoire: Repertoire = OURS
) -> None:
    """React until ``stop`` is set, to what is on the Kafka of an installation.

    Raises psycopg.OperationalError or LogUnavailable where something is away, and NoTopic.
    """
    cluster = installation.kafka
    if cluster is None:
        raise TypeError
    _find_the_topic(cluster)
    watched.health.answered(LOG)
    with (
        closing(installation.connect(f"regulars reactions, process {os.getpid()}")) as connection,
        closing(Desk(installation.dsn)) as desk,
        Keeping(installation, watched.figures, repertoire) as keeping,
    ):
        engine = Engine(connection, desk, repertoire.reactions, watched.figures)
        worker = _Worker(cluster, engine, keeping, watched, repertoire.clock)
        report.tell("reacting", f"This process reacts to {cluster.signals}.", process=os.getpid())
        asyncio.run(worker.until(stop))


def _find_the_topic(cluster: Cluster) -> None:
    with administered(cluster) as kafka:
        if not kafka.topics([cluster.signals]):
            message = f"Kafka at {cluster.servers} has no topic {cluster.signals}: run 'regulars topics create'."
            raise NoTopic(message)


class _Worker:
    """Hears the partitions that are ours."""

    def __init__(self, cluster: Cluster, engine: Engine, keeping: Keeping, watched: Watched, clock: Clock) -> None:
        """Prepare to."""
        self._cluster, self._engine, self._keeping = cluster, engine, keeping
        self._watched, self._clock = watched, clock
        self._database = ThreadPoolExecutor(1, "reactions")
        self._failure: BaseException | None = None

    async def until(self, stop: Event) -> None:
        """React until told to stop; what is being done is finished first."""
        with TemporaryDirectory() as folder, self._database:
            app = app_for(self._cluster, Path(folder), self._handle)
            try:
                await app.start()
                while not stop.is_set():
                    self._check(app)
                    await self._ask()
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                await app.stop()

    async def _ask(self) -> None:
        """Ask the brokers and the database whether they answer, where there was nothing to hear for a while."""
        if self._watched.health.silent_seconds(DATABASE) > ASK_SECONDS:
            await asyncio.get_running_loop().run_in_executor(self._database, self._engine.connection.execute, ASK)
            self._watched.health.answered(DATABASE)
        if self._watched.health.silent_seconds(LOG) > ASK_SECONDS:
            await asyncio.to_thread(_find_the_topic, self._cluster)
            self._watched.health.answered(LOG)

    def _check(self, app: App) -> None:
        """Raise what went wrong in the database, the timers, or Faust."""
        if self._failure is not None:
            raise self._failure
        self._keeping.check()
        if app.crashed or app.should_stop:
            message = f"Kafka at {self._cluster.servers} is lost: {app.crash_reason or 'Faust stopped'}."
            raise LogUnavailable(message)

    async def _handle(self, events: Sequence[Any]) -> None:
        """Do what a batch asks for. Where that fails it never returns, so that nothing is acknowledged."""
        if self._failure is None:
            self._watched.health.answered(LOG)
            try:
                await asyncio.get_running_loop().run_in_executor(self._database, self._react, list(events))
            except Exception as error:  # noqa: BLE001 - it is raised where the worker waits
                self._failure = error
            else:
                self._watched.health.answered(DATABASE)
                return
        await asyncio.Event().wait()

    def _react(self, events: Sequence[Any]) -> None:
        now = self._clock()
        messages = [(_place(event.message), event.value or b"") for event in events]
        self._engine.react_to(readable(self._engine.connection, messages, now, self._watched.figures), now)


def _place(message: Any) -> str:  # noqa: ANN401 - as Faust has it
    return f"{message.topic}:{message.partition}:{message.offset}"
