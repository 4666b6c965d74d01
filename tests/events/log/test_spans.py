"""A span of a partition is read whole, from a log that has gaps and returns little at once."""

from events.log import Record
from events.log.spans import between
from tests.contracts.memory_log import MemoryLog
from tests.events.samples import SAMPLES


class Sparse(MemoryLog):
    """A log of which every other record is gone, and that returns two at once, as Kafka may do of large ones."""

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to two records from an offset on, whatever lies under it."""
        held = super().records(partition, start, len(SAMPLES))
        return [record for record in held if record.offset % 2 == 0][: min(2, limit)]


def test_every_record_of_a_span_is_read_once() -> None:
    """None is left out, and none lies before the beginning or behind the end."""
    log = Sparse(1)
    log.append(SAMPLES)

    offsets = [record.offset for record in between(log, 0, 3, 19)]

    assert offsets == [4, 6, 8, 10, 12, 14, 16, 18]


def test_a_span_in_which_nothing_is_left_is_empty() -> None:
    """It ends there."""
    log = Sparse(1)
    log.append(SAMPLES)

    assert list(between(log, 0, 3, 4)) == []
