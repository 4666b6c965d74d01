"""Reads a log from its end backwards, until enough of what is wanted was found."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from events.log import EventLog, Record
from events.log.spans import between

MOST_AT_ONCE = 16_000

Found = TypeVar("Found")


class Reach(NamedTuple):
    """How many are wanted of a partition, how many records are read first, and at most; None is all of them.

    Pages grow while little is found.
    """

    found: int
    page_records: int
    most_records: int | None = None


def newest(
    log: EventLog, ends: Mapping[int, int], reach: Reach, taken: Callable[[Sequence[Record]], Iterable[Found]]
) -> Iterator[Found]:
    """Yield what ``taken`` makes of the records before these ends, ``reach.found`` of each partition at most.

    ``taken`` gets records with the newest first, and yields in that order; partition comes after partition. Where it
    takes few, what lies further back than ``most_records`` is not looked at.
    """
    starts = log.starts()
    for partition, end in ends.items():
        start = max(starts[partition], end - reach.most_records if reach.most_records else 0)
        yield from _of_partition(log, partition, range(start, end), reach, taken)


def _of_partition(
    log: EventLog,
    partition: int,
    span: range,
    reach: Reach,
    taken: Callable[[Sequence[Record]], Iterable[Found]],
) -> Iterator[Found]:
    left, end, page = reach.found, span.stop, reach.page_records
    while left > 0 and end > span.start:
        begin = max(span.start, end - page)
        for one in taken(list(between(log, partition, begin, end))[::-1]):
            if left > 0:
                left -= 1
                yield one
        end, page = begin, min(2 * page, MOST_AT_ONCE)
