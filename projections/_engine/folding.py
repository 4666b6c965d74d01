"""Folds chunks of the log into a batch of rows: the hot path. Pure: no database, no clock.

Events are decoded a chunk at a time; each goes to the folds of its type, whose deltas the compiled merge absorbs. What
cannot be decoded or folded becomes a dead letter of the batch, and so does what another event says under its id.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.event import Event
from events.log import Chunk, Outcome
from events.log.window import Repeats
from projections._engine import kept
from projections._engine.compiler import Absorb, Rows
from projections._engine.declaration import Fold, Projection, Row, Signal, Signaller

SignalsFrom = Mapping[tuple[str, int], int]
"""The offset from which on a projection's events are news, by its name and partition; elsewhere it tells nobody."""

SIGNAL_FAILED = "signal_failed"
"""Raised in place of a signal that could not be made: the row counts all the same, so that a rebuild gives the same."""

ALL = "*"
"""Stands for every projection of a batch, where an event could not even be decoded."""


CONFLICTING = BadEvent(
    Fault.CONFLICT, "id", "another event has this id already, and that one counts; send this one under an id of its own"
)
"""Why an event is parked that says something else under a known id."""


class DeadLetter(NamedTuple):
    """An event that was parked: where it lies, what is wrong, and which projection missed it."""

    partition: int
    offset: int
    value: bytes
    error: BadEvent
    projection: str
    recorded_ms: int | None


class Raised(NamedTuple):
    """A signal with the event that raised it."""

    signal: Signal
    envelope: Envelope


class Decoded(NamedTuple):
    """A chunk with what its values decode to; None is what cannot be decoded, and listed as a dead letter."""

    chunk: Chunk
    envelopes: list[Envelope | None]
    dead_letters: list[DeadLetter]


class Batch(NamedTuple):
    """What some chunks come to: rows by projection, the checkpoint's moves, dead letters and signals.

    Signals are by what makes each one: its kind, its subject, and what it says once, or else its event.
    ``duplicates`` counts by partition the events that do not count, since the log has them a second time.
    """

    rows: dict[str, Rows]
    chunks: Sequence[Chunk]
    dead_letters: list[DeadLetter]
    signals: dict[tuple[str | None, ...], Raised]
    duplicates: dict[int, int]
    events: int


class _Step(NamedTuple):
    fold: Fold
    absorb: Absorb
    name: str


