"""Folding as it is meant, one event at a time, in plain Python: slow and plain to see that it is right.

Shares with the pump the fold functions and nothing else: no compiled merge, no batches, no SQL. ``verify``, ``as-of``,
``why`` and the tests use it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from events.envelope import Envelope
from events.event import Event
from events.log import Outcome
from events.log.window import WINDOW_OFFSETS
from projections._engine.declaration import Fold, Projection, Row

States = dict[tuple[Any, ...], list[Any]]
"""Key to one state for each column."""


def deltas(projection: Projection, envelope: Envelope) -> list[Row]:
    """Return what one event says to a projection. Raises whatever its folds raise."""
    rows: list[Row] = []
    for fold in _handlers(projection).get(type(envelope.data), ()):
        said = fold(envelope.data, envelope)
        if said is not None:
            rows += [said] if isinstance(said, tuple) else list(said)
    return rows


@cache
def _handlers(projection: Projection) -> dict[type[Event], list[Fold]]:
    return projection.handlers()


def merge_into(projection: Projection, states: States, envelope: Envelope, rows: Iterable[Row]) -> None:
    """Merge an event's deltas into the states, column by column."""
    stamp = (envelope.time, envelope.id)
    for key, *values in rows:
        lifted = [column.lift(value, stamp) for column, value in zip(projection.columns, values, strict=True)]
        held = states.get(key)
        states[key] = lifted if held is None else merged(projection, held, lifted)


def merged(projection: Projection, one: list[Any], other: list[Any]) -> list[Any]:
    """Return two rows of the same key as one."""
    return [column.merge(left, right) for column, left, right in zip(projection.columns, one, other, strict=True)]


def fold(projection: Projection, envelopes: Iterable[Envelope]) -> States:
    """Return the rows that a history comes to."""
    states: States = {}
    for envelope in envelopes:
        merge_into(projection, states, envelope, deltas(projection, envelope))
    return states


def as_person(projection: Projection, states: States, person: str) -> States:
    """Return the rows of one person's identifiers as the person's own."""
    place = [key.name for key in projection.keys].index("subject")
    result: States = {}
    for key, row in states.items():
        own = (*key[:place], person, *key[place + 1 :])
        result[own] = row if own not in result else merged(projection, result[own], row)
    return result


def as_mappings(projection: Projection, states: Mapping[tuple[Any, ...], list[Any]]) -> list[dict[str, Any]]:
    """Return rows as dicts of plain values by name, in key order: what a person wants to read."""
    names = [key.name for key in projection.keys]
    return [
        dict(zip(names, key, strict=True))
        | {column.name: plain(state) for column, state in zip(projection.columns, row, strict=True)}
        for key, row in sorted(states.items(), key=lambda item: item[0])
    ]


def plain(state: Any) -> Any:
    """Return a state as the value that a person wants to read: without stamps, sets and maps in order."""
    if isinstance(state, tuple):
        return state[2]
    if isinstance(state, set):
        return sorted(state)
    if isinstance(state, dict):
        return {name: plain(held) for name, held in sorted(state.items())}
    return state


class PlainWindow:
    """The duplicate rule of ``events.log.window``, one event at a time: for one partition, in offset order."""

    def __init__(self, size_offsets: int = WINDOW_OFFSETS) -> None:
        """Begin where nothing was seen."""
        self._size_offsets = size_offsets
        self._seen: dict[str, list[tuple[int, int]]] = {}
        self._forget_at = 2 * size_offsets

    def admit(self, offset: int, event_id: str, value: bytes) -> Outcome:
        """Return whether an event counts (stored), is a duplicate, or is in conflict with an earlier one."""
        if offset >= self._forget_at:
            self._forget(offset - self._size_offsets)
        body = hash(value)
        held = self._seen.setdefault(event_id, [])
        earlier = [one for at, one in held if offset <= at + self._size_offsets]
        held.append((offset, body))
        if not earlier:
            return Outcome.STORED
        return Outcome.DUPLICATE if body in earlier else Outcome.CONFLICT

    def _forget(self, oldest: int) -> None:
        kept = {each: [place for place in held if place[0] >= oldest] for each, held in self._seen.items()}
        self._seen = {each: held for each, held in kept.items() if held}
        self._forget_at += self._size_offsets
