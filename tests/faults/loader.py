"""A process that loads a shop's events and projects them at the same time, until it is done or killed.

It goes on where the log ends, from some events before it on, as a source does that never heard the last answer. It is
made from a process that has everything imported, so that it begins at once.
"""

import time
from contextlib import closing
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Thread

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services.benchmark.workload import workload
from services.installation import connect
from tests.faults.load import AGAIN_EVENTS, APPEND_EVENTS, BATCH_EVENTS, PAUSE_SECONDS

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])

END_SECONDS = 100.0
BEGUN, DONE = "begun", "done"


class Loader:
    """A process that loads so many events into a database, and projects them, from when it is made."""

    def __init__(self, dsn: str, count: int) -> None:
        """Start it, and wait until it says that it has begun."""
        self._heard, says = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_run, args=(dsn, count, says), daemon=True)
        self._process.start()
        says.close()
        assert self._heard.recv() == BEGUN

    def kill(self) -> bool:
        """Kill it, and return whether it was in the middle."""
        self._process.kill()
        return not self.end()

    def end(self) -> bool:
        """Wait for its end, and return whether it has loaded and projected all."""
        self._process.join(END_SECONDS)
        with closing(self._heard):
            try:
                done = self._heard.poll() and self._heard.recv() == DONE
            except EOFError:
                done = False
        return done and self._process.exitcode == 0


def _load(dsn: str, count: int) -> None:
    """Append what is missing, a few events at a time."""
    with connect(dsn, "loader") as connection:
        journal = Journal(connection)
        begin = max(0, sum(journal.ends().values()) - AGAIN_EVENTS)
        told = islice(workload(count), begin, None)
        while batch := list(islice(told, APPEND_EVENTS)):
            journal.append(batch)
            time.sleep(PAUSE_SECONDS)


def _run(dsn: str, count: int, says: Connection) -> None:
    """Load in one thread and project in this one."""
    with connect(dsn, "projector") as connection:
        projector = Projector(
            Journal(connection), lambda: connect(dsn, "projector"), PROJECTIONS, batch_events=BATCH_EVENTS
        )
        stop = Event()
        follower = Thread(target=projector.follow, args=[stop])
        says.send(BEGUN)
        follower.start()
        try:
            _load(dsn, count)
        finally:
            stop.set()
            follower.join()
        projector.catch_up()
        projector.close()
    says.send(DONE)
