"""Reads a span of a partition whole, however little a log returns at once and wherever it has gaps."""

from collections.abc import Iterator

from events.log import EventLog, Record


def between(log: EventLog, partition: int, begin: int, end: int) -> Iterator[Record]:
    """Yield the records of a partition from one offset up to, and without, another."""
    while begin < end and (records := log.records(partition, begin, end - begin)):
        yield from (record for record in records if record.offset < end)
        begin = records[-1].offset + 1
