"""BG/NBD: how often customers will buy, and whether they still are customers.

Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model. Marketing Science 24(2), 275-284. While a customer is one they buy at random at a rate of their own;
rates are gamma distributed (``r``, ``alpha``). After each purchase they leave for good with a probability of their own;
those are beta distributed (``a``, ``b``).

A customer's history is three numbers: ``frequency`` x, how often they bought after the first time; ``recency`` t_x, the
time from the first purchase to the last; ``age`` T, the time from the first purchase to now. Any unit of time will do,
the same for all and for the horizon.

The awkward half: nobody leaves before the second purchase, so who bought once is a customer for certain, however long
ago. Seasons, prices and news do not exist here.
"""

from typing import NamedTuple

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from services.forecasting.arrays import Floats, Whole, compressed
from services.forecasting.fitting import NotFitted, maximised

START = (0.5, 0.5, 1.0, 2.0)
LEAST = (1e-4, 1e-4, 1e-4, 1e-4)
MOST = (1e3, 1e4, 50.0, 5e3)
"""Where the search begins, and its bounds: r, alpha as a multiple of the mean age, a, b."""

NEAR_ONE = 1e-5


class Parameters(NamedTuple):
    """The four of the model; alpha is in the unit of time."""

    r: float
    alpha: float
    a: float
    b: float


class Histories(NamedTuple):
    """Customers' histories, a customer an element."""

    frequency: Whole
    recency: Floats
    age: Floats


def fit(histories: Histories) -> Parameters:
    """Return the parameters of the highest likelihood. Raises NotFitted, such as where nobody has bought twice."""
    if not np.any(histories.frequency > 0):
        message = "nobody has bought on a second day yet"
        raise NotFitted(message)
    unit = float(np.mean(histories.age))
    columns, counts, _ = compressed(histories.frequency, histories.recency / unit, histories.age / unit)
    prepared = _Prepared(Histories(*columns), counts)
    r, alpha, a, b = maximised(prepared.mean_and_gradient, START, LEAST, MOST)
    return Parameters(float(r), float(alpha * unit), float(a), float(b))


def log_likelihood(parameters: Parameters, histories: Histories) -> float:
    """Return the log-likelihood of all histories together."""
    columns, counts, _ = compressed(*histories)
    mean, _ = _Prepared(Histories(*columns), counts).mean_and_gradient(np.array(parameters))
    return mean * int(np.sum(counts))


class _Prepared:
    """Histories with what does not depend on the parameters: each frequency's gamma functions are worked out once."""

    def __init__(self, histories: Histories, counts: Whole) -> None:
        self._x, self._recency, self._age = histories
        self._frequencies, self._which = np.unique(self._x, return_inverse=True)
        self._repeated = self._x > 0
        self._share = counts / np.sum(counts)
        self._share_of_frequency = np.bincount(self._which, self._share)

    def mean_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the mean log-likelihood of a customer, and its gradient.

        It is A1 + A2 + ln(exp(A3) + exp(A4)), the paper's appendix in its stable form: the large gamma functions are
        taken as logarithms, and the sum by ``logaddexp``.
        """
        r, alpha, a, b = parameters
        x, each = self._x, self._frequencies
        gammas = special.gammaln(r + each) - special.gammaln(r) + r * np.log(alpha)
        betas = special.betaln(a, b + each) - special.betaln(a, b)
        after_age, after_recency = np.log(alpha + self._age), np.log(alpha + self._recency)
        stays = -(r + x) * after_age
        before = np.maximum(b + x - 1, 1e-300)  # only where x > 0, and there b + x - 1 >= b > 0
        left = np.where(self._repeated, np.log(a) - np.log(before) - (r + x) * after_recency, -np.inf)
        both = np.logaddexp(stays, left)
        share, gone = self._share, np.exp(left - both)
        value = self._share_of_frequency @ (gammas + betas) + share @ both
        kept = 1 - gone
        of_frequency = self._share_of_frequency
        by_r = special.digamma(r + each) - special.digamma(r) + np.log(alpha)
        by_all = special.digamma(a + b) - special.digamma(a + b + each)
        by_b = special.digamma(b + each) - special.digamma(b) + by_all
        gradient = (
            of_frequency @ by_r - share @ (kept * after_age + gone * after_recency),
            r / alpha - share @ ((r + x) * (kept / (alpha + self._age) + gone / (alpha + self._recency))),
            of_frequency @ by_all + share @ gone / a,
            of_frequency @ by_b - share @ np.where(self._repeated, gone / before, 0.0),
        )
        return float(value), np.array(gradient)


def probability_alive(parameters: Parameters, histories: Histories) -> Floats:
    """Return the probability that each still is a customer; 1 for who bought once.

    Fader, Hardie and Lee (2008), Computing P(alive) Using the BG/NBD Model, equation 1.
    """
    alive: Floats = 1 / (1 + np.exp(_odds_of_having_left(parameters, histories)))
    return alive


def _odds_of_having_left(parameters: Parameters, histories: Histories) -> Floats:
    """Return the logarithm of the odds: -inf for who bought once."""
    r, alpha, a, b = parameters
    x, recency, age = histories
    with np.errstate(divide="ignore"):
        waited = (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
        odds: Floats = np.where(x > 0, np.log(a) - np.log(np.where(x > 0, b + x - 1, 1.0)) + waited, -np.inf)
    return odds


def expected_purchases(parameters: Parameters, histories: Histories, horizon: float) -> Floats:
    """Return how often each is expected to buy within the horizon from now; that they may have left is in it.

    Equation 10 of the paper. Its hypergeometric function 2F1(r+x, b+x; a+b+x-1; z) grows beyond every bound with x; by
    Euler's transformation (Abramowitz and Stegun 15.3.3) it is (1-z)^(a-1-r-x) 2F1(a-1, a+b-1-r; a+b+x-1; z), and the
    powers of x cancel. At a = 1, where the equation is 0/0, a neighbour of 1 is taken.
    """
    r, alpha, a, b = parameters
    a = a if abs(a - 1) > NEAR_ONE else 1 + NEAR_ONE
    # The function depends on frequency and age alone, and customers share those.
    (x, age), _, inverse = compressed(histories.frequency, histories.age)
    z = horizon / (alpha + age + horizon)
    function = special.hyp2f1(a - 1, a + b - 1 - r, a + b + x - 1, z)
    bought = (a + b + x - 1) * (1 - (1 - z) ** (a - 1) * function) / (a - 1)
    alive = probability_alive(parameters, histories)
    expected: Floats = np.maximum(bought, 0.0)[inverse] * alive
    return expected
