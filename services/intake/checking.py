"""Checks what producers wrote: records of the intake become canonical events, or are refused with the reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import Chunk
from services.ingest.counting import Violations, against
from services.ingest.source import Protocol
from services.ingest.tracking_plan import Plan
from services.ingest.verdict import Outcome, Refused

UNNAMED = "intake"
"""The source of a record that does not say which it is of."""

MOST_SOURCE_CHARACTERS = 128
"""What is kept of a source's name: verdicts are found by it, and no index takes a text of any length."""


class Checked(NamedTuple):
    """What became of some records: events as subject and canonical bytes, in their order, and what was refused."""

    events: list[tuple[str, bytes]]
    refused: list[Refused]


class _Said(msgspec.Struct):
    """What is read of a record that is no event of ours, to say whose it is."""

    id: Any = None
    source: Any = None


class Checker:
    """Checks records. One thread uses it."""

    def __init__(self, plan_of: Callable[[str], Plan | None], codec: Codec | None = None) -> None:
        """Use this to find the tracking plan of a source by its name."""
        self._plan_of = plan_of
        self._codec = codec or Codec()
        self.violations: Violations = Violations()

    def check(self, chunks: list[Chunk]) -> Checked:
        """Return what the records of some chunks are."""
        checked = Checked([], [])
        for chunk in chunks:
            self._check(chunk, checked)
        return checked

    def _check(self, chunk: Chunk, checked: Checked) -> None:
        envelopes, rejected = self._codec.decode_batch(chunk.values)
        errors = dict(rejected)
        encode, plan_of, add = self._codec.encode, self._plan_of, checked.events.append
        for place, envelope in enumerate(envelopes):
            error = errors.get(place)
            if envelope is not None:
                error = self._against(envelope, plan) if (plan := plan_of(envelope.source)) is not None else None
                if error is None:
                    try:
                        add((envelope.subject, encode(envelope)))
                    except BadEvent as too_long:  # its canonical form may be longer than what was sent
                        error = too_long
            if error is not None:
                checked.refused.append(_refused(chunk, place, error))

    def _against(self, envelope: Envelope, plan: Plan) -> BadEvent | None:
        return against(envelope.source, datetime.now(UTC).date(), plan, [envelope], self.violations)


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
