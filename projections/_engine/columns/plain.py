"""Columns whose state is one plain value: Sum, Min and Max."""

from typing import Any, TypeVar

from typing_extensions import override

from projections._engine.columns.base import COPY_TYPES, SQL_TYPES, Column, Field, Stamp, canonical_value

T = TypeVar("T")


class Sum(Column[int]):
    """A total of whole numbers. State: an int."""

    default = "0"

    def __init__(self, name: str, value_type: Any = int) -> None:
        """Name the column; a sum is always of whole numbers."""
        super().__init__(name, value_type or int)

    @override
    def fields(self) -> list[Field]:
        return [Field(self.name, "bigint NOT NULL", "int8")]

    @override
    def lift(self, value: int | None, stamp: Stamp) -> int:
        return int(value or 0)

    @override
    def merge(self, one: int, other: int) -> int:
        return one + other

    @override
    def fresh(self, value: str) -> str:
        return value

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        # Most deltas leave most sums alone, and asking costs half of adding nothing.
        return [f"if {value}:", f"    {state} += {value}"]

    @override
    def stored(self, state: str) -> list[str]:
        return [state]

    @override
    def load(self, values: tuple[Any, ...]) -> int:
        return int(values[0])

    @override
    def upsert(self) -> dict[str, str]:
        return {self.name: f"old.{self.name} + new.{self.name}"}

    @override
    def combine(self) -> dict[str, str]:
        return {self.name: f"sum(r.{self.name})::bigint"}

    @override
    def canonical(self, state: int) -> int:
        return int(state)


class _Extreme(Column[T]):
    """The smallest or the largest value seen. State: a value, or None."""

    _better: str
    _sql: str
    _aggregate: str

    @override
    def fields(self) -> list[Field]:
        return [Field(self.name, SQL_TYPES[self.value_type], COPY_TYPES[self.value_type])]

    @override
    def lift(self, value: Any, stamp: Stamp) -> Any:
        return value

    @override
    def fresh(self, value: str) -> str:
        return value

    @override
    def absorb(self, value: str, state: str) -> list[str]:
        return [
            f"if {value} is not None and ({state} is None or {value} {self._better} {state}):",
            f"    {state} = {value}",
        ]

    @override
    def stored(self, state: str) -> list[str]:
        return [state]

    @override
    def load(self, values: tuple[Any, ...]) -> Any:
        return values[0]

    @override
    def upsert(self) -> dict[str, str]:
        return {self.name: f"{self._sql}(old.{self.name}, new.{self.name})"}

    @override
    def combine(self) -> dict[str, str]:
        return {self.name: f"{self._aggregate}(r.{self.name})"}

    @override
    def canonical(self, state: Any) -> Any:
        return canonical_value(state)


class Min(_Extreme[T]):
    """The smallest value seen, such as when something first happened."""

    _better, _sql, _aggregate = "<", "least", "min"

    @override
    def merge(self, one: Any, other: Any) -> Any:
        return min((value for value in (one, other) if value is not None), default=None)


class Max(_Extreme[T]):
    """The largest value seen, such as when something last happened."""

    _better, _sql, _aggregate = ">", "greatest", "max"

    @override
    def merge(self, one: Any, other: Any) -> Any:
        return max((value for value in (one, other) if value is not None), default=None)
