"""Follows the log until told to stop: the end of ``up`` and of ``demo``, and what a process manager keeps running."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from threading import Event, Thread
from types import FrameType

import psycopg

from projections import PROJECTIONS
from projections._engine.progress import Progress
from projections._engine.projector import Projector
from projections._engine.status import leader, parked
from services.cli.beside import AT_ONCE, ONCE_BUILT
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.reporting import Report, Snapshot
from services.cli.session import behind
from services.installation import Installation
from services.process.loops import beside

LOOK_SECONDS = 0.5


class _Stopped(Exception):
    """We were told to stop while there was still much to fold."""


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """Yield an event that SIGTERM or Ctrl-C sets; a second one does not wait for anything to end."""
    stop = Event()

    def heard(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def follow(installation: Installation, stop: Event, report: Report, *, wait: bool) -> None:
    """Become the process that projects, relays and reacts, and follow the log until told to stop.

    Raises Failure where another process projects, unless we may ``wait`` for it to end.
    """
    connect = partial(installation.connect, f"regulars up, process {os.getpid()}")
    with closing(Projector(installation.log(), connect, PROJECTIONS)) as projector:
        if not _led(projector, installation, stop, report, wait=wait):
            return
        report.tell("projecting", "This process keeps the projections in step with the log.", process=os.getpid())
        over = Event()
        watcher = Thread(target=_watch, args=(installation, report, over), name="status", daemon=True)
        watcher.start()
        heard = partial(_unless_stopped, stop)
        try:
            with beside(AT_ONCE, installation, stop, report):
                projector.catch_up(heard)
                with beside(ONCE_BUILT, installation, stop, report):
                    projector.follow(stop, heard)
        except _Stopped:
            return
        finally:
            over.set()
            watcher.join()


def _led(projector: Projector, installation: Installation, stop: Event, report: Report, *, wait: bool) -> bool:
    """Return whether we lead; False means that we were told to stop while waiting."""
    told = False
    while not projector.lead():
        if stop.is_set():
            return False
        if not told:
            with installation.connect() as connection:
                other = leader(connection)
            name = (
                f"'{other.application_name}', since {other.since:%Y-%m-%d %H:%M:%S} UTC" if other else "it just ended"
            )
            sentence = f"Another process projects already: {name}."
            if not wait:
                message = f"{sentence} Stop it first, or wait for it with 'regulars up --wait'."
                raise Failure(message, ExitCode.UNAVAILABLE)
            report.tell("waiting", sentence)
            told = True
        stop.wait(LOOK_SECONDS)
    return True


def _unless_stopped(stop: Event, _: Progress) -> None:
    """Leave between two batches: what was committed stays, and the rest waits on the log."""
    if stop.is_set():
        raise _Stopped


def _watch(installation: Installation, report: Report, over: Event) -> None:
    """Report how it stands until it is over. It ends when the database does not answer: then the projector says so."""
    try:
        log, connection = installation.log(), installation.connect("regulars up, status")
        begun = last = time.monotonic()
        folded = None
        caught_up = False
        while not over.is_set():
            ends = log.ends()
            lag = behind(connection, log, ends)
            now, done = time.monotonic(), sum(ends.values()) - lag
            rate = 0.0 if folded is None else (done - folded) / (now - last)
            folded, last = done, now
            if lag == 0 and not caught_up:
                caught_up = True
                report.tell(
                    "caught up", f"Every projection has seen all {done:,} events.", seconds=round(now - begun, 1)
                )
            report.show(Snapshot(sum(ends.values()), max(0.0, rate), lag, parked(connection)))
            over.wait(LOOK_SECONDS)
    except psycopg.OperationalError:
        return
