"""Facts to append: small, and told apart by what they say."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from events.catalog.operations import ProbeSent
from events.envelope import Envelope
from events.log import EventLog, Record

OpenLog = Callable[[], EventLog]
"""Opens a log; each thread opens it for itself."""


class DurableLog(NamedTuple):
    """A log that other processes may open too, by its address: see ``writer``."""

    open: OpenLog
    address: str


NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def fact(number: int | str, *, subject: str = "customer:1", says: str = "") -> Envelope:
    """Return the fact with this number; ``says`` makes another body under the same id."""
    return Envelope(
        id=f"e-{number}",
        source="urn:regulars:contract",
        time=NOON,
        subject=subject,
        data=ProbeSent(probe=says or "said"),
    )


def facts(count: int, *, subjects: int = 20) -> list[Envelope]:
    """Return facts of several subjects in turn, which lie in several partitions."""
    return [fact(number, subject=f"customer:{number % subjects}") for number in range(count)]


def everything(log: EventLog) -> list[Record]:
    """Return all records, partition by partition."""
    ends = log.ends()
    return [record for partition, end in sorted(ends.items()) for record in log.records(partition, 0, end + 1)]


def values(log: EventLog) -> dict[tuple[int, int], bytes]:
    """Return the bytes of all records by partition and offset."""
    return {(record.partition, record.offset): record.value for record in everything(log)}
