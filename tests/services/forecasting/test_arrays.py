"""Equal rows are counted once, and nothing is lost over it."""

import numpy as np

from services.forecasting.arrays import compressed


def test_equal_rows_are_counted() -> None:
    """Columns, counts and inverse give the rows back; rows that differ in any column stay apart."""
    one, other = np.array([2, 1, 2, 2]), np.array([0.5, 0.25, 0.5, 0.75])

    columns, counts, inverse = compressed(one, other)

    assert sorted(zip(*columns, counts, strict=True)) == [(1, 0.25, 1), (2, 0.5, 2), (2, 0.75, 1)]
    assert columns[0][inverse].tolist() == one.tolist()
    assert columns[1][inverse].tolist() == other.tolist()
