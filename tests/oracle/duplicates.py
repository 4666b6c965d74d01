"""The duplicate rule: an event whose id lies within the window before it in its partition does not count.

Any occurrence there counts, one that was dropped too. If none of them has the same bytes, the event is a conflict.
"""

from enum import StrEnum

WINDOW_OFFSETS = 1_000_000


class Repeat(StrEnum):
    """Why an event does not count."""

    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class Duplicates:
    """What was seen so far, to be told in the order of the offsets of each partition."""

    def __init__(self, window_offsets: int = WINDOW_OFFSETS) -> None:
        """Look back this many offsets."""
        self._window = window_offsets
        self._seen: dict[int, dict[str, tuple[int, ...]]] = {}

    def see(self, partition: int, offset: int, event_id: str, body: int) -> Repeat | None:
        """Return whether an event is there a second time; ``body`` is a hash of its bytes."""
        seen = self._seen.setdefault(partition, {})
        before = seen.get(event_id, ())
        seen[event_id] = (*before, offset, body)  # offset and body in turn: a tuple costs less than a list of pairs
        bodies = [before[place + 1] for place in range(0, len(before), 2) if offset - before[place] <= self._window]
        if not bodies:
            return None
        return Repeat.DUPLICATE if body in bodies else Repeat.CONFLICT
