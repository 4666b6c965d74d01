"""How fast each projection folds, by how far it came since it was last looked at, and when it will have caught up.

Nothing is written down for it: a process remembers where each table stood when somebody looked within the last minute.
The awkward half: whoever is the first to look is told no rate; a moment later there is one.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import NamedTuple

WINDOW_SECONDS = 60.0
APART_SECONDS = 0.5
"""Two looks that lie closer together tell nothing: a batch is committed at once."""


class Rate(NamedTuple):
    """Events a second; None where nobody looked before."""

    events_per_second: float | None

    def catch_up_seconds(self, lag_events: int, coming_per_second: float) -> float | None:
        """Return how long it takes to have caught up with what comes in, or None where it does not, or nobody knows."""
        if not lag_events:
            return 0.0
        gained = (self.events_per_second or 0.0) - coming_per_second
        return lag_events / gained if gained > 0 else None


class Look(NamedTuple):
    """When somebody looked, and how many events each table had folded."""

    at: float
    folded: Mapping[str, int]


class FoldingRates:
    """Remembers the looks of the last minute, by database."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember none yet. The clock is in seconds."""
        self._clock = clock
        self._lock = Lock()
        self._looks: dict[Hashable, deque[Look]] = {}

    def of(self, key: Hashable, folded: Mapping[str, int]) -> dict[str, Rate]:
        """Return the rate of each table since the first look of the last minute, and remember this look."""
        now = self._clock()
        with self._lock:
            looks = self._looks.setdefault(key, deque())
            while looks and now - looks[0].at > WINDOW_SECONDS:
                looks.popleft()
            if not looks or now - looks[-1].at >= APART_SECONDS:
                looks.append(Look(now, dict(folded)))
            first = looks[0]
        return {table: _rate(first, now, table, events) for table, events in folded.items()}


def _rate(first: Look, now: float, table: str, events: int) -> Rate:
    seconds = now - first.at
    if seconds < APART_SECONDS or table not in first.folded:
        return Rate(None)
    return Rate(max(0, events - first.folded[table]) / seconds)
