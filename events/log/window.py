"""Which events of a log are there a second time: the duplicate rule, where the log itself does not refuse known ids.

An event whose id stands among the last million offsets before it in its partition does not count. If one of those has
the same bytes it is a duplicate, otherwise a conflict. The rule is a function of the log alone, so a replay decides the
same. What is remembered of an event is 16 bytes: a 64-bit hash of its id, its offset, and a checksum of its bytes; two
ids with one hash have different bytes, so what should ever collide is reported as a conflict and not lost.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from events.log import Outcome

WINDOW_OFFSETS = 1_000_000
ENTRY_BYTES = 16

Repeats = dict[int, Outcome]
"""The events of a chunk that do not count, by offset: duplicate or conflict."""


class Entries(NamedTuple):
    """What is remembered of some events, in the order of their ids' hashes; offsets count from ``base``."""

    base: int
    ids: NDArray[np.uint64]
    offsets: NDArray[np.uint32]
    bodies: NDArray[np.uint32]

    def to_bytes(self) -> bytes:
        """Return the three arrays one after the other, little-endian."""
        arrays = (self.ids.astype("<u8"), self.offsets.astype("<u4"), self.bodies.astype("<u4"))
        return b"".join(array.tobytes() for array in arrays)

    @staticmethod
    def from_bytes(base: int, stored: bytes) -> "Entries":
        """Return what ``to_bytes`` stored."""
        count = len(stored) // ENTRY_BYTES
        ids = np.frombuffer(stored, "<u8", count)
        offsets = np.frombuffer(stored, "<u4", count, 8 * count)
        return Entries(base, ids, offsets, np.frombuffer(stored, "<u4", count, 12 * count))

    def within(self, first: int, end: int) -> "Entries":
        """Return the entries of the offsets from ``first`` up to, and without, ``end``."""
        at = self.offsets.astype(np.int64) + self.base
        kept = (at >= first) & (at < end)
        return self if bool(kept.all()) else Entries(self.base, self.ids[kept], self.offsets[kept], self.bodies[kept])

    @property
    def first_offset(self) -> int:
        """Return the lowest offset of an entry, of which there is one at least; ``base`` may lie before it."""
        return self.base + int(self.offsets.min())

    @property
    def last_offset(self) -> int:
        """Return the highest offset of an entry."""
        return self.base + int(self.offsets.max(initial=0))


def entries_of(ids: Sequence[str | None], values: Sequence[bytes], offsets: Sequence[int]) -> Entries:
    """Return what is to be remembered of some records; those without an id are no events, and none is like them."""
    if None in ids:
        known = [place for place, event_id in enumerate(ids) if event_id is not None]
        ids, values, offsets = ([each[place] for place in known] for each in (ids, values, offsets))  # type: ignore[assignment]
    count = len(ids)
    base = offsets[0] if count else 0
    hashes = np.fromiter(map(xxh3_64_intdigest, map(str.encode, ids)), np.uint64, count)  # type: ignore[arg-type]
    bodies = np.fromiter(map(crc32, values), np.uint32, count)
    at = (np.fromiter(offsets, np.int64, count) - base).astype(np.uint32)
    order = np.argsort(hashes, kind="stable")
    return Entries(base, hashes[order], at[order], bodies[order])


class Window:
    """What is remembered of one partition: sorted runs, each at least twice as long as the next."""

    def __init__(self, runs: Iterable[Entries] = (), size_offsets: int = WINDOW_OFFSETS) -> None:
        """Begin with what was remembered before, in the order of its offsets."""
        self._size_offsets = size_offsets
        self._runs: list[Entries] = []
        for run in runs:
            self._keep(run)

    def admit(self, incoming: Entries) -> Repeats:
        """Return which of these records do not count, and remember them all."""
        suspects = self._suspects(incoming)
        repeats = self._judged(incoming, suspects) if suspects else {}
        self._keep(incoming)
        return repeats

    def _suspects(self, incoming: Entries) -> set[int]:
        ids = incoming.ids
        suspects = set(ids[1:][ids[1:] == ids[:-1]].tolist())
        for run in self._runs:
            if not len(run.ids):
                continue
            places = np.searchsorted(run.ids, ids)
            places[places == len(run.ids)] = 0
            suspects.update(ids[run.ids[places] == ids].tolist())
        return suspects

    def _judged(self, incoming: Entries, suspects: set[int]) -> Repeats:
        repeats: Repeats = {}
        for suspect in suspects:
            own = _occurrences(incoming, suspect)
            seen = [each for run in self._runs for each in _occurrences(run, suspect)] + own
            for offset, body in own:
                earlier = [held for at, held in seen if at < offset <= at + self._size_offsets]
                if earlier:
                    repeats[offset] = Outcome.DUPLICATE if body in earlier else Outcome.CONFLICT
        return repeats

    def _keep(self, run: Entries) -> None:
        if not len(run.ids):
            return
        oldest = run.last_offset + 1 - self._size_offsets
        self._runs = [held for held in self._runs if held.last_offset >= oldest]
        self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2].ids) < 2 * len(self._runs[-1].ids):
            newer, older = self._runs.pop(), self._runs.pop()
            self._runs.append(_merged(older.within(oldest, newer.first_offset), newer))


def merged(entries: Sequence[Entries]) -> Entries:
    """Return the entries of consecutive records, of which there are some, as one."""
    return reduce(_merged, entries)


def _occurrences(run: Entries, suspect: int) -> list[tuple[int, int]]:
    wanted = np.uint64(suspect)
    first, end = np.searchsorted(run.ids, wanted, "left"), np.searchsorted(run.ids, wanted, "right")
    return [(run.base + int(run.offsets[place]), int(run.bodies[place])) for place in range(first, end)]


def _merged(older: Entries, newer: Entries) -> Entries:
    base = older.first_offset if len(older.ids) else newer.base
    ids = np.concatenate((older.ids, newer.ids))
    offsets = np.concatenate(
        [(run.offsets.astype(np.int64) + (run.base - base)).astype(np.uint32) for run in (older, newer)]
    )
    order = np.argsort(ids, kind="stable")  # two sorted halves: a merge, and not a sort
    return Entries(base, ids[order], offsets[order], np.concatenate((older.bodies, newer.bodies))[order])
