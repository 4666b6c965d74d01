"""How fast a source may send: a bucket of tokens that fills at its rate, one for each source of this process."""

import math
import time
from collections.abc import Callable

DEFAULT_EVENTS_PER_SECOND = 20_000
BURST_SECONDS = 2


class Rates:
    """The buckets. One thread uses them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self._clock = clock
        self._held: dict[str, tuple[float, float]] = {}

    def take(self, source: str, events: int, events_per_second: int | None) -> int:
        """Take tokens for some events: 0 where they may come in, else in how many whole seconds they may.

        More events at once than a bucket holds come in when it is full, and leave it in debt: no batch waits for ever.
        """
        rate = events_per_second or DEFAULT_EVENTS_PER_SECOND
        size = rate * BURST_SECONDS
        now = self._clock()
        tokens, at = self._held.get(source, (float(size), now))
        tokens = min(size, tokens + (now - at) * rate)
        wanted = min(events, size)
        if tokens < wanted:
            self._held[source] = tokens, now
            return math.ceil((wanted - tokens) / rate)
        self._held[source] = tokens - events, now
        return 0
