"""A log in memory that is as awkward as Kafka: it stores what it is sent, known or not, and its offsets have gaps."""

from collections import Counter
from datetime import UTC, datetime

from events.log import Chunk, Outcome, Positions, Receipt, Record, partition_of
from tests.contracts.memory_log import MemoryLog


class RepeatingLog(MemoryLog):
    """Keeps whatever comes; ``asked`` lists the positions from which it was read."""

    refuses_known_ids = False

    def __init__(self, partitions: int = 1) -> None:
        """Begin an empty log with an identity of its own."""
        super().__init__(partitions)
        self._next = Counter(dict.fromkeys(range(partitions), 0))
        self.asked: list[dict[int, int]] = []

    def skip(self, count: int, partition: int = 0) -> None:
        """Leave offsets without a record, as a transaction or compaction does."""
        self._next[partition] += count

    def _append(self, event_id: str, key: str, value: bytes) -> Receipt:  # noqa: ARG002 - it does not look at ids
        partition = partition_of(key, self.partitions)
        offset = self._next[partition]
        self._next[partition] += 1
        self._records[partition].append(Record(partition, offset, datetime.now(UTC), key, value))
        return Receipt(Outcome.STORED, partition, offset)

    def ends(self) -> dict[int, int]:
        """Return the offset that the next record of each partition will get."""
        return dict(self._next)

    def read(self, positions: Positions, limit: int) -> list[Chunk]:
        """Return what follows the positions; a chunk may hold nothing, and say that there is nothing up to an end."""
        self.asked.append(dict(positions))
        chunks = {chunk.partition: chunk for chunk in super().read(positions, limit)}
        for partition, at in positions.items():
            chunk = chunks.get(partition, Chunk(partition, [], [], at, None))
            if not self.records(partition, chunk.next_offset, 1) and self._next[partition] > at:
                chunks[partition] = chunk._replace(next_offset=self._next[partition])
        return list(chunks.values())

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records of one partition from offset ``start`` on."""
        return [record for record in self._records[partition] if record.offset >= start][:limit]
