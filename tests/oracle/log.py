"""The log of record as the oracle sees it, whoever reads it."""

from collections.abc import Iterable
from typing import NamedTuple


class Unreadable(RuntimeError):
    """The log cannot be read; the message says why."""


class Record(NamedTuple):
    """What lies at one place of the log."""

    partition: int
    offset: int
    value: bytes


class Log(NamedTuple):
    """A log as it is now: its identity, its first and its next offsets by partition, and all records between them.

    The records of one partition come in the order of their offsets. ``log_ids`` are the ways to write its identity.
    """

    log_ids: frozenset[str]
    starts: dict[int, int]
    ends: dict[int, int]
    records: Iterable[Record]
