"""The dial's formula: ranks, headings and the weighed mean, by hand."""

import numpy as np
import pytest

from services.dial.formula import FORMULA, Formula, exposure, headings, monthly, parts, ranks
from services.forecasting.arrays import Floats, Whole


def whole(*figures: int) -> Whole:
    """Return whole numbers."""
    return np.array(figures, np.int64)


def test_a_rank_is_the_share_with_less_and_half_of_those_with_the_same() -> None:
    """Of ten customers the first is at 5 and the last at 95; two who are alike share the place between."""
    assert ranks(whole(*range(1, 11))).tolist() == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
    assert ranks(whole(7, 3, 7, 9)).tolist() == [50, 13, 50, 88]
    assert ranks(whole(4)).tolist() == [50]
    assert ranks(whole()).tolist() == []


def test_nothing_has_the_rank_zero() -> None:
    """Those with nothing are at 0, however many they are, and the others rank above them all."""
    assert ranks(whole(0, 0, 0, 8)).tolist() == [0, 0, 0, 88]


def test_a_rank_does_not_depend_on_the_order() -> None:
    """Customers in another order have the same ranks."""
    figures = np.random.default_rng(3).integers(0, 50, 500)
    shuffled = np.random.default_rng(4).permutation(500)

    assert ranks(figures)[shuffled].tolist() == ranks(figures[shuffled]).tolist()


@pytest.mark.parametrize(("half_life", "age"), [(90, 400), (365, 29), (90, 0)])
def test_a_decayed_sum_stands_for_its_days(half_life: int, age: int) -> None:
    """Who spends one a day has a sum as large as the days that it stands for, 30 days at least: a rate of one a day."""
    spent = sum(0.5 ** (ago / half_life) for ago in range(max(age, 29) + 1))

    assert exposure(half_life, whole(age))[0] == pytest.approx(spent)
    assert monthly(1000 * round(spent), half_life, age) == pytest.approx(30_000, rel=0.02)


def test_the_heading_is_fifty_for_who_spends_as_ever() -> None:
    """One a day for ever is 50, nothing is 0, and a step up or down turns it.

    With two a day for the last 60 of 1,000 days the recent rate is 1 + (1 - 2^(-60/90)) = 1.370, the longer one
    1 + (1 - 2^(-60/365)) / (1 - 2^(-1000/365)) = 1.127, and 1.370 / (1.370 + 1.127) = 0.549. With nothing for 300 days
    they are 0.099 and 0.490, and 0.099 / (0.099 + 0.490) = 0.168.
    """
    days = np.arange(1000)

    def heading(spent: Floats) -> int:
        recent, longer = (round(float(np.sum(10_000 * 0.5 ** (days / life) * spent))) for life in (90, 365))
        return int(headings(FORMULA, whole(recent), whole(longer), whole(999))[0])

    assert heading(np.ones(1000)) == 50
    assert heading(np.where(days < 60, 2.0, 1.0)) == 55
    assert heading(np.where(days < 300, 0.0, 1.0)) == 17
    assert heading(np.zeros(1000)) == 0


def test_the_dial_is_the_weighed_mean_of_its_parts() -> None:
    """A half is rounded up; other weights give another dial."""
    figures = (whole(0, 100, 200), whole(0, 400, 100), whole(500, 500, 500), whole(300, 200, 100))

    told = parts(FORMULA, *figures)
    only_now = parts(Formula(100, 0, 0), *figures)

    assert told.now.tolist() == [0, 50, 83]
    assert told.potential.tolist() == [83, 50, 17]
    assert told.dial.tolist() == [
        (40 * now + 20 * heading + 40 * potential + 50) // 100
        for now, heading, potential in zip(told.now, told.heading, told.potential, strict=True)
    ]
    assert only_now.dial.tolist() == told.now.tolist()