class Folder:
    """Folds chunks for a set of projections. It keeps nothing from one batch to the next."""

    def __init__(
        self, projections: Sequence[Projection], codec: Codec, signals_from: SignalsFrom = MappingProxyType({})
    ) -> None:
        """Prepare the steps of each event type; signals are made only of what is news, never of history."""
        self._codec = codec
        self._signals_from = signals_from
        self._names = [projection.name for projection in projections]
        self._steps: dict[type[Event], list[_Step]] = {}
        self._signallers: dict[type[Event], list[tuple[str, Signaller]]] = {}
        self._keeping = [projection.name for projection in projections if projection.keeps_events]
        for projection in projections:
            if projection.keeps_events:
                continue
            for event, methods in projection.handlers().items():
                fold = methods[0] if len(methods) == 1 else _together(methods)
                self._steps.setdefault(event, []).append(_Step(fold, projection.compiled.absorb, projection.name))
            for event, signallers in projection.signallers().items():
                self._signallers.setdefault(event, []).extend((projection.name, each) for each in signallers)

    def decode(self, chunk: Chunk) -> Decoded:
        """Return a chunk with its envelopes."""
        envelopes, rejected = self._codec.decode_batch(chunk.values)
        letters = [dead_letter(chunk, place, error, ALL) for place, error in rejected]
        return Decoded(chunk, envelopes, letters)

    def fold(self, pieces: Sequence[Decoded], repeats: Mapping[int, Repeats] = MappingProxyType({})) -> Batch:
        """Return the batch that these chunks come to, leaving out what the log has a second time, by partition."""
        batch = self.begin([piece.chunk for piece in pieces])
        for piece in pieces:
            self.add(batch, piece, repeats.get(piece.chunk.partition, {}))
        return batch

    def begin(self, chunks: Sequence[Chunk]) -> Batch:
        """Return an empty batch for these chunks, to which their pieces are added."""
        return Batch({name: {} for name in self._names}, chunks, [], {}, {}, sum(len(chunk.values) for chunk in chunks))

    def add(self, batch: Batch, piece: Decoded, again: Repeats) -> None:
        """Merge a chunk, or a piece of one, into a batch; ``again`` are those that do not count."""
        chunk, envelopes, letters = piece
        batch.dead_letters.extend(letters)
        counting = _without(batch, chunk, envelopes, again) if again else envelopes
        self._absorb(batch, chunk, counting)
        for name in self._keeping:
            kept.gather(batch.rows[name], chunk, counting)
        if any(chunk.next_offset > self._first_news(name, chunk) for name in self._names):
            self._signal(batch, chunk, counting)

    def _absorb(self, batch: Batch, chunk: Chunk, envelopes: list[Envelope | None]) -> None:
        # One tight loop over all events of a chunk; everything that does not depend on the event is looked up before.
        steps_of = {
            event: [(step.fold, step.absorb, batch.rows[step.name], step.name) for step in steps]
            for event, steps in self._steps.items()
        }
        for index, envelope in enumerate(envelopes):
            if envelope is None:
                continue
            data = envelope.data
            steps = steps_of.get(type(data))
            if steps is None:
                continue
            stamp = (envelope.time, envelope.id)
            for fold, absorb, rows, name in steps:
                try:
                    deltas = fold(data, envelope)
                    if deltas is None:
                        continue
                    if type(deltas) is tuple:
                        absorb(rows, deltas, stamp)
                        continue
                    # A fold that fails half-way must leave no trace, so its rows are listed before any is absorbed.
                    deltas = list(deltas)
                except Exception as error:  # noqa: BLE001 - a fold's failure parks this event, its neighbours go on
                    batch.dead_letters.append(_unfoldable(chunk, index, name, error))
                    continue
                for delta in deltas:
                    absorb(rows, delta, stamp)

    def _first_news(self, name: str, chunk: Chunk) -> int:
        return self._signals_from.get((name, chunk.partition), chunk.next_offset)

    def _signal(self, batch: Batch, chunk: Chunk, envelopes: list[Envelope | None]) -> None:
        # As tight as the loop over the folds: what is signalled most, moments for offers, is mostly told already.
        news = {name: self._first_news(name, chunk) for name in self._names}
        signallers_of = {
            event: [(signaller, name, news[name]) for name, signaller in signallers if news[name] < chunk.next_offset]
            for event, signallers in self._signallers.items()
        }
        signals, offsets = batch.signals, chunk.offsets
        for index, envelope in enumerate(envelopes):
            if envelope is None:
                continue
            data = envelope.data
            signallers = signallers_of.get(type(data))
            if not signallers:
                continue
            for signaller, name, first_news in signallers:
                if offsets[index] < first_news:
                    continue
                try:
                    signal = signaller(data, envelope)
                except Exception as error:  # noqa: BLE001 - it stops nothing, and is heard of
                    signal = _signal_failed(name, envelope, error)
                if signal is None:
                    continue
                kind, subject, _, once = signal
                same = (kind, subject, once, envelope.id if once is None else None)
                if same not in signals:
                    signals[same] = Raised(signal, envelope)


def _signal_failed(name: str, envelope: Envelope, error: Exception) -> Signal:
    reason = f"{type(error).__name__}: {error}".replace("\0", "\\0")
    return Signal(SIGNAL_FAILED, envelope.subject, {"projection": name, "reason": reason})


def _without(batch: Batch, chunk: Chunk, envelopes: list[Envelope | None], repeats: Repeats) -> list[Envelope | None]:
    """Return the envelopes that count; what says something else under a known id is a dead letter."""
    counting = list(envelopes)
    for index, offset in enumerate(chunk.offsets):
        if offset not in repeats or counting[index] is None:
            continue
        counting[index] = None
        if repeats[offset] is Outcome.CONFLICT:
            batch.dead_letters.append(dead_letter(chunk, index, CONFLICTING, ALL))
        else:
            batch.duplicates[chunk.partition] = batch.duplicates.get(chunk.partition, 0) + 1
    return counting


def _together(methods: Sequence[Fold]) -> Fold:
    """Return one fold that says what several say: all of it, or nothing where one of them fails."""

    def fold(event: Event, envelope: Envelope) -> list[Row]:
        rows: list[Row] = []
        for method in methods:
            said = method(event, envelope)
            if said is not None:
                rows += [said] if type(said) is tuple else said
        return rows

    return fold


def _unfoldable(chunk: Chunk, index: int, name: str, error: Exception) -> DeadLetter:
    reason = f"the fold failed with {type(error).__name__}: {error}"
    return dead_letter(chunk, index, BadEvent(Fault.FOLD, name, reason), name)


def dead_letter(chunk: Chunk, place: int, error: BadEvent, name: str) -> DeadLetter:
    """Return the dead letter of a record of a chunk, for one projection or for ALL."""
    recorded = chunk.recorded[place] if chunk.recorded else None
    return DeadLetter(chunk.partition, chunk.offsets[place], chunk.values[place], error, name, recorded)
