"""A log in memory: the plainest thing that keeps the contract of an event log, for tests that need one of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Lock
from uuid import uuid4

from events.codec import Codec
from events.envelope import Envelope
from events.log import Chunk, Outcome, Positions, Receipt, Record, partition_of


class MemoryLog:
    """Keeps records in lists. It may be shared between threads, and is gone with the process."""

    queryable = False
    refuses_known_ids = True

    def __init__(self, partitions: int = 4) -> None:
        """Begin an empty log with an identity of its own."""
        self.log_id = str(uuid4())
        self.partitions = partitions
        self._codec = Codec()
        self._records: list[list[Record]] = [[] for _ in range(partitions)]
        self._places: dict[str, tuple[int, int]] = {}
        self._lock = Lock()

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append, and return one receipt for each."""
        values = [self._codec.encode(envelope) for envelope in envelopes]
        with self._lock:
            return [
                self._append(envelope.id, envelope.subject, value)
                for envelope, value in zip(envelopes, values, strict=True)
            ]

    def append_bytes(self, key: str, value: bytes) -> Receipt:
        """Append bytes that need be no event: what a log may hold that nobody can read."""
        with self._lock:
            return self._append(str(uuid4()), key, value)

    def _append(self, event_id: str, key: str, value: bytes) -> Receipt:
        if event_id in self._places:
            partition, offset = self._places[event_id]
            held = self._records[partition][offset].value
            return Receipt(Outcome.DUPLICATE if held == value else Outcome.CONFLICT, partition, offset)
        partition = partition_of(key, self.partitions)
        records = self._records[partition]
        now = datetime.now(UTC)
        recorded_at = max(records[-1].recorded_at, now) if records else now
        records.append(Record(partition, len(records), recorded_at, key, value))
        self._places[event_id] = (partition, len(records) - 1)
        return Receipt(Outcome.STORED, partition, len(records) - 1)

    def current_id(self) -> str:
        """Return the identity that it began with."""
        return self.log_id

    def starts(self) -> dict[int, int]:
        """Return zero for each partition: everything is kept."""
        return dict.fromkeys(range(self.partitions), 0)

    def ends(self) -> dict[int, int]:
        """Return how many records each partition holds."""
        with self._lock:
            return {partition: len(records) for partition, records in enumerate(self._records)}

    def read(self, positions: Positions, limit: int) -> list[Chunk]:
        """Return what follows the positions, shared evenly between the partitions."""
        each = max(1, limit // max(1, len(positions)))
        pages = [self.records(partition, offset, each) for partition, offset in sorted(positions.items())]
        return [
            Chunk(
                page[0].partition,
                [record.offset for record in page],
                [record.value for record in page],
                page[-1].offset + 1,
                page[-1].recorded_at,
                [int(1000 * record.recorded_at.timestamp()) for record in page],
            )
            for page in pages
            if page
        ]

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records of one partition from offset ``start`` on."""
        with self._lock:
            return self._records[partition][start : start + limit]

    def known_at(self, instant: datetime) -> dict[int, int]:
        """Return the positions that hold exactly the records recorded at or before an instant."""
        with self._lock:
            return {
                partition: sum(record.recorded_at <= instant for record in records)
                for partition, records in enumerate(self._records)
            }
