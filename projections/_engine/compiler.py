"""Generates a projection's row constructor and merge as Python source, as dataclasses do.

The generated merge touches a row's slots in place: no column object is called for an event, so that a
declaration costs nothing in the hot path. ``Column.merge`` stays the reference that the laws compare with.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from projections._engine.columns import Column, Stamp

Rows = dict[tuple[Any, ...], list[Any]]
"""A batch's accumulated rows: key to one state for each column."""

Absorb = Callable[[Rows, tuple[Any, ...], Stamp], None]
Values = Callable[[tuple[Any, ...], list[Any]], tuple[Any, ...]]


class Compiled(NamedTuple):
    """What was generated from one declaration.

    ``absorb(rows, delta, stamp)`` merges one delta into a batch's rows; ``values(key, row)`` gives the table's column
    values of a row, in order.
    """

    absorb: Absorb
    values: Values


def compile_row(name: str, keys: Sequence[str], columns: Sequence[Column[Any]]) -> Callable[..., tuple[Any, ...]]:
    """Return ``row(*keys, **columns)``, which builds a delta's tuple."""
    parameters = ", ".join([*keys, *(["*"] if columns else []), *(f"{c.name}={c.default}" for c in columns)])
    values = "".join(f"{column.name}, " for column in columns)
    source = f"def row({parameters}):\n    return (({', '.join(keys)},), {values})\n"
    function: Callable[..., tuple[Any, ...]] = _function(f"{name}.row", source, "row", {})
    return function


def compiled(name: str, keys: Sequence[str], columns: Sequence[Column[Any]]) -> Compiled:
    """Return what the pump calls for this projection."""
    return Compiled(_compile_absorb(name, columns), _compile_values(name, keys, columns))


def _compile_absorb(name: str, columns: Sequence[Column[Any]]) -> Absorb:
    names = [f"v{index}" for index in range(len(columns))]
    fresh = ", ".join(column.fresh(value) for column, value in zip(columns, names, strict=True))
    lines = [
        "def absorb(rows, delta, stamp):",
        f"    key, {', '.join(names)} = delta" if names else "    (key,) = delta",
        "    row = rows.get(key)",
        "    if row is None:",
        f"        rows[key] = [{fresh}]",
        "        return",
    ]
    for index, (column, value) in enumerate(zip(columns, names, strict=True)):
        lines += [f"    {line}" for line in column.absorb(value, f"row[{index}]")]
    scope = {f"{column.name}_column": column for column in columns}
    absorb: Absorb = _function(f"{name}.absorb", "\n".join(lines) + "\n", "absorb", scope)
    return absorb


def _compile_values(name: str, keys: Sequence[str], columns: Sequence[Column[Any]]) -> Values:
    stored = [source for index, column in enumerate(columns) for source in column.stored(f"row[{index}]")]
    parts = [*(f"key[{index}]" for index in range(len(keys))), *stored]
    source = f"def values(key, row):\n    return ({', '.join(parts)},)\n"
    values: Values = _function(f"{name}.values", source, "values", {"Jsonb": Jsonb})
    return values


def _function(title: str, source: str, function: str, scope: dict[str, Any]) -> Any:
    exec(compile(source, f"<generated {title}>", "exec"), scope)  # noqa: S102 - our own declaration, no input
    return scope[function]
