"""What every source of records is to whoever takes them: batches, each with the position that it leads to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.connecting.positions import Position
from services.connecting.taking import Piece


@dataclass(frozen=True)
class Batch:
    """Some records in order, and where each part stands once they are taken. ``skipped`` says what was passed over."""

    pieces: Sequence[Piece]
    parts: Mapping[str, Position]
    skipped: Counter[str] = field(default_factory=Counter)


class Reader(Protocol):
    """Reads a source from its positions on. One thread uses it."""

    idle_seconds: float
    tells_time: bool
    """Whether it knows when a record came about."""
    notes: Sequence[str]
    """What whoever runs it should know, a sentence each."""

    def next(self) -> Batch | None:
        """Return what comes next, None where there is nothing for now.

        Raises SourceAway, SourceChanged, and BadConnector where the source is not as the file says.
        """
        ...

    def taken(self, batch: Batch) -> None:
        """Hear that a batch is durable, and will be past by the positions."""
        ...

    def close(self) -> None:
        """Let the source go."""
        ...
