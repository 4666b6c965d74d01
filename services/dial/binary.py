"""Whole numbers from Postgres to numpy and back by COPY in binary: fields of one width, so that no row is parsed.

A row is the number of its fields, then each field's length and value; see "Binary Format" of COPY in Postgres' manual.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.arrays import Whole

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BIGINT_BYTES = 8
CHUNK_ROWS = 1 << 16


@cache
def _row(names: tuple[str, ...]) -> np.dtype[Any]:
    field = np.dtype([("length", ">i4"), ("value", ">i8")])
    return np.dtype([("fields", ">i2"), *((name, field) for name in names)])


def rows(blocks: Iterable[Any], names: tuple[str, ...]) -> Iterator[NDArray[Any]]:
    """Yield the rows of a COPY of bigint columns, none of them NULL, in arrays of many rows each."""
    row, gathered, begun = _row(names), bytearray(), False
    for block in blocks:
        gathered += block
        if not begun and len(gathered) >= len(HEADER):
            del gathered[: len(HEADER)]
            begun = True
        if len(gathered) > row.itemsize * CHUNK_ROWS:
            whole = len(gathered) // row.itemsize
            yield np.frombuffer(bytes(gathered[: whole * row.itemsize]), row)
            del gathered[: whole * row.itemsize]
    whole = len(gathered) // row.itemsize
    if gathered[whole * row.itemsize :] != TRAILER:
        message = "a COPY ended in the middle of a row"
        raise ValueError(message)
    if whole:
        yield np.frombuffer(bytes(gathered[: whole * row.itemsize]), row)


def blocks(columns: Mapping[str, Whole]) -> Iterator[bytes]:
    """Yield what COPY takes for rows of bigint columns of equal length."""
    names: Sequence[str] = tuple(columns)
    yield HEADER
    total = len(columns[names[0]])
    for start in range(0, total, CHUNK_ROWS):
        piece = np.zeros(min(CHUNK_ROWS, total - start), _row(tuple(names)))
        piece["fields"] = len(names)
        for name in names:
            piece[name]["length"] = BIGINT_BYTES
            piece[name]["value"] = columns[name][start : start + CHUNK_ROWS]
        yield piece.tobytes()
    yield TRAILER
