"""Columns that remember when: Latest and Earliest of one value, LatestBy of one value a name.

Events that happened at the same instant are told apart by their id, so every order of arrival gives the same answer.
"""

from datetime import datetime
from typing import Any, TypeVar

from typing_extensions import override

from projections._engine.columns.base import COPY_TYPES, SQL_TYPES, Column, Field, Stamp, canonical_value, microseconds

T = TypeVar("T")


class _Stamped(Column[T]):
    """The value of the event that comes first or last. State: ``(time, event id, value)``, or None."""

    _better: str
    _direction: str

    @override
    def fields(self) -> list[Field]:
        return [
            Field(self.name, SQL_TYPES[self.value_type], COPY_TYPES[self.value_type]),
            Field(f"{self.name}_at", SQL_TYPES[datetime], COPY_TYPES[datetime]),
            Field(f"{self.name}_by", SQL_TYPES[str], COPY_TYPES[str]),
        ]

    @override
    def lift(self, value: Any, stamp: Stamp) -> Any:
        return None if value is None else (*stamp, value)

    @override
    def fresh(self, value: str) -> str:
        return f"None if {value} is None else (*stamp, {value})"

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        return [
            f"if {value} is not None:",
            f"    at, by = stamp; held = {state}",
            f"    if held is None or at {self._better} held[0] or (at == held[0] and by {self._better} held[1]):",
            f"        {state} = (at, by, {value})",
        ]

    @override
    def stored(self, state: str) -> list[str]:
        return [f"None if {state} is None else {state}[{place}]" for place in (2, 0, 1)]

    @override
    def load(self, values: tuple[Any, ...]) -> Any:
        value, time, event_id = values
        return None if time is None else (time, event_id, value)

    @override
    def upsert(self) -> dict[str, str]:
        name = self.name
        new_wins = (
            f"new.{name}_at IS NOT NULL AND (old.{name}_at IS NULL"
            f" OR (new.{name}_at, new.{name}_by) {self._better} (old.{name}_at, old.{name}_by))"
        )
        return {
            field.name: f"CASE WHEN {new_wins} THEN new.{field.name} ELSE old.{field.name} END"
            for field in self.fields()
        }

    @override
    def combine(self) -> dict[str, str]:
        order = f"ORDER BY r.{self.name}_at {self._direction}, r.{self.name}_by {self._direction}"
        held = f"FILTER (WHERE r.{self.name}_at IS NOT NULL)"
        return {field.name: f"(array_agg(r.{field.name} {order}) {held})[1]" for field in self.fields()}

    @override
    def canonical(self, state: Any) -> Any:
        return None if state is None else [microseconds(state[0]), state[1], canonical_value(state[2])]


class Latest(_Stamped[T]):
    """The value of the event that happened last; of two at the same instant, of the one with the greater id."""

    _better, _direction = ">", "DESC"

    @override
    def merge(self, one: Any, other: Any) -> Any:
        return max((state for state in (one, other) if state is not None), key=lambda state: state[:2], default=None)


class Earliest(_Stamped[T]):
    """The value of the event that happened first; of two at the same instant, of the one with the smaller id."""

    _better, _direction = "<", "ASC"

    @override
    def merge(self, one: Any, other: Any) -> Any:
        return min((state for state in (one, other) if state is not None), key=lambda state: state[:2], default=None)


class LatestBy(Column[str]):
    """The latest text of each name, such as a customer's traits. State: name -> ``(microseconds, event id, text)``.

    A delta gives a dict of name to text. It suits some dozens of names a row: the row is rewritten whole.
    """

    @override
    def fields(self) -> list[Field]:
        return [Field(self.name, "jsonb NOT NULL", "jsonb")]

    @override
    def lift(self, value: dict[str, str] | None, stamp: Stamp) -> dict[str, tuple[int, str, str]]:
        return {name: (microseconds(stamp[0]), stamp[1], text) for name, text in (value or {}).items()}

    @override
    def merge(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        return {
            name: max((side[name] for side in (one, other) if name in side), key=lambda held: held[:2])
            for name in one.keys() | other.keys()
        }

    @override
    def fresh(self, value: str) -> str:
        return f"{{}} if {value} is None else {self.name}_column.lift({value}, stamp)"

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        return [
            f"if {value} is not None:",
            f"    {state} = {self.name}_column.merge({state}, {self.name}_column.lift({value}, stamp))",
        ]

    @override
    def stored(self, state: str) -> list[str]:
        return [f"Jsonb({state})"]

    @override
    def load(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {name: tuple(held) for name, held in values[0].items()}

    @override
    def upsert(self) -> dict[str, str]:
        return {self.name: f"projection.latest_by_merge(old.{self.name}, new.{self.name})"}

    @override
    def combine(self) -> dict[str, str]:
        return {self.name: f"projection.latest_by(r.{self.name})"}

    @override
    def canonical(self, state: dict[str, Any]) -> Any:
        return {name: list(held) for name, held in sorted(state.items())}
