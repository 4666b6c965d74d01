"""Keeps raising what is due, in a thread beside whoever hears signals, so that a long sweep holds nobody up."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from threading import Event, Thread
from types import TracebackType
from typing import NamedTuple, Self

from services.desk.desk import Desk
from services.installation import Installation
from services.process.health import Health
from services.reactions._engine.engine import Engine
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.forgetting import Forgetter
from services.reactions._engine.reaction import Reaction
from services.reactions._engine.sweep import Sweep
from services.reactions._engine.timers import Timekeeper
from services.reactions.registered import REACTIONS, SWEEPS

LOOK_SECONDS = 0.25

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time by this machine."""
    return datetime.now(UTC)


class Repertoire(NamedTuple):
    """What is reacted to, and by which clock; tests have others."""

    reactions: Sequence[Reaction] = REACTIONS
    sweeps: Sequence[Sweep] = SWEEPS
    clock: Clock = utc_now


OURS = Repertoire()


class Watched(NamedTuple):
    """What a process that reacts is watched by."""

    figures: ReactionFigures
    health: Health


class Keeping:
    """Raises timers and sweeps for as long as the block lasts. What ends it early is told by ``check``."""

    def __init__(self, installation: Installation, figures: ReactionFigures, repertoire: Repertoire = OURS) -> None:
        """Prepare to; the connections are the thread's own."""
        self._installation, self._figures, self._repertoire = installation, figures, repertoire
        self._over = Event()
        self._ended: BaseException | None = None
        self._thread = Thread(target=self._run, name="timers", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End, after what is being raised."""
        self._over.set()
        self._thread.join()
        self._figures.leading = False

    def check(self) -> None:
        """Raise what has ended the thread, if it has ended."""
        if self._ended is not None:
            raise self._ended

    def _run(self) -> None:
        try:
            self._keep()
        except BaseException as error:  # noqa: BLE001 - a thread's end is told where somebody waits
            self._ended = error

    def _keep(self) -> None:
        name = f"regulars reactions timers, process {os.getpid()}"
        with closing(Desk(self._installation.dsn)) as desk, closing(self._installation.connect(name)) as connection:
            engine = Engine(connection, desk, self._repertoire.reactions, self._figures)
            timekeeper, forgetter = Timekeeper(engine, self._repertoire.sweeps), Forgetter(connection)
            while not self._over.is_set():
                if timekeeper.lead():
                    self._figures.leading = True
                    timekeeper.turn(self._repertoire.clock())
                    forgetter.step(self._repertoire.clock())
                self._over.wait(LOOK_SECONDS)
