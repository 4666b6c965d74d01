"""The log port: an append-only, partitioned sequence of facts, whichever system holds it.

All of a subject's facts lie in one partition, in the order in which the log recorded them. An offset never changes
its record. Readers keep their own positions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from zlib import crc32

from events.envelope import Envelope

Positions = Mapping[int, int]
"""The next offset to read, by partition: an offset vector."""


class Outcome(StrEnum):
    """What became of one appended fact."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class Receipt(NamedTuple):
    """The durable answer for one appended fact; for a duplicate or a conflict, where the first one lies."""

    outcome: Outcome
    partition: int
    offset: int


class Record(NamedTuple):
    """One fact as the log holds it. ``recorded_at`` never decreases within a partition."""

    partition: int
    offset: int
    recorded_at: datetime
    key: str
    value: bytes


class Chunk(NamedTuple):
    """Consecutive records of one partition, in offset order; ``next_offset`` is where to go on.

    ``recorded_at`` is the last record's time, None where there is no record. ``recorded`` has each record's own, in
    milliseconds since 1970, where the log is not queryable: then a copy of the record must keep it.
    """

    partition: int
    offsets: Sequence[int]
    values: list[bytes]
    next_offset: int
    recorded_at: datetime | None
    recorded: Sequence[int] = ()


class EventLog(Protocol):
    """What every log of record offers. One contract test suite runs over every implementation.

    ``queryable``: SQL in the database of the projections reaches its records, so that none needs a copy of them.
    ``refuses_known_ids``: it never holds an event id twice; where it may, whoever folds counts the id once.
    """

    queryable: bool
    refuses_known_ids: bool

    @property
    def log_id(self) -> str:
        """The identity of this log's history; a log that was made anew has another one."""
        ...

    @property
    def partitions(self) -> int:
        """How many partitions there are; it never changes."""
        ...

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append durably and return one receipt for each, in order."""
        ...

    def starts(self) -> dict[int, int]:
        """Return the first offset still held, by partition."""
        ...

    def current_id(self) -> str:
        """Return the identity that the log has now: another one than ``log_id`` if it was made anew meanwhile."""
        ...

    def ends(self) -> dict[int, int]:
        """Return the offset that the next record of each partition will get."""
        ...

    def read(self, positions: Positions, limit: int) -> list[Chunk]:
        """Return what follows the positions, about ``limit`` records in all, nothing where there is nothing new."""
        ...

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records of one partition from offset ``start`` on."""
        ...

    def known_at(self, instant: datetime) -> dict[int, int]:
        """Return the positions that hold exactly the records recorded at or before an instant."""
        ...


def partition_of(subject: str, partitions: int) -> int:
    """Return the partition of a subject: CRC-32, as librdkafka's ``consistent`` partitioner has it."""
    return crc32(subject.encode()) % partitions
