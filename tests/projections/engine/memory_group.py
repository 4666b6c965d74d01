"""A consumer group in memory, of one member: hands over what a log holds, and whatever else a test makes it do."""

from collections.abc import Callable, Sequence

from events.log import Chunk, EventLog, Positions


class MemoryGroup:
    """Gives all partitions at the first read; ``turns`` is called with the number of each read before it is done."""

    def __init__(
        self,
        log: EventLog,
        turns: Callable[["MemoryGroup", int], list[Chunk] | None],
        assigned: Callable[[Sequence[int]], Positions],
        revoked: Callable[[Sequence[int]], None],
    ) -> None:
        """Join."""
        self._log = log
        self._turns = turns
        self._assigned, self._revoked = assigned, revoked
        self._count = 0
        self.at: dict[int, int] = {}
        self.partitions: set[int] = set()
        self.rebalances = 0
        self.told: Positions = {}

    def gain(self, partitions: Sequence[int]) -> None:
        """Be assigned partitions."""
        self.rebalances += 1
        self.partitions |= set(partitions)
        self.at |= self._assigned(partitions)

    def read(self, limit: int) -> list[Chunk]:
        """Return what the test says, or what comes next on the log."""
        self._count += 1
        if self._count == 1:
            self.gain(range(self._log.partitions))
        chunks = self._turns(self, self._count)
        if chunks is None:
            chunks = self._log.read(self.at, limit)
        self.at |= {chunk.partition: chunk.next_offset for chunk in chunks}
        return chunks

    def go_to(self, positions: Positions) -> None:
        """Read on from these positions."""
        self.at |= positions

    def pause(self) -> None:
        """Read nothing until ``go_to``."""
        self.at = {}

    def tell(self, positions: Positions) -> None:
        """Keep what was told."""
        self.told = dict(positions)

    def leave(self) -> None:
        """Give everything back."""
        self._revoked(sorted(self.partitions))
        self.partitions = set()
