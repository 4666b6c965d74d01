"""Checks what producers wrote: records of the intake become canonical events, or are refused with the reason."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import Chunk
from services.ingest.counting import Tallies, Violations, against
from services.ingest.plans import plan_of
from services.ingest.source import Protocol, Source
from services.ingest.tracking_plan import Plan
from services.ingest.verdict import Outcome, Refused

UNNAMED = "intake"
"""The source of a record that does not say which it is of."""

MOST_SOURCE_CHARACTERS = 128
"""What is kept of a source's name: verdicts are found by it, and no index takes a text of any length."""

UNREAD = "unread"
"""The type of what could not be read as an event, in counts."""

SourceNamed = Callable[[str], Source | None]


class Checked(NamedTuple):
    """What became of some records: events as subject and canonical bytes, in their order, and what was refused.

    ``tallies`` and ``violations`` count those of registered sources.
    """

    events: list[tuple[str, bytes]]
    refused: list[Refused]
    tallies: Tallies
    violations: Violations


class _Said(msgspec.Struct):
    """What is read of a record that is no event of ours, to say whose it is."""

    id: Any = None
    source: Any = None


class _Treated(NamedTuple):
    """How events of a source are treated in a batch: whether they are counted, and by which plan they are judged."""

    counted: bool
    plan: Plan | None


class Checker:
    """Checks records. One thread uses it."""

    def __init__(self, source_named: SourceNamed, codec: Codec | None = None) -> None:
        """Use this to find a registered source."""
        self._source_named = source_named
        self._codec = codec or Codec()

    def check(self, chunks: Sequence[Chunk]) -> Checked:
        """Return what the records of some chunks are."""
        checked = Checked([], [], Tallies(), Violations())
        batch = _Batch(self._codec, self._source_named, checked, datetime.now(UTC).date())
        for chunk in chunks:
            batch.check(chunk)
        return checked


class _Batch:
    """Checks the records of one batch, in which each source is looked for once."""

    def __init__(self, codec: Codec, source_named: SourceNamed, checked: Checked, day: date) -> None:
        self._codec, self._source_named = codec, source_named
        self._checked, self._day = checked, day
        self._treated: dict[str, _Treated] = {}

    def check(self, chunk: Chunk) -> None:
        envelopes, rejected = self._codec.decode_batch(chunk.values)
        errors = dict(rejected)
        encode, treated, add = self._codec.encode, self._treated, self._checked.events.append
        for place, envelope in enumerate(envelopes):
            if envelope is None:
                self._refuse(chunk, place, errors[place], UNREAD)
                continue
            name, kind = envelope.source, envelope.data.event_type
            counted, plan = treated.get(name) or self._treat(name)
            error = None if plan is None else self._against(envelope, plan)
            if error is None:
                try:
                    add((envelope.subject, encode(envelope)))
                except BadEvent as too_long:  # its canonical form may be longer than what was sent
                    error = too_long
            if error is not None:
                self._refuse(chunk, place, error, kind)
            elif counted:
                self._checked.tallies[name, self._day, kind, Outcome.STORED] += 1

    def _treat(self, name: str) -> _Treated:
        source = self._source_named(name)
        self._treated[name] = _Treated(source is not None, None if source is None else plan_of(source))
        return self._treated[name]

    def _against(self, envelope: Envelope, plan: Plan) -> BadEvent | None:
        return against(envelope.source, self._day, plan, [envelope], self._checked.violations)

    def _refuse(self, chunk: Chunk, place: int, error: BadEvent, kind: str) -> None:
        refused = _refused(chunk, place, error)
        self._checked.refused.append(refused)
        if self._source_named(refused.source) is not None:
            self._checked.tallies[refused.source, self._day, kind, Outcome.REJECTED] += 1


def _refused(chunk: Chunk, place: int, error: BadEvent) -> Refused:
    value, origin = chunk.values[place], f"{chunk.partition}@{chunk.offsets[place]}"
    try:
        said = msgspec.json.decode(value, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = _Said()
    return Refused(
        source=said.source[:MOST_SOURCE_CHARACTERS] if isinstance(said.source, str) and said.source else UNNAMED,
        protocol=Protocol.INTAKE,
        origin=origin,
        message_id=said.id if isinstance(said.id, str) and said.id else origin,
        outcome=Outcome.REJECTED,
        error=error,
        body=value,
        received_at=datetime.fromtimestamp(chunk.recorded[place] / 1000, UTC),
    )
