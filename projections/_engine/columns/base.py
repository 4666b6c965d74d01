"""What every kind of column says about itself.

It says the same merge four times, and the law tests hold the four equal: ``merge`` (plain Python, the reference),
``absorb`` (Python source for the compiled merge of a batch), ``upsert`` (SQL for a stored row) and ``combine`` (an SQL
aggregate for the view that merges one person's identifiers).
"""

from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

SQL_TYPES: dict[Any, str] = {
    str: 'text COLLATE "C"',
    int: "bigint",
    bool: "boolean",
    date: "date",
    datetime: "timestamptz",
}
COPY_TYPES: dict[Any, str] = {str: "text", int: "int8", bool: "bool", date: "date", datetime: "timestamptz"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Stamp = tuple[datetime, str]
"""When an event happened and its id: the total order that settles which value is the latest."""


class Field(NamedTuple):
    """One column of the table: its name, its SQL type and its type in a binary COPY."""

    name: str
    sql_type: str
    copy_type: str


class Key(Generic[T]):
    """A part of the row's key. A key named ``subject`` makes a projection personal."""


class Column(ABC, Generic[T]):
    """One mergeable column. Subclasses say what its state is."""

    default = "None"
    """Python source of what a delta holds when the fold does not name this column."""

    def __init__(self, name: str, value_type: Any) -> None:
        """Name the column and the type of its values."""
        self.name = name
        self.value_type = value_type

    @abstractmethod
    def fields(self) -> list[Field]:
        """Return the table's columns that hold a state."""

    @abstractmethod
    def lift(self, value: Any, stamp: Stamp) -> Any:
        """Return the state that one delta's value stands for; None is a delta that does not touch the column."""

    @abstractmethod
    def merge(self, one: Any, other: Any) -> Any:
        """Return the state of both together, as a new object."""

    @abstractmethod
    def fresh(self, value: str) -> str:
        """Return Python source of a row's first state, given the name of the delta's variable."""

    @abstractmethod
    def absorb(self, value: str, state: str) -> list[str]:
        """Return Python source that merges the delta's variable into the row's slot; ``stamp`` is in scope."""

    @abstractmethod
    def stored(self, state: str) -> list[str]:
        """Return Python source of the table's column values, given the name of the state's slot."""

    @abstractmethod
    def load(self, values: tuple[Any, ...]) -> Any:
        """Return the state that the table's columns hold."""

    @abstractmethod
    def upsert(self) -> dict[str, str]:
        """Return SQL by table column: how the row ``old`` and the row ``new`` become one."""

    @abstractmethod
    def combine(self) -> dict[str, str]:
        """Return an SQL aggregate by table column, over rows ``r``."""

    @abstractmethod
    def canonical(self, state: Any) -> Any:
        """Return JSON values that are equal exactly when the states are."""


def microseconds(time: datetime) -> int:
    """Return a time as whole microseconds since 1970, exactly."""
    return (time - EPOCH) // MICROSECOND


def canonical_value(value: Any) -> Any:
    """Return a key's or a column's plain value as JSON."""
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
