"""Compares a table's rows with the oracle's: by digest, and where the digests differ, row by row."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tests.oracle.findings import Findings
from tests.oracle.rows import Key, Kind, Table, digest
from tests.oracle.stored import Connection, rows_of

Values = list[Any]
Pair = tuple[Key, Values | None, Values | None]


class Compared(NamedTuple):
    """Both digests, how many rows each was taken of, and by how much the table's totals are too low and too high."""

    held: str
    expected: str
    rows: int
    expected_rows: int
    short: int
    over: int


def compare(connection: Connection, table_name: str, table: Table, findings: Findings) -> Compared:
    """Compare the stored rows with those of the oracle."""
    held, held_rows = digest(rows_of(connection, table_name, type(table)))
    listed = table.listed()
    expected, expected_rows = digest(listed)
    short = over = 0
    if held != expected:
        totals = [place for place, kind in enumerate(table.columns.values()) if kind is Kind.TOTAL]
        for key, stored, told in _side_by_side(rows_of(connection, table_name, type(table)), listed):
            if stored == told:
                continue
            findings.note(table.name, _difference(table, key, stored, told))
            gaps = [(told[place] if told else 0) - (stored[place] if stored else 0) for place in totals]
            short += sum(gap for gap in gaps if gap > 0)
            over -= sum(gap for gap in gaps if gap < 0)
        if not findings.count(table.name):
            findings.note(table.name, f"{table.name}: no row differs, but their order does")
    return Compared(held, expected, held_rows, expected_rows, short, over)


def _side_by_side(held: Iterable[tuple[Key, Values]], told: Iterable[tuple[Key, Values]]) -> Iterator[Pair]:
    """Yield the values of both for each key; None where one of them has no row. Both come in key order."""
    one, other = iter(held), iter(told)
    left, right = next(one, None), next(other, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[0], left[1], None
            left = next(one, None)
        elif left is None or right[0] < left[0]:
            yield right[0], None, right[1]
            right = next(other, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(one, None), next(other, None)


def _difference(table: Table, key: Key, stored: Values | None, told: Values | None) -> str:
    row = f"{table.name} {key}"
    if told is None:
        return f"{row}: nothing on the log makes this row"
    if stored is None:
        return f"{row}: the row is missing"
    said = [
        f"{name} is {held!r} and should be {wanted!r}"
        for name, held, wanted in zip(table.columns, stored, told, strict=True)
        if held != wanted
    ]
    return f"{row}: {', '.join(said)}"
