"""Watches checkpoints during a fault run: none may ever go back, whatever breaks."""

from threading import Event, Thread
from types import TracebackType
from typing import Self

import psycopg

from tests.oracle.findings import Findings

EVERY_SECONDS = 0.05
LONGEST_CONNECT_SECONDS = 2
POSITIONS = "SELECT table_name, partition, next_offset, epoch FROM engine.checkpoint"


class Watch:
    """Looks at every checkpoint each 50 ms, over a connection that it opens anew whenever it is lost.

    Use it as a context manager, in the thread or process of the test or in one of its own.
    """

    def __init__(self, dsn: str) -> None:
        """Watch the checkpoints of one database; nothing is looked at before the watch is entered."""
        self.looks = 0
        self._dsn = dsn
        self._findings = Findings()
        self._highest: dict[tuple[str, int], tuple[int, int]] = {}
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Look once more, and stop."""
        self._stop.set()
        self._thread.join()

    def findings(self) -> list[str]:
        """Return what went back, in sentences."""
        return self._findings.sentences()

    def _watch(self) -> None:
        while True:
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=LONGEST_CONNECT_SECONDS) as connection:
                    while not self._stop.wait(EVERY_SECONDS):
                        self._look(connection)
                    self._look(connection)
                    return
            except psycopg.Error:  # the server is down, or the engine's tables are not there yet
                if self._stop.wait(EVERY_SECONDS):
                    return

    def _look(self, connection: "psycopg.Connection[tuple[str, int, int, int]]") -> None:
        for table, partition, next_offset, epoch in connection.execute(POSITIONS).fetchall():
            offset_before, epoch_before = self._highest.get((table, partition), (next_offset, epoch))
            self._note(table, partition, "next offset", offset_before, next_offset)
            self._note(table, partition, "epoch", epoch_before, epoch)
            self._highest[table, partition] = (next_offset, epoch)
        self.looks += 1

    def _note(self, table: str, partition: int, name: str, before: int, now: int) -> None:
        if now < before:
            self._findings.note("checkpoints", f"{table}, partition {partition}: {name} went from {before} to {now}")
