"""What every table of the oracle is: rows in a dict, and the digest of rows, whoever holds them.

The digest is SHA-256 over one JSON line a row, in key order: the key's values, then each column's. Times are whole
microseconds since 1970, days ISO 8601, maps sorted by name. A value that remembers its event is ``[time, id, value]``.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from tests.oracle.facts import Fact

Key = tuple[str | int, ...]
Row = dict[str, Any]
Fold = Callable[[Fact], None]


class Kind(StrEnum):
    """What a column holds, and so how it is stored."""

    TEXT = "text"
    DAY = "day"
    TIME = "time"
    TOTAL = "total"
    TOLD = "told"
    TOLD_TIME = "told_time"
    TOLD_DAY = "told_day"
    TRAITS = "traits"
    NAMES = "names"


TEXT, DAY, TIME, TOTAL, TOLD, TOLD_TIME, TOLD_DAY, TRAITS, NAMES = Kind
EMPTY: dict[Kind, Any] = dict.fromkeys(Kind) | {TOTAL: 0, TRAITS: {}, NAMES: []}
"""What a new row holds. Nothing changes a value in place, so rows may share the empty map and list."""

line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Table:
    """One projection, told again by hand. Subclasses say which events change which rows, and how."""

    name: ClassVar[str]
    key: ClassVar[dict[str, Kind]]
    columns: ClassVar[dict[str, Kind]]

    def __init__(self) -> None:
        """Begin with no rows."""
        self.rows: dict[Key, Row] = {}
        self._empty = {name: EMPTY[kind] for name, kind in self.columns.items()}

    def folds(self) -> Mapping[str, Fold]:
        """Return what to do with an event, by its type."""
        return {}

    def fold_of(self, event_type: str) -> Fold | None:
        """Return what to do with events of a type, or None."""
        return self.folds().get(event_type)

    def row(self, *key: str | int) -> Row:
        """Return the row with a key, made where there is none."""
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = self._empty.copy()
        return row

    def listed(self) -> list[tuple[Key, list[Any]]]:
        """Return all rows in key order."""
        return [(key, list(self.rows[key].values())) for key in sorted(self.rows)]


def digest(rows: Iterable[tuple[Key, list[Any]]]) -> tuple[str, int]:
    """Return the digest of rows that come in key order, and how many there were."""
    hashed = hashlib.sha256()
    count = 0
    for key, values in rows:
        hashed.update(line([*key, *values]).encode() + b"\n")
        count += 1
    return hashed.hexdigest(), count


def earlier(held: int | None, time: int) -> int:
    """Return the earlier of two times."""
    return time if held is None or time < held else held


def later(held: int | None, time: int) -> int:
    """Return the later of two times."""
    return time if held is None or time > held else held


def first_told(held: list[Any] | None, fact: Fact, value: Any) -> list[Any]:  # noqa: ANN401 - a text, a number, a flag
    """Return the value of the event that happened first; of two at one instant, of the one with the lesser id."""
    if held is None or (fact.time, fact.id) < (held[0], held[1]):
        return [fact.time, fact.id, value]
    return held


def last_told(held: list[Any] | None, fact: Fact, value: Any) -> list[Any]:  # noqa: ANN401 - a text, a number, a flag
    """Return the value of the event that happened last; of two at one instant, of the one with the greater id."""
    if held is None or (fact.time, fact.id) > (held[0], held[1]):
        return [fact.time, fact.id, value]
    return held
