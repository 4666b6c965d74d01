"""Reacts over Kafka: one worker among any number, which share the partitions of the topic of signals.

What Faust does, and what the database does, are in threads of their own: the one keeps answering Kafka while the other
is at work. Whatever goes wrong ends both, without an acknowledgement, and everything is opened anew.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
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
from services.reactions._engine.agent import app_for, group_of
from services.reactions._engine.engine import Engine
from services.reactions._engine.hearing import readable
from services.reactions._engine.keeping import OURS, Clock, Keeping, Repertoire, Watched

LOOK_SECONDS = 0.1
ASK_SECONDS = 10.0
STUCK_SECONDS = 60.0
"""For how long nothing may come while there is something: then everything is opened anew."""

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
    _waiting(cluster)
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


def _waiting(cluster: Cluster) -> int:
    """Return how many messages the workers have yet to hear. Raises NoTopic, and LogUnavailable."""
    with administered(cluster) as kafka:
        held = kafka.topics([cluster.signals])
        if not held:
            message = f"Kafka at {cluster.servers} has no topic {cluster.signals}: run 'regulars topics create'."
            raise NoTopic(message)
        return kafka.group(group_of(cluster), held[cluster.signals]).behind


class _Worker:
    """Hears the partitions that are ours."""

    def __init__(self, cluster: Cluster, engine: Engine, keeping: Keeping, watched: Watched, clock: Clock) -> None:
        """Prepare to."""
        self._cluster, self._engine, self._keeping = cluster, engine, keeping
        self._watched, self._clock = watched, clock
        self._database = ThreadPoolExecutor(1, "reactions")
        self._failure: BaseException | None = None
        self._reacts = False
        self._heard_at = time.monotonic()

    async def until(self, stop: Event) -> None:
        """React until told to stop; what is being done is finished first."""
        with TemporaryDirectory() as folder, self._database:
            app = app_for(self._cluster, Path(folder), self._handle)
            try:
                await asyncio.wait_for(app.start(), STUCK_SECONDS)
                while not stop.is_set():
                    self._check(app)
                    await self._ask(app)
                    await asyncio.sleep(LOOK_SECONDS)
            except TimeoutError as error:
                message = f"Kafka at {self._cluster.servers} does not let this process join the others."
                raise LogUnavailable(message) from error
            finally:
                with suppress(TimeoutError):
                    await asyncio.wait_for(app.stop(), STUCK_SECONDS)
                await asyncio.sleep(LOOK_SECONDS)  # Faust's threads asked this loop for something until they ended

    async def _ask(self, app: App) -> None:
        """Ask the brokers and the database whether they answer, where there was nothing to hear for a while."""
        if self._watched.health.silent_seconds(DATABASE) > ASK_SECONDS:
            await asyncio.get_running_loop().run_in_executor(self._database, self._engine.connection.execute, ASK)
            self._watched.health.answered(DATABASE)
        if self._watched.health.silent_seconds(LOG) > ASK_SECONDS:
            behind = await asyncio.to_thread(_waiting, self._cluster)
            self._watched.health.answered(LOG)
            if behind == 0 or app.unassigned or self._reacts:
                self._heard_at = time.monotonic()
            elif time.monotonic() - self._heard_at > STUCK_SECONDS:
                message = f"Kafka at {self._cluster.servers} has {behind:,} signals, and none has come for a while."
                raise LogUnavailable(message)

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
            self._reacts = True
            try:
                await asyncio.get_running_loop().run_in_executor(self._database, self._react, list(events))
            except Exception as error:  # noqa: BLE001 - it is raised where the worker waits
                self._failure = error
            else:
                self._watched.health.answered(DATABASE)
                self._reacts, self._heard_at = False, time.monotonic()
                return
        await asyncio.Event().wait()

    def _react(self, events: Sequence[Any]) -> None:
        now = self._clock()
        messages = [(_place(event.message), event.value or b"") for event in events]
        self._engine.react_to(readable(self._engine.connection, messages, now, self._watched.figures), now)


def _place(message: Any) -> str:  # noqa: ANN401 - as Faust has it
    return f"{message.topic}:{message.partition}:{message.offset}"
