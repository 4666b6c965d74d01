"""Arrays of numbers, a customer an element; equal rows can be counted once."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Compressed(NamedTuple):
    """Equal rows, once each: the columns, how often each row came, and which of them each one given was."""

    columns: tuple[NDArray[Any], ...]
    counts: Whole
    inverse: NDArray[np.intp]


def compressed(*columns: NDArray[Any]) -> Compressed:
    """Return the different rows of these columns of equal length, in order."""
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        # Codes are dense after each column, so their product stays far below 2**63.
        codes = np.unique(codes * len(values) + code, return_inverse=True)[1].astype(np.int64)
    _, first, inverse, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    return Compressed(tuple(column[first] for column in columns), counts, inverse)
