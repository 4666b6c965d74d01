"""One pass over the log: what it says to each table below the table's own positions, and what does not count."""

from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256

from tests.oracle.duplicates import Duplicates, Repeat
from tests.oracle.facts import Fact, NotAnEvent, Reader
from tests.oracle.findings import Findings
from tests.oracle.log import Record
from tests.oracle.rows import Fold, Table
from tests.oracle.signals import Raised, raised_by
from tests.oracle.stored import Letter, Place, Stored
from tests.oracle.tables import TABLES, TIMELINE
from tests.oracle.timeline import Timeline

Step = tuple[Fold, Mapping[int, int], str]


class Ledger:
    """What the log says. Tell it every record once, those of a partition in order."""

    def __init__(
        self,
        stored: Stored,
        projections: list[str],
        reader: Reader,
        duplicates: Duplicates,
        findings: Findings,
    ) -> None:
        """Begin with empty tables; ``projections`` are those to tell again."""
        self.tables: dict[str, Table] = {name: TABLES[name]() for name in projections if name in TABLES}
        self.timeline = Timeline(stored.limits(TIMELINE)) if TIMELINE in projections else None
        self.events = 0
        self.sent_types: Counter[str] = Counter()
        self.invalid: dict[Place, str] = {}
        self.dropped: dict[Place, Repeat] = {}
        self.signals: list[Raised] = []
        self._stored = stored
        self._letters = stored.letters
        self._limits = {name: stored.limits(name) for name in self.tables}
        self._steps: dict[str, list[Step]] = {}
        self._read: Callable[[bytes], Fact] = reader.read
        self._duplicates = duplicates
        self._findings = findings

    def take(self, record: Record) -> str | None:
        """Take the next record, and return its event's id, or None where it is no event."""
        partition, offset, value = record
        place = (partition, offset)
        self.events += 1
        letter = self._letters.get(place)
        if letter is not None and letter.value != value:
            self._findings.note("dead letters", f"{where(place)} is parked with other bytes than the log has there")
        try:
            fact = self._read(value)
        except NotAnEvent as refused:
            self.invalid[place] = str(refused)
            return None
        self.sent_types[fact.wire_type] += 1
        digest = sha256(value).digest()
        repeat = self._duplicates.see(partition, offset, fact.id, int.from_bytes(digest[:8]))
        if repeat is not None:
            self.dropped[place] = repeat
            return fact.id
        self._fold(place, fact, letter)
        if self.timeline is not None:
            self.timeline.take(partition, offset, fact, value, digest)
        return fact.id

    def _fold(self, place: Place, fact: Fact, letter: Letter | None) -> None:
        partition, offset = place
        steps = self._steps.get(fact.type)
        if steps is None:
            steps = self._steps[fact.type] = self._steps_of(fact.type)
        for fold, limits, table_name in steps:
            if offset < limits.get(partition, 0) and (letter is None or table_name not in letter.missed):
                fold(fact)
        if (wanted := raised_by(fact)) is not None:
            self.signals.append(Raised(partition, offset, fact, wanted))

    def _steps_of(self, event_type: str) -> list[Step]:
        return [
            (fold, self._limits[name], self._stored.tables[name])
            for name, table in self.tables.items()
            if (fold := table.fold_of(event_type))
        ]

    def repeats(self, kind: Repeat) -> int:
        """Return how many events do not count for this reason."""
        return sum(repeat is kind for repeat in self.dropped.values())


def where(place: Place) -> str:
    """Return a place of the log in words."""
    return f"offset {place[1]} of partition {place[0]}"
