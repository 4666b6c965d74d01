"""The dials of histories under a model: numbers in, whole numbers out; the same in gives the same out."""

from typing import NamedTuple

import numpy as np

from services.dial.formula import WEEKS, Parts, parts
from services.dial.history import History
from services.dial.model import Model
from services.forecasting import bg_nbd, gamma_gamma
from services.forecasting.arrays import Floats, Whole

MOST_MINOR = float(2**53)
PPM = 1e6
MILLI = 1e3


class Dials(NamedTuple):
    """The dials of customers, in the order of their histories."""

    parts: Parts
    alive_ppm: Whole
    value_minor: Whole
    expected_12_milli: Whole
    expected_minor: dict[int, Whole]

    def columns(self) -> dict[str, Whole]:
        """Return them by the names of the table's columns."""
        return {
            "dial": self.parts.dial,
            "now_part": self.parts.now,
            "heading_part": self.parts.heading,
            "potential_part": self.parts.potential,
            "place": self.places(),
            "alive_ppm": self.alive_ppm,
            "value_minor": self.value_minor,
            "expected_12_milli": self.expected_12_milli,
            **{f"expected_{months}_minor": minor for months, minor in self.expected_minor.items()},
        }

    def places(self) -> Whole:
        """Return each one's rank: the loudest is the first, then of whom most is expected, then the first by name."""
        order = np.lexsort((-self.expected_minor[12], -self.parts.dial))
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(1, len(order) + 1)
        return places


def dialled(model: Model, history: History) -> Dials:
    """Return the dials of these customers."""
    purchases = history.purchases(model.day)
    value = gamma_gamma.expected_value(model.values, history.values())
    often = {months: bg_nbd.expected_purchases(model.purchases, purchases, weeks) for months, weeks in WEEKS.items()}
    expected = {months: _whole(times * value) for months, times in often.items()}
    age = history.age_days(model.day)
    return Dials(
        parts(model.formula, history.recent_minor, history.longer_minor, age, expected[12]),
        _whole(PPM * bg_nbd.probability_alive(model.purchases, purchases)),
        _whole(value),
        _whole(MILLI * often[12]),
        expected,
    )


def _whole(figures: Floats) -> Whole:
    """Return figures as whole numbers, a half rounded up."""
    return np.floor(np.minimum(figures, MOST_MINOR) + 0.5).astype(np.int64)
