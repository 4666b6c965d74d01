"""Reads the registry every second, and writes the counts of what came down; and says whether all is well."""

import time
from collections.abc import Callable
from functools import partial
from threading import Event, Lock, Thread
from typing import Protocol

import psycopg

from services.ingest import tallies
from services.ingest.counting import Counts
from services.ingest.registry import Directory
from services.installation import Connection, Installation
from services.process.health import Health
from services.process.retrying import DATABASE, LOG

KEEP_SECONDS = 1.0
ASK_AGAIN_SECONDS = 0.25


class Away(Protocol):
    """What tells why it cannot be reached."""

    @property
    def away(self) -> str:
        """The reason; empty where it can be."""
        ...


class Keeping(Thread):
    """Reads the registry, and writes counts down, every KEEP_SECONDS; ``stop`` ends it."""

    def __init__(
        self, installation: Installation, directory: Directory, counts: Counts, health: Health, log: Away
    ) -> None:
        """Prepare to; ``directory`` and ``counts`` are of those who serve."""
        super().__init__(name="registry and counts", daemon=True)
        self._installation, self._directory, self._counts = installation, directory, counts
        self._health, self._log = health, log
        self._connection: Connection | None = None
        self._lock = Lock()
        self._read_at = float("-inf")
        self._over = Event()

    def run(self) -> None:
        """Do so until stopped, and once more at the end."""
        while not self._over.wait(KEEP_SECONDS):
            self._keep()
        self._keep()
        if self._connection is not None:
            self._connection.close()

    def stop(self) -> None:
        """Write the last counts down, and end."""
        self._over.set()
        self.join()

    def wait_seconds(self) -> float:
        """Return in how many seconds it may be read again: who shows unknown keys shall not keep the database busy."""
        return max(0.0, self._read_at + ASK_AGAIN_SECONDS - time.monotonic())

    def read_again(self) -> bool:
        """Read the registry; return whether that could be done."""
        with self._lock:
            self._read_at = time.monotonic()
            return self._with_connection(self._directory.refresh)

    def _keep(self) -> None:
        if self._log.away:
            self._health.failed(LOG, self._log.away)
        else:
            self._health.answered(LOG)
        with self._lock:
            self._read_at = time.monotonic()
            if self._with_connection(self._directory.refresh):
                self._write_counts()

    def _write_counts(self) -> None:
        counted, against = self._counts.taken()
        if (counted or against) and not self._with_connection(partial(tallies.add, tallied=counted, violated=against)):
            self._counts.put_back(counted, against)

    def _with_connection(self, work: Callable[[Connection], object]) -> bool:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._installation.connect("regulars api, registry and counts")
            work(self._connection)
        except psycopg.OperationalError as error:
            self._health.failed(DATABASE, error)
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return False
        self._health.answered(DATABASE)
        return True
