"""What a dial is made of. The one place in which its weights, half-lives and horizons are set.

The dial is the weighted mean of three parts, each a whole number from 0 to 100:

* *Now*: the net spend so far, each day's counting half as much for every recent half-life that it is old; as percentile
  rank among the customers who ever ordered in that currency. 0 where nothing is left of it.
* *Heading*: the recent rate of spend (that sum over the days it stands for) as a share of itself and the longer rate,
  the same with the longer half-life: 50 where both are equal, 0 for who fell silent, 67 where it has doubled.
* *Potential*: expected spend in the next 12 months, as percentile rank. 0 where none is expected.

A percentile rank is the share of customers with less, those with the same counting half. Everything is rounded to whole
numbers, a half upwards, and each figure is computed from the rounded ones before it.
"""

from typing import NamedTuple

import numpy as np

from services.forecasting.arrays import Floats, Whole

DAYS_IN_A_WEEK = 7
DAYS_IN_A_MONTH = 30
WEEKS = {3: 13.0, 12: 52.0, 36: 156.0}
"""The horizons: months, and how many weeks they are taken for."""

LEAST_DAYS = 30
"""Who came a week ago has no rate yet: a rate is over this many days at least."""


class Formula(NamedTuple):
    """The weights of the parts, which are 100 together, and the half-lives in days."""

    now_weight: int = 40
    heading_weight: int = 20
    potential_weight: int = 40
    recent_half_life: int = 90
    longer_half_life: int = 365

    @property
    def weights(self) -> tuple[int, int, int]:
        """The weights of now, heading and potential."""
        return self.now_weight, self.heading_weight, self.potential_weight


FORMULA = Formula()


class Parts(NamedTuple):
    """The three parts of each dial, and the dial: whole numbers from 0 to 100."""

    now: Whole
    heading: Whole
    potential: Whole
    dial: Whole


def parts(formula: Formula, recent_minor: Whole, longer_minor: Whole, age_days: Whole, expected_minor: Whole) -> Parts:
    """Return the dials of customers: what still counts of their spend, since when they are here, what is expected."""
    now = ranks(recent_minor)
    heading = headings(formula, recent_minor, longer_minor, age_days)
    potential = ranks(expected_minor)
    of_now, of_heading, of_potential = formula.weights
    dial = (of_now * now + of_heading * heading + of_potential * potential + 50) // 100
    return Parts(now, heading, potential, dial)


def ranks(figures: Whole) -> Whole:
    """Return the percentile rank of each, a half rounded up; 0 for what is not above zero."""
    values, which, counts = np.unique(figures, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    rank: Whole = (200 * below + 100 * counts + len(figures)) // (2 * max(1, len(figures)))
    return np.where(values > 0, rank, 0)[which]


def headings(formula: Formula, recent_minor: Whole, longer_minor: Whole, age_days: Whole) -> Whole:
    """Return the recent rate's share of recent and longer rate together, in percent; 0 where both are 0."""
    recent = recent_minor / exposure(formula.recent_half_life, age_days)
    longer = longer_minor / exposure(formula.longer_half_life, age_days)
    both = recent + longer
    share = np.floor(100 * np.divide(recent, both, out=np.zeros_like(both), where=both > 0) + 0.5)
    return share.astype(np.int64)


def exposure(half_life: int, age_days: Whole) -> Floats:
    """Return how many days a decayed sum stands for: those since the first order, each counting as its spend does."""
    days = np.maximum(age_days + 1, LEAST_DAYS)
    stands_for: Floats = (1 - 0.5 ** (days / half_life)) / (1 - 0.5 ** (1 / half_life))
    return stands_for


def monthly(decayed_minor: int, half_life: int, age_days: int) -> int:
    """Return a decayed sum as the rate of a month of 30 days."""
    days = float(exposure(half_life, np.array([age_days]))[0])
    return round(DAYS_IN_A_MONTH * decayed_minor / days)
