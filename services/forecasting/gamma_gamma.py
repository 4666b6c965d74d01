"""Gamma-Gamma: what a customer's purchase will be worth.

Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value (brucehardie.com/notes/025). One
customer's purchases vary at random around a mean of their own, with gamma shape ``p``; the means differ between
customers, as an inverse gamma of shape ``q`` and scale ``gamma`` makes them. What is known of a customer, the mean of x
values, is weighed against what is known of all: the fewer values, the nearer to everybody's mean.

The awkward half: value must not hang together with frequency, which is to be checked by their correlation.
"""

from typing import NamedTuple

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from services.forecasting.arrays import Floats, Whole, compressed
from services.forecasting.fitting import NotFitted, maximised

START = (2.0, 3.0, 1.0)
LEAST = (1e-2, 1.05, 1e-4)
MOST = (1e4, 1e4, 1e6)
"""Where the search begins, and its bounds: p, q, gamma as a multiple of the mean value. At q = 1 means have no mean."""


class Parameters(NamedTuple):
    """The three of the model; gamma is in the unit of money."""

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """The value that is expected of somebody of whom nothing is known."""
        return self.p * self.gamma / (self.q - 1)


class Values(NamedTuple):
    """Of each customer, how many values are known, and their mean."""

    known: Whole
    mean: Floats


def fit(values: Values) -> Parameters:
    """Return the parameters of the highest likelihood, of customers with a mean above zero. Raises NotFitted."""
    told = (values.known > 0) & (values.mean > 0)
    if not np.any(told):
        message = "nobody has spent anything on a second day yet"
        raise NotFitted(message)
    unit = float(np.mean(values.mean[told]))
    (known, mean), counts, _ = compressed(values.known[told], values.mean[told] / unit)
    prepared = _Prepared(Values(known, mean), counts)
    p, q, gamma = maximised(prepared.mean_and_gradient, START, LEAST, MOST)
    return Parameters(float(p), float(q), float(gamma * unit))


def log_likelihood(parameters: Parameters, values: Values) -> float:
    """Return the log-likelihood of all values together; each mean has to be above zero."""
    (known, mean), counts, _ = compressed(*values)
    each, _ = _Prepared(Values(known, mean), counts).mean_and_gradient(np.array(parameters))
    return each * int(np.sum(counts))


class _Prepared:
    """Values with what does not depend on the parameters."""

    def __init__(self, values: Values, counts: Whole) -> None:
        self._x = values.known.astype(np.float64)
        self._mean = values.mean
        self._each, self._which = np.unique(self._x, return_inverse=True)
        self._share = counts / np.sum(counts)
        self._share_of_count = np.bincount(self._which, self._share)
        self._logarithm = float(self._share @ np.log(values.mean))
        self._weighed = float(self._share @ (self._x * np.log(values.mean)))
        self._powers = self._each * np.log(self._each)

    def mean_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the mean log-likelihood of a customer (equation 1a of the note), and its gradient."""
        p, q, gamma = parameters
        share, of_count, each, x = self._share, self._share_of_count, self._each, self._x
        total = gamma + x * self._mean
        logarithm = np.log(total)
        gammas = special.gammaln(p * each + q) - special.gammaln(p * each) - special.gammaln(q)
        value = of_count @ (gammas + p * self._powers) + q * np.log(gamma)
        value += p * self._weighed - self._logarithm - share @ ((p * x + q) * logarithm)
        of_both = special.digamma(p * each + q)
        by_p = each * (of_both - special.digamma(p * each)) + self._powers
        gradient = (
            of_count @ by_p + self._weighed - share @ (x * logarithm),
            of_count @ of_both - special.digamma(q) + np.log(gamma) - share @ logarithm,
            q / gamma - share @ ((p * x + q) / total),
        )
        return float(value), np.array(gradient)


def correlation(values: Values) -> float:
    """Return how value hangs together with frequency, of customers with a mean above zero: Pearson's correlation.

    The model takes it for zero; 0 where nobody differs.
    """
    told = (values.known > 0) & (values.mean > 0)
    known, mean = values.known[told].astype(np.float64), values.mean[told]
    if np.ptp(known) == 0 or np.ptp(mean) == 0:
        return 0.0
    return float(np.corrcoef(known, mean)[0, 1])


def expected_value(parameters: Parameters, values: Values) -> Floats:
    """Return what each customer's next purchase is expected to be worth (equation 5 of the note)."""
    p, q, gamma = parameters
    expected: Floats = p * (gamma + values.known * values.mean) / (p * values.known + q - 1)
    return expected
