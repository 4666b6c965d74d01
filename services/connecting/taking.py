"""Takes what a source says: makes events of it, appends them, and keeps what could not be accepted, in that order.

When ``take`` returns, every record is an event on the log, a duplicate of one, a row of refused messages, or nothing to
us by its translation. Only then may the source's position move. Taking a record again changes nothing: its events have
the same ids and bytes, and the log or whoever folds it knows them. (Kafka stores them a second time.)
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.log import Outcome, Receipt
from services.connectors.importing import Appends
from services.ingest import source as ingest
from services.ingest import tallies, verdicts
from services.ingest.counting import Tallies, Violations
from services.ingest.tracking_plan import Plan
from services.ingest.verdict import Outcome as Verdict
from services.ingest.verdict import Refused
from services.installation import Connection

MOST_AT_ONCE = 5_000
UNREAD = "unread"


class Piece(NamedTuple):
    """One record of a source. ``record`` is what the translation is given, or what is wrong with it already.

    ``body`` is what is kept of it where it cannot be accepted, ``place`` where it stood, and ``received_at`` when it
    came about: the same each time that the record is read, wherever the source knows.
    """

    record: dict[str, Any] | BadEvent
    body: bytes
    place: str
    received_at: datetime


class Translates(Protocol):
    """What makes events of a record."""

    def events(self, record: dict[str, Any], received_at: datetime) -> list[Envelope]:
        """Return the events of a record, none where it is nothing to us. Raises BadEvent."""
        ...

    def message_id(self, record: dict[str, Any]) -> str | None:
        """Return what a record calls itself."""
        ...


@dataclass
class Counts:
    """What became of what was read: records by verdict, and events that are new. ``skipped`` is told by its kind."""

    read: int = 0
    events: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """How many could not be accepted."""
        return self.verdicts[Verdict.REJECTED] + self.verdicts[Verdict.CONFLICT]


class Into(NamedTuple):
    """Where records go: events onto the log, refused ones and counts over the connection, held to the tracking plan."""

    log: Appends
    connection: Connection
    plan: Callable[[], Plan | None] = lambda: None


class _Judged(NamedTuple):
    """A record with its events, or with what is wrong with it."""

    piece: Piece
    events: Sequence[Envelope]
    error: BadEvent | None = None


class Taker:
    """Takes the records of one connector. One thread uses it."""

    def __init__(self, connector: str, source: str, translator: Translates, into: Into, counts: Counts) -> None:
        """Take the records of this connector, whose events have this source."""
        self.counts = counts
        self._connector = connector
        self._source = source
        self._translator = translator
        self._into = into

    def take(self, pieces: Sequence[Piece]) -> None:
        """Take records; see above. Raises what the log and the database do: then all of them are to be taken again."""
        if not pieces:
            return
        plan = self._into.plan()
        violated: Violations = Counter()
        tallied: Tallies = Counter()
        judged = [self._judged(piece, plan, violated) for piece in pieces]
        receipts = self._appended([event for each in judged for event in each.events])
        refused: list[Refused] = []
        first = 0
        for each in judged:
            own = receipts[first : first + len(each.events)]
            first += len(own)
            verdict, error = _verdict(each, own)
            kind = each.events[0].data.event_type if each.events else "" if each.error is None else UNREAD
            tallied[self._source, each.piece.received_at.astimezone(UTC).date(), kind, verdict] += 1
            if error is not None:
                refused.append(self._refused(each.piece, verdict, error))
        if refused:
            verdicts.store(self._into.connection, refused)
        tallies.add(self._into.connection, tallied, violated)
        self.counts.read += len(pieces)
        self.counts.events += sum(receipt.outcome is Outcome.STORED for receipt in receipts)
        for (_, _, _, outcome), count in tallied.items():
            self.counts.verdicts[Verdict(outcome)] += count

    def _judged(self, piece: Piece, plan: Plan | None, violated: Violations) -> _Judged:
        if isinstance(piece.record, BadEvent):
            return _Judged(piece, (), piece.record)
        try:
            events = self._translator.events(piece.record, piece.received_at)
        except BadEvent as error:
            return _Judged(piece, (), error)
        found = [] if plan is None else [violation for event in events for violation in plan.judge(event)]
        day = piece.received_at.astimezone(UTC).date()
        for violation in found:
            violated[self._source, day, violation.type, violation.field, violation.action] += 1
        blocked = next((violation.error() for violation in found if violation.blocks), None)
        return _Judged(piece, () if blocked else events, blocked)

    def _appended(self, events: Sequence[Envelope]) -> list[Receipt]:
        receipts: list[Receipt] = []
        for first in range(0, len(events), MOST_AT_ONCE):
            receipts += self._into.log.append(events[first : first + MOST_AT_ONCE])
        return receipts

    def _refused(self, piece: Piece, outcome: Verdict, error: BadEvent) -> Refused:
        name = None if isinstance(piece.record, BadEvent) else self._translator.message_id(piece.record)
        return Refused(
            self._source,
            ingest.Protocol.CONNECT,
            f"{self._connector} {piece.place}",
            name or piece.place,
            outcome,
            error,
            piece.body,
            piece.received_at,
        )


def _verdict(judged: _Judged, receipts: Sequence[Receipt]) -> tuple[Verdict, BadEvent | None]:
    if judged.error is not None:
        return Verdict.REJECTED, judged.error
    if not judged.events:
        return Verdict.IGNORED, None
    for event, receipt in zip(judged.events, receipts, strict=True):
        if receipt.outcome is Outcome.CONFLICT:
            at = f"{receipt.partition}@{receipt.offset}"
            reason = f"{at} of the log is an event {event.id!r} that says something else"
            return Verdict.CONFLICT, BadEvent(Fault.CONFLICT, "id", reason)
    stored = any(receipt.outcome is Outcome.STORED for receipt in receipts)
    return Verdict.STORED if stored else Verdict.DUPLICATE, None


def now() -> datetime:
    """Return the time at which a record was read, for a source that does not know when it came about."""
    return datetime.now(UTC)
