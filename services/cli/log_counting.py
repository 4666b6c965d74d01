"""Counts the records of the Kafka log, which no SQL reaches: one pass over all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from events.log import Chunk, EventLog
from events.log.fetching import instant

READ_RECORDS = 50_000
UNREADABLE = "(unreadable)"

Row = dict[str, Any]


class _Head(msgspec.Struct, gc=False):
    """What is counted of an event, as it was written: an old version by its own type."""

    type: str
    time: datetime


@dataclass
class _Count:
    """Records that belong together."""

    records: int = 0
    bytes: int = 0
    first_recorded_at: datetime | None = None
    last_recorded_at: datetime | None = None
    first_time: datetime | None = None
    last_time: datetime | None = None

    def add(self, size_bytes: int, recorded_at: datetime, time: datetime | None) -> None:
        """Count one record."""
        self.records += 1
        self.bytes += size_bytes
        self.first_recorded_at = min(self.first_recorded_at or recorded_at, recorded_at)
        self.last_recorded_at = max(self.last_recorded_at or recorded_at, recorded_at)
        if time is not None:
            self.first_time = min(self.first_time or time, time)
            self.last_time = max(self.last_time or time, time)


class Counts:
    """What was counted so far, by partition and by type."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._by_partition: dict[int, _Count] = {}
        self._by_type: dict[str, _Count] = {}
        self._decode = msgspec.json.Decoder(_Head).decode

    def add(self, chunk: Chunk) -> None:
        """Count the records of a chunk."""
        partition = self._by_partition.setdefault(chunk.partition, _Count())
        for value, recorded_at in zip(chunk.values, map(instant, chunk.recorded), strict=True):
            kind, time = self._head(value)
            partition.add(len(value), recorded_at, time)
            self._by_type.setdefault(kind, _Count()).add(len(value), recorded_at, time)

    def by_partition(self) -> list[Row]:
        """Return a row for each partition that holds something."""
        return _rows("partition", self._by_partition)

    def by_type(self) -> list[Row]:
        """Return a row for each type."""
        return _rows("type", self._by_type)

    def _head(self, value: bytes) -> tuple[str, datetime | None]:
        try:
            head = self._decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return UNREADABLE, None
        # A zone that is not there was never accepted; here it must not be in the way of counting.
        return head.type, head.time if head.time.tzinfo else head.time.replace(tzinfo=UTC)


def counted(log: EventLog, heard: Callable[[int, int], None]) -> Counts:
    """Count what the log holds by now. ``heard`` is told how many of how many offsets are done."""
    starts, ends = log.starts(), log.ends()
    counts, at, total = Counts(), dict(starts), sum(ends.values()) - sum(starts.values())
    while wanted := {partition: at[partition] for partition, end in ends.items() if at[partition] < end}:
        for chunk in log.read(wanted, READ_RECORDS):
            counts.add(chunk)
            at[chunk.partition] = chunk.next_offset
        heard(sum(at.values()) - sum(starts.values()), total)
    return counts


def _rows(by: str, counts: Mapping[Any, _Count]) -> list[Row]:
    return [{by: key} | vars(count) for key, count in sorted(counts.items())]
