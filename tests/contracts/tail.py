"""A reader that tails a log while others write, and holds every chunk to the contract as it comes."""

from threading import Event, Thread
from types import TracebackType
from typing import Self

from events.log import EventLog

TURN_SECONDS = 0.001


class Tail:
    """Reads what is new, again and again, in a thread of its own; use it as a context manager."""

    def __init__(self, log: EventLog, limit: int) -> None:
        """Begin at the first record; ``limit`` is how many records a read asks for."""
        self._log = log
        self._limit = limit
        self._stop = Event()
        self._thread = Thread(target=self._follow)
        self.positions = log.starts()
        self.read: dict[tuple[int, int], bytes] = {}
        self.breaches: list[str] = []
        self.turns = 0

    def __enter__(self) -> Self:
        """Begin to follow."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Read to the end and stop."""
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        stopping = False  # as it was before the turn: what was written by then is read
        while not (self._turn() and stopping):
            stopping = self._stop.wait(TURN_SECONDS)

    def _turn(self) -> bool:
        """Read once, and return whether there was nothing new."""
        ends = self._log.ends()
        chunks = self._log.read(self.positions, self._limit)
        for chunk in chunks:
            start = self.positions[chunk.partition]
            if list(chunk.offsets) != list(range(start, chunk.next_offset)):
                self.breaches.append(f"after {start} of partition {chunk.partition} came {list(chunk.offsets)}")
            self.read |= {
                (chunk.partition, offset): value for offset, value in zip(chunk.offsets, chunk.values, strict=True)
            }
            self.positions[chunk.partition] = chunk.next_offset
        if chunks:
            self.turns += 1
        return all(self.positions[partition] >= end for partition, end in ends.items())
