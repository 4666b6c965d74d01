"""Gamma-Gamma: the published results, and the formula against the model's story."""

import math

import numpy as np
import pytest
from scipy import integrate, stats  # type: ignore[import-untyped]

from services.forecasting import gamma_gamma
from services.forecasting.fitting import NotFitted
from services.forecasting.gamma_gamma import Parameters, Values
from tests.services.forecasting.cdnow import summary

# What the documentation of lifetimes prints of customers 1 to 10, and of all of them.
PUBLISHED = (
    24.658619,
    18.911489,
    35.170981,
    35.170981,
    35.170981,
    71.462843,
    18.911489,
    35.170981,
    27.282408,
    35.170981,
)
PUBLISHED_MEAN = 35.2529588256


def test_the_published_parameters_of_cdnow() -> None:
    """Of 946 customers who bought again: p 6.25, q 3.74, gamma 15.44 (Fader and Hardie 2013)."""
    _, values = summary()

    fitted = gamma_gamma.fit(values)

    assert int(np.sum(values.known > 0)) == 946
    assert fitted == pytest.approx(Parameters(6.25, 3.74, 15.44), rel=2e-3)


def test_the_published_expected_values_of_cdnow() -> None:
    """Each of the first ten customers, and the mean of all, as published."""
    _, values = summary()

    expected = gamma_gamma.expected_value(gamma_gamma.fit(values), values)

    assert expected[:10] == pytest.approx(np.array(PUBLISHED), rel=1e-6)
    assert float(np.mean(expected)) == pytest.approx(PUBLISHED_MEAN, rel=1e-6)


def test_no_parameters_are_likelier_than_the_fitted_ones() -> None:
    """A step of one percent in any direction lowers the likelihood."""
    _, values = summary()
    again = Values(values.known[values.known > 0], values.mean[values.known > 0])
    fitted = gamma_gamma.fit(values)
    best = gamma_gamma.log_likelihood(fitted, again)

    beside = [
        gamma_gamma.log_likelihood(fitted._replace(**{name: getattr(fitted, name) * step}), again)
        for name in fitted._fields
        for step in (0.99, 1.01)
    ]

    assert max(beside) < best


@pytest.mark.parametrize(("known", "mean"), [(1, 12.0), (4, 40.0)])
def test_likelihood_and_expected_value_follow_from_the_story(known: int, mean: float) -> None:
    """They are what the integral over every possible scale of the customer's own gamma distribution gives."""
    p, q, gamma = parameters = Parameters(6.25, 3.74, 15.44)
    one = Values(np.array([known], np.int64), np.array([mean]))

    def weight(rate: float) -> float:
        # The mean of n gamma(p, rate) values is gamma(p n, n rate).
        told = stats.gamma.pdf(mean, p * known, scale=1 / (known * rate))
        return float(told * stats.gamma.pdf(rate, q, scale=1 / gamma))

    whole = integrate.quad(weight, 0, 5, epsabs=0, epsrel=1e-10, limit=200)[0]
    value = integrate.quad(lambda rate: weight(rate) * p / rate, 1e-9, 5, epsabs=0, epsrel=1e-10, limit=200)[0] / whole

    assert gamma_gamma.log_likelihood(parameters, one) == pytest.approx(math.log(whole), rel=1e-7)
    assert gamma_gamma.expected_value(parameters, one)[0] == pytest.approx(value, rel=1e-7)


def test_of_whom_nothing_is_known_the_mean_of_all_is_expected() -> None:
    """Without a repeat purchase it is everybody's mean; with very many it is the customer's own."""
    parameters = Parameters(6.25, 3.74, 15.44)
    values = Values(np.array([0, 100_000], np.int64), np.array([0.0, 80.0]))

    expected = gamma_gamma.expected_value(parameters, values)

    assert expected[0] == pytest.approx(parameters.mean)
    assert expected[1] == pytest.approx(80.0, rel=1e-3)


def test_the_published_correlation_of_value_and_frequency() -> None:
    """It is 0.113884 in CDNOW, as the documentation of lifetimes prints it; where nobody differs there is none."""
    _, values = summary()
    alike = Values(np.array([2, 2], np.int64), np.array([5.0, 9.0]))

    assert gamma_gamma.correlation(values) == pytest.approx(0.113884, abs=5e-7)
    assert gamma_gamma.correlation(alike) == 0


def test_nobody_has_spent_anything_again() -> None:
    """Without a single value above zero there is nothing to fit, and that is said."""
    with pytest.raises(NotFitted, match="nobody has spent anything"):
        gamma_gamma.fit(Values(np.array([0, 2], np.int64), np.array([0.0, 0.0])))
