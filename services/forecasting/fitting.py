"""What every model here is fitted with: equal rows counted once, and a likelihood's maximum found by its gradient."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

Likelihood = Callable[[Floats], tuple[float, Floats]]
"""A log-likelihood of parameters, and its gradient."""

MOST_STEPS = 1_000


class NotFitted(ValueError):
    """A model has no parameters for these histories; the message is a sentence that says why."""


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


def maximised(likelihood: Likelihood, start: Sequence[float], least: Sequence[float], most: Sequence[float]) -> Floats:
    """Return the parameters, all above zero, with the highest likelihood between ``least`` and ``most``.

    The search is L-BFGS-B in the parameters' logarithms (Zhu, Byrd, Lu and Nocedal 1997). It has no randomness: the
    same histories give the same parameters. Raises NotFitted where it does not settle.
    """

    def cost(logarithms: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logarithms)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    found = optimize.minimize(
        cost,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(np.log(least), np.log(most), strict=True)),
        options={"maxiter": MOST_STEPS, "maxfun": 2 * MOST_STEPS, "ftol": 1e-15, "gtol": 1e-9},
    )
    parameters: Floats = np.exp(found.x)
    if not (np.isfinite(found.fun) and np.all(np.isfinite(parameters))) or found.nit >= MOST_STEPS:
        message = f"the likelihood has no maximum that can be found: {found.message}"
        raise NotFitted(message)
    return parameters
