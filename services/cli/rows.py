"""Rows of any projection, readable at any width: as a table where it fits, else one row a paragraph.

Columns that are empty in every row are left out.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from services.cli.terminal import cell, columns, plural, write, write_table

GAP_COLUMNS = 2
WIDEST_CELL_COLUMNS = 32
EMPTY: tuple[object, ...] = (None, 0, "", [], {})


def write_rows(title: str, rows: Sequence[dict[str, Any]], most_rows: int = 0) -> None:
    """Print rows that have the same columns, the last ``most_rows`` of them, or all for 0."""
    shown = rows[-most_rows:] if most_rows else rows
    names = [name for name in shown[0] if any(row[name] not in EMPTY for row in shown)]
    write()
    left_out = f", the last {len(shown):,} of {plural(len(rows), 'row')}" if len(shown) < len(rows) else ""
    write(f"{title}{left_out}", bold=True)
    if not names:
        write("  every column is empty")
    elif _width(names, shown) <= columns():
        write_table(names, [[row[name] for name in names] for row in shown])
    elif len(shown) == 1:
        for name in names:
            write(f"  {name:<{max(map(len, names))}}  {cell(shown[0][name])}")
    else:
        for row in shown:
            parts = " · ".join(f"{name} {cell(row[name])}" for name in names if row[name] not in EMPTY)
            write(fill(parts, columns(), initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False))


def _width(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> int:
    widest = (max(len(name), *(min(len(cell(row[name])), WIDEST_CELL_COLUMNS) for row in rows)) for name in names)
    return sum(width + GAP_COLUMNS for width in widest)
