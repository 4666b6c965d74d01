"""Numbers to Postgres and back by COPY in binary."""

import numpy as np
import pytest

from services.dial import binary
from services.installation import Connection
from tests.conftest import Connect

COLUMNS = {"one": np.arange(-3, 200_000, dtype=np.int64), "other": np.arange(-3, 200_000, dtype=np.int64) ** 2 << 20}


def copied(connection: Connection, columns: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]) -> list[list[int]]:
    """Return columns that went to Postgres and came back."""
    connection.execute("CREATE TEMP TABLE numbers (one bigint, other bigint)")
    with connection.cursor() as cursor, cursor.copy("COPY numbers FROM STDIN (FORMAT BINARY)") as copy:
        for block in binary.blocks(columns):
            copy.write(block)
    names = tuple(columns)
    with connection.cursor() as cursor, cursor.copy("COPY numbers TO STDOUT (FORMAT BINARY)") as copy:
        pieces = list(binary.rows(copy, names))
    return [np.concatenate([piece[name]["value"] for piece in pieces]).tolist() for name in names]


def test_numbers_come_back_as_they_went(connect: Connect) -> None:
    """More rows than fit one block, negative ones too, in order."""
    assert copied(connect(), COLUMNS) == [column.tolist() for column in COLUMNS.values()]


def test_no_rows_are_no_rows() -> None:
    """An empty table gives no array."""
    assert list(binary.rows([binary.HEADER, binary.TRAILER], ("one",))) == []


def test_half_a_row_is_an_error() -> None:
    """A COPY that was cut is never taken for whole."""
    whole = b"".join(binary.blocks({"one": np.arange(5, dtype=np.int64)}))

    with pytest.raises(ValueError, match="in the middle of a row"):
        list(binary.rows([whole[:-9]], ("one",)))
