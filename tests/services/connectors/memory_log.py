"""The log in memory that keeps the contract of every log, which also tells what it was asked and what it holds."""

from collections.abc import Sequence

from events.codec import Codec
from events.envelope import Envelope
from events.log import Receipt
from tests.contracts import memory_log


class MemoryLog(memory_log.MemoryLog):
    """A log in memory. ``appends`` counts how often somebody appended to it."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.appends = 0

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append, and return one receipt for each."""
        self.appends += 1
        return super().append(envelopes)

    def envelopes(self) -> list[Envelope]:
        """Return every fact, partition by partition."""
        codec = Codec()
        held = (self.records(partition, 0, end) for partition, end in self.ends().items())
        return [codec.decode(record.value) for records in held for record in records]
