"""The timeline, told again: every event that counts, once, as the log holds it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from psycopg.rows import TupleRow

from tests.oracle.facts import UPCASTS, Fact
from tests.oracle.findings import Findings

UNWRITTEN = b""
HASH_BYTES = 16


def row_hash(subject: str, time: int, event_id: str, event_type: str, digest: bytes) -> int:
    """Return a hash of one row, the same in every process; no text holds U+0000, so it can stand between them."""
    row = f"{subject}\0{time}\0{event_id}\0{event_type}\0".encode() + digest
    return int.from_bytes(sha256(row).digest()[:HASH_BYTES])


class Timeline:
    """What the timeline should show below its own positions. An event is remembered as a hash of its row."""

    def __init__(self, limits: Mapping[int, int]) -> None:
        """Begin with nothing; ``limits`` are the timeline's next offsets."""
        self.limits = limits
        self.types: Counter[str] = Counter()
        self.rows = 0
        self.lost = 0
        self.doubled = 0
        self._held = self._expected = 0
        self._events: dict[int, dict[int, int | None]] = {}
        self._rewritten: set[tuple[int, int]] = set()

    def take(self, partition: int, offset: int, fact: Fact, value: bytes, digest: bytes) -> None:
        """Take an event that counts, with its bytes and their SHA-256."""
        if offset >= self.limits.get(partition, 0):
            return
        if b"\n" in value:  # kept a line each, an event is written in one line; then its bytes are no longer the log's
            self._rewritten.add((partition, offset))
            digest = UNWRITTEN
        self.types[fact.type] += 1
        events = self._events.setdefault(partition, {})
        row = row_hash(fact.subject, fact.time, fact.id, fact.type, digest)
        self._expected += row
        events[offset] = row

    @property
    def held(self) -> str:
        """The digest of the stored rows: the sum of their hashes, since they come in no order."""
        return f"{self._held % 2 ** (8 * HASH_BYTES):032x}"

    @property
    def expected(self) -> str:
        """The digest of the rows that should be there."""
        return f"{self._expected % 2 ** (8 * HASH_BYTES):032x}"

    def compare(self, held: Iterable[TupleRow], dropped: Collection[tuple[int, int]], findings: Findings) -> None:
        """Compare with the stored rows; ``dropped`` are the places of the events that do not count."""
        types: Counter[str] = Counter()
        nothing: dict[int, int | None] = {}
        for partition, offset, subject, time, event_id, sent_type, hashed in held:
            newest = UPCASTS[sent_type][0] if sent_type in UPCASTS else sent_type
            types[newest] += 1
            self.rows += 1
            events = self._events.get(partition, nothing)
            digest = UNWRITTEN if (partition, offset) in self._rewritten else bytes(hashed)
            row = row_hash(subject, time, event_id, newest, digest)
            self._held += row
            expected = events.get(offset, row + 1)
            if expected == row:
                events[offset] = None
                continue
            self._unexpected(events, (partition, offset), event_id, dropped, findings)
        self._missing(findings)
        for name in sorted(types.keys() | self.types.keys()):
            if types[name] != self.types[name]:
                sentence = f"the timeline has {types[name]} events of {name}, and the log {self.types[name]}"
                findings.note("the timeline's types", sentence)

    def _unexpected(
        self,
        events: dict[int, int | None],
        place: tuple[int, int],
        event_id: str,
        dropped: Collection[tuple[int, int]],
        findings: Findings,
    ) -> None:
        partition, offset = place
        where = f"offset {offset} of partition {partition}, event {event_id!r}"
        if place in dropped:
            self.doubled += 1
            findings.note("the timeline", f"the timeline has {where}, which is a repetition and does not count")
        elif offset not in events:
            findings.note("the timeline", f"the timeline has {where}, which nothing below its positions says")
        elif events[offset] is None:
            self.doubled += 1
            findings.note("the timeline", f"the timeline has {where} twice")
        else:
            events[offset] = None
            findings.note("the timeline", f"the timeline tells {where} otherwise than the log")

    def _missing(self, findings: Findings) -> None:
        for partition, events in self._events.items():
            for offset, row in events.items():
                if row is not None:
                    self.lost += 1
                    findings.note("the timeline", f"the timeline lacks offset {offset} of partition {partition}")
