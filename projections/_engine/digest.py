"""The canonical digest: equal digests at equal positions mean equal projections, whoever computed them.

SHA-256 over one JSON line a row, in key order: the key's values, then each column's state. Times are whole microseconds
since 1970, dates ISO 8601, sets and maps sorted; text orders by code point, as COLLATE "C" does.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
from psycopg import IsolationLevel

from projections._engine import checkpoint, ddl
from projections._engine.columns.base import canonical_value
from projections._engine.declaration import Projection
from projections._engine.registry import Connection, Table

FETCH_ROWS = 5_000

StateRow = tuple[tuple[Any, ...], list[Any]]
"""A key and one state for each column."""


class TableDigest(NamedTuple):
    """A digest with what it was taken of: how many rows, and at which positions."""

    projection: str
    digest: str
    rows: int
    positions: dict[int, int]


def digest_of(projection: Projection, rows: Iterable[StateRow]) -> tuple[str, int]:
    """Return the SHA-256 of rows that are given in key order, and how many there were."""
    hashed = hashlib.sha256()
    encode = msgspec.json.Encoder().encode
    count = 0
    for key, states in rows:
        canonical = [canonical_value(part) for part in key]
        canonical += [column.canonical(state) for column, state in zip(projection.columns, states, strict=True)]
        hashed.update(encode(canonical) + b"\n")
        count += 1
    return hashed.hexdigest(), count


def digest_of_states(projection: Projection, states: Mapping[tuple[Any, ...], list[Any]]) -> tuple[str, int]:
    """Return the digest of rows held in memory."""
    return digest_of(projection, sorted(states.items(), key=lambda item: item[0]))


def table_digest(connection: Connection, table: Table) -> TableDigest:
    """Return the digest of a table and its positions, read in one snapshot."""
    isolation = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            positions = checkpoint.positions(connection, table.name)
            digest, rows = digest_of(table.projection, stored_rows(connection, table))
    finally:
        connection.isolation_level = isolation
    return TableDigest(table.projection.name, digest, rows, dict(positions))


def stored_rows(connection: Connection, table: Table) -> Iterator[StateRow]:
    """Yield a table's rows in key order. Call it within a transaction."""
    with connection.cursor(name=f"rows_of_{table.name}", binary=True) as cursor:
        cursor.itersize = FETCH_ROWS
        cursor.execute(ddl.select_rows(table.projection, table.name, table.schema))
        yield from (loaded(table.projection, row) for row in cursor)


def loaded(projection: Projection, row: tuple[Any, ...]) -> StateRow:
    """Return the key and the states of a row as it was selected."""
    at = len(projection.keys)
    states = []
    for column, width in zip(projection.columns, _widths(projection), strict=True):
        states.append(column.load(row[at : at + width]))
        at += width
    return row[: len(projection.keys)], states


@cache
def _widths(projection: Projection) -> tuple[int, ...]:
    """Return how many columns of the table hold each state."""
    return tuple(len(column.fields()) for column in projection.columns)
