"""What a running connector does over and over: read a batch, take it, move the position. In that order."""

from typing import Protocol

from services.connecting.positions import Positions
from services.connecting.reading import Reader
from services.connecting.taking import Taker


class Follower(Protocol):
    """Follows a source."""

    idle_seconds: float

    @property
    def is_waiting(self) -> bool:
        """Whether something is there that cannot be taken yet."""
        ...

    def step(self) -> bool:
        """Take what comes next, and return False where there is nothing for now. Raises SourceAway, SourceChanged."""
        ...

    def close(self) -> None:
        """Let the source go."""
        ...


class RecordsFollower:
    """Follows a source of records. One thread uses it."""

    is_waiting = False

    def __init__(self, reader: Reader, taker: Taker, positions: Positions) -> None:
        """Take what the reader reads; it is closed with us."""
        self.idle_seconds = reader.idle_seconds
        self._reader = reader
        self._taker = taker
        self._positions = positions

    def step(self) -> bool:
        """Take a batch. What fails midway is read and taken again, which changes nothing."""
        batch = self._reader.next()
        if batch is None:
            return False
        self._taker.take(batch.pieces)
        if batch.parts:
            self._positions.save(dict(batch.parts))
        self._reader.taken(batch)
        self._taker.counts.skipped += batch.skipped
        return True

    def close(self) -> None:
        """Let the source go."""
        self._reader.close()
