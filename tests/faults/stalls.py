"""Measures how long what was acknowledged waits to be folded: the longest time that a partition stood still.

A partition stands still while there is something to fold in it and the checkpoint furthest behind does not move. Time
in which the database cannot be asked counts: nothing moves then either.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psycopg

from tests.faults.ground import PARTITIONS

EVERY_SECONDS = 0.05
CONNECT_SECONDS = 2
POSITIONS = """
SELECT c.partition, min(c.next_offset) FROM engine.checkpoint AS c JOIN engine.projection AS p USING (table_name)
 WHERE p.state <> 'retired' GROUP BY c.partition
"""


class Acknowledged:
    """What producers wrote down, read as it grows: the next offset after the last one, by partition."""

    def __init__(self, folder: Path) -> None:
        """Read all files of a folder, also those that come later."""
        self._folder = folder
        self._read_bytes: dict[Path, int] = {}
        self.ends: dict[int, int] = {}
        self.events = 0

    def look(self) -> None:
        """Read what was written since the last look; half a line is left for the next one."""
        for path in self._folder.iterdir():
            with path.open("rb") as file:
                file.seek(self._read_bytes.get(path, 0))
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read_bytes[path] = self._read_bytes.get(path, 0) + len(whole)
            for line in whole.splitlines():
                _, partition, place = line.rsplit(b" ", 2)
                self._note(int(partition), place)
                self.events += 1

    def _note(self, partition: int, place: bytes) -> None:
        """Take down where an event lies, or before what; of one that may be anywhere nothing is known."""
        end = int(place[1:]) if place.startswith(b"<") else int(place) + 1
        if end != sys.maxsize:
            self.ends[partition] = max(self.ends.get(partition, 0), end)


class Stalls:
    """Looks every 50 ms, from its beginning to its end. Use it as a context manager."""

    def __init__(self, dsn: str, folder: Path) -> None:
        """Compare the checkpoints of a database with what a folder says was acknowledged."""
        self.longest_seconds = 0.0
        self._dsn = dsn
        self.acknowledged = Acknowledged(folder)
        self._at: dict[int, int] = {}
        self._since: dict[int, float] = {}
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="stalls", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def begin(self) -> None:
        """Forget what stood still so far: processes had to start."""
        self._since = {}
        self.longest_seconds = 0.0

    def past(self, positions: Mapping[int, int]) -> bool:
        """Return whether every partition was folded to beyond these positions."""
        return len(self._at) == PARTITIONS and all(at > positions.get(each, 0) for each, at in self._at.items())

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
                    while not self._stop.wait(EVERY_SECONDS):
                        found = connection.execute(POSITIONS).fetchall()
                        self._look(dict(found))
            except psycopg.Error:
                self._look(self._at)
                self._stop.wait(EVERY_SECONDS)

    def _look(self, positions: Mapping[int, int]) -> None:
        now = time.monotonic()
        behind = {each for each, at in self._at.items() if at < self.acknowledged.ends.get(each, 0)}
        for partition, at in positions.items():
            since = self._since.setdefault(partition, now)
            if partition in behind:
                self.longest_seconds = max(self.longest_seconds, now - since)
            if partition not in behind or at != self._at.get(partition):
                self._since[partition] = now
        self._at = dict(positions)
        self.acknowledged.look()
