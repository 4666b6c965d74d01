"""Columns that gather many values in one row: Union and Counts.

They suit some hundreds of values a row, since the row is rewritten whole; where there may be more, put the value into
the key.
"""

from typing import Any

from typing_extensions import override

from projections._engine.columns.base import Column, Field, Stamp


class Union(Column[str]):
    """A set of texts. State: a set. A delta gives an iterable of texts."""

    @override
    def fields(self) -> list[Field]:
        return [Field(self.name, 'text[] COLLATE "C" NOT NULL', "text[]")]

    @override
    def lift(self, value: Any, stamp: Stamp) -> set[str]:
        return set(value or ())

    @override
    def merge(self, one: set[str], other: set[str]) -> set[str]:
        return one | other

    @override
    def fresh(self, value: str) -> str:
        return f"set({value} or ())"

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        return [f"if {value} is not None:", f"    {state}.update({value})"]

    @override
    def stored(self, state: str) -> list[str]:
        return [f"sorted({state})"]

    @override
    def load(self, values: tuple[Any, ...]) -> set[str]:
        return set(values[0])

    @override
    def upsert(self) -> dict[str, str]:
        return {self.name: f"projection.union_merge(old.{self.name}, new.{self.name})"}

    @override
    def combine(self) -> dict[str, str]:
        return {self.name: f"projection.union_of(r.{self.name})"}

    @override
    def canonical(self, state: set[str]) -> list[str]:
        return sorted(state)


class Counts(Column[int]):
    """A total for each name. State: a dict of name to int. A delta gives a dict."""

    @override
    def fields(self) -> list[Field]:
        return [Field(self.name, "jsonb NOT NULL", "jsonb")]

    @override
    def lift(self, value: dict[str, int] | None, stamp: Stamp) -> dict[str, int]:
        return dict(value or {})

    @override
    def merge(self, one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
        return {name: one.get(name, 0) + other.get(name, 0) for name in one.keys() | other.keys()}

    @override
    def fresh(self, value: str) -> str:
        return f"dict({value} or ())"

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        return [
            f"if {value} is not None:",
            f"    for name, count in {value}.items():",
            f"        {state}[name] = {state}.get(name, 0) + count",
        ]

    @override
    def stored(self, state: str) -> list[str]:
        return [f"Jsonb({state})"]

    @override
    def load(self, values: tuple[Any, ...]) -> dict[str, int]:
        return dict(values[0])

    @override
    def upsert(self) -> dict[str, str]:
        return {self.name: f"projection.counts_merge(old.{self.name}, new.{self.name})"}

    @override
    def combine(self) -> dict[str, str]:
        return {self.name: f"projection.counts_of(r.{self.name})"}

    @override
    def canonical(self, state: dict[str, int]) -> dict[str, int]:
        return dict(sorted(state.items()))
