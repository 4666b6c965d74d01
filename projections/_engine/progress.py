"""What a pump has done so far, in figures: what commands show and metrics count."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class BatchDone(NamedTuple):
    """A batch that was committed: its seconds from the first fold to the answer to COMMIT, and the commit's own."""

    events: int
    seconds: float
    commit_seconds: float


@dataclass
class Progress:
    """What a pump has done so far, in events, batches and seconds by stage; ``heard`` hears of each batch."""

    events: int = 0
    batches: int = 0
    rows: int = 0
    parked: int = 0
    duplicates: int = 0
    fenced: int = 0
    rebalances: int = 0
    interruptions: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "fold": 0.0, "commit": 0.0, "wait": 0.0})
    heard: Callable[[BatchDone], None] | None = None

    def timed(self, stage: str, work: Callable[[], T]) -> T:
        """Do a stage's work, and add its time to the stage's seconds."""
        begun = time.perf_counter()
        try:
            return work()
        finally:
            self.seconds[stage] += time.perf_counter() - begun
