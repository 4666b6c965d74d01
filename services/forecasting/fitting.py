"""What every model here is fitted with: a likelihood's maximum, found by its gradient."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize  # type: ignore[import-untyped]

from services.forecasting.arrays import Floats

Likelihood = Callable[[Floats], tuple[float, Floats]]
"""A log-likelihood of parameters, and its gradient."""

MOST_STEPS = 1_000


class NotFitted(ValueError):
    """A model has no parameters for these histories; the message is a sentence that says why."""


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
