"""BG/NBD: the published results, and the formulas against others that were not derived from them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from services.forecasting import bg_nbd
from services.forecasting.bg_nbd import Histories, Parameters
from services.forecasting.fitting import NotFitted
from tests.services.forecasting.cdnow import summary

CDNOW = Parameters(0.2425945, 4.4136019, 0.7929199, 2.4258881)


def histories(*rows: tuple[int, float, float]) -> Histories:
    """Return customers with these frequencies, recencies and ages."""
    frequency, recency, age = zip(*rows, strict=True)
    return Histories(np.array(frequency, np.int64), np.array(recency, float), np.array(age, float))


def test_the_published_parameters_of_cdnow() -> None:
    """They are .243, 4.414, .793 and 2.426, at a log-likelihood of -9582.4 (Fader, Hardie and Lee 2005, table 2)."""
    cdnow, _ = summary()

    fitted = bg_nbd.fit(cdnow)

    assert fitted == pytest.approx(CDNOW, rel=2e-5)
    assert bg_nbd.log_likelihood(fitted, cdnow) == pytest.approx(-9582.429, abs=0.001)


def test_the_published_forecast_of_a_customer() -> None:
    """The first customer of CDNOW is expected to buy 1.226 times in the next 39 weeks (Fader, Hardie and Lee, 2005)."""
    cdnow, _ = summary()
    first = Histories(cdnow.frequency[:1], cdnow.recency[:1], cdnow.age[:1])

    expected = bg_nbd.expected_purchases(bg_nbd.fit(cdnow), first, 39.0)

    assert round(float(expected[0]), 3) == 1.226


def test_no_parameters_are_likelier_than_the_fitted_ones() -> None:
    """A step of one percent in any direction lowers the likelihood."""
    cdnow, _ = summary()
    fitted = bg_nbd.fit(cdnow)
    best = bg_nbd.log_likelihood(fitted, cdnow)

    beside = [
        bg_nbd.log_likelihood(fitted._replace(**{name: getattr(fitted, name) * step}), cdnow)
        for name in fitted._fields
        for step in (0.99, 1.01)
    ]

    assert max(beside) < best


@pytest.mark.parametrize("history", [(0, 0.0, 30.0), (1, 4.0, 30.0), (3, 20.0, 21.0), (7, 29.4, 38.9)])
def test_the_likelihood_of_one_customer(history: tuple[int, float, float]) -> None:
    """It is the paper's equation 6, written out with gamma and beta functions."""
    x, recency, age = history
    r, alpha, a, b = CDNOW

    def beta(one: float, other: float) -> float:
        return math.gamma(one) * math.gamma(other) / math.gamma(one + other)

    bought = math.gamma(r + x) * alpha**r / math.gamma(r)
    likelihood = beta(a, b + x) / beta(a, b) * bought / (alpha + age) ** (r + x)
    if x > 0:
        likelihood += beta(a + 1, b + x - 1) / beta(a, b) * bought / (alpha + recency) ** (r + x)

    assert bg_nbd.log_likelihood(CDNOW, histories(history)) == pytest.approx(math.log(likelihood), rel=1e-12)


def _by_integration(parameters: Parameters, history: tuple[int, float, float], horizon: float) -> tuple[float, float]:
    """Return the probability alive and the expected purchases, from the model's story and Bayes' rule alone."""
    r, alpha, a, b = parameters
    x, recency, age = history
    nodes, weights = np.polynomial.legendre.leggauss(400)
    rate, leaving = np.meshgrid(5 * (nodes + 1), (nodes + 1) / 2)
    prior = np.outer(weights, weights) * stats.gamma.pdf(rate, r, scale=1 / alpha) * stats.beta.pdf(leaving, a, b)
    here = prior * (1 - leaving) ** x * rate**x * np.exp(-rate * age)
    gone = prior * leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * recency) * (x > 0)
    whole = np.sum(here) + np.sum(gone)
    future = (1 - np.exp(-rate * leaving * horizon)) / leaving
    return float(np.sum(here) / whole), float(np.sum(here * future) / whole)


@pytest.mark.parametrize("history", [(0, 0.0, 20.0), (2, 12.0, 20.0), (4, 19.0, 20.0)])
def test_forecasts_follow_from_the_story(history: tuple[int, float, float]) -> None:
    """Probability alive and expected purchases are what the integral over all rates and probabilities gives."""
    parameters = Parameters(2.5, 6.0, 2.2, 3.1)

    alive, bought = _by_integration(parameters, history, 26.0)

    assert bg_nbd.probability_alive(parameters, histories(history))[0] == pytest.approx(alive, rel=1e-5)
    assert bg_nbd.expected_purchases(parameters, histories(history), 26.0)[0] == pytest.approx(bought, rel=1e-5)


def test_forecasts_of_who_buys_very_often_are_finite() -> None:
    """With hundreds of purchases the equation as printed overflows; the forecast stays below the rate so far."""
    often = histories((400, 299.0, 300.0), (2_000, 1_000.0, 1_000.0))

    expected = bg_nbd.expected_purchases(CDNOW, often, 52.0)

    assert np.all(np.isfinite(expected))
    assert 60 < expected[0] < 400 / 300 * 52
    assert 90 < expected[1] < 2 * 52


def test_forecasts_pass_smoothly_through_one() -> None:
    """Where a is 1 the equation is 0/0; the forecast there is that of its neighbours."""
    one = histories((3, 20.0, 30.0))

    below, at, above = (bg_nbd.expected_purchases(CDNOW._replace(a=a), one, 52.0)[0] for a in (0.999, 1.0, 1.001))

    assert above < at < below
    assert at == pytest.approx((above + below) / 2, rel=1e-5)


def _simulated(parameters: Parameters, customers: int, dice: np.random.Generator) -> Histories:
    """Return histories of customers who behave as the model says, each watched for 52 weeks."""
    rates = dice.gamma(parameters.r, 1 / parameters.alpha, customers)
    leaving = dice.beta(parameters.a, parameters.b, customers)
    frequency, recency = np.zeros(customers, np.int64), np.zeros(customers)
    active: NDArray[np.bool_] = np.ones(customers, np.bool_)
    at = np.zeros(customers)
    while np.any(active):
        at = at + dice.exponential(1 / rates)
        active &= at < 52
        frequency[active] += 1
        recency[active] = at[active]
        active &= dice.random(customers) >= leaving
    return Histories(frequency, recency, np.full(customers, 52.0))


def test_parameters_of_simulated_customers_are_found_again() -> None:
    """Of 40,000 customers who behave as the model says, the parameters come out within a few percent."""
    true = Parameters(0.8, 5.0, 0.9, 3.0)

    fitted = bg_nbd.fit(_simulated(true, 40_000, np.random.default_rng(7)))

    assert fitted == pytest.approx(true, rel=0.08)


def test_nobody_has_bought_twice() -> None:
    """Of first purchases alone nothing can be learned, and that is said."""
    with pytest.raises(NotFitted, match="nobody has bought on a second day"):
        bg_nbd.fit(histories((0, 0.0, 3.0), (0, 0.0, 9.0)))
