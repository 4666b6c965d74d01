"""The chance that the next order holds a product, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from services.associations.chances import NEXT_ORDER, Buyer, Evidence, Market, chance, interval_of

NOW = datetime(2024, 5, 17, tzinfo=UTC)
MARKET = Market(repeats=100, chances=1000, recent_orders=50)
TEA = Evidence("tea", 3, NOW - timedelta(days=40), NOW - timedelta(days=20), 30, 90, 10, 600_000)


def test_the_parts_by_hand() -> None:
    """Three orders of five held tea: (3 - 1 + 10 p) / (5 - 1 + 10), where p = (30 + 10 · 0.1) / (90 + 10) = 0.31."""
    parts = chance(TEA, Buyer(orders=5, history=4), MARKET, NOW)

    assert parts.habit == pytest.approx((2 + 3.1) / 14)
    assert parts.company == pytest.approx(NEXT_ORDER.company * 0.6 / 4)
    assert parts.popularity == pytest.approx(NEXT_ORDER.popularity * 0.2)
    assert parts.whole == pytest.approx(5.1 / 14 + 0.1 * 0.15 + 0.5 * 0.2)


def test_a_new_product_has_no_habit_and_other_weights() -> None:
    """Its company counts for more, and its popularity for less."""
    parts = chance(TEA._replace(orders=0, first_bought=None, last_bought=None), Buyer(5, 4), MARKET, NOW)

    assert parts == pytest.approx((0.0, NEXT_ORDER.company_new * 0.15, NEXT_ORDER.popularity_new * 0.2))


@pytest.mark.parametrize(("silent_days", "due"), [(4, False), (5, True), (40, True), (41, False)])
def test_out_of_rhythm_it_counts_less(silent_days: int, due: bool) -> None:  # noqa: FBT001 - a parameter
    """Who buys every ten days is about due from the fifth to the fortieth day."""
    last = NOW - timedelta(days=silent_days)
    evidence = TEA._replace(first_bought=last - timedelta(days=20), last_bought=last)

    habit = chance(evidence, Buyer(5, 4), MARKET, NOW).habit

    assert interval_of(evidence) == timedelta(days=10)
    assert habit == pytest.approx(5.1 / 14 * (1.0 if due else 0.8))


def test_nothing_is_known_of_anything() -> None:
    """Before anything was mined there is a chance, and it is the customer's own."""
    nothing = chance(Evidence("tea", 1, NOW, NOW, 0, 0, 0, 0), Buyer(1, 0), Market(0, 0, 0), NOW)

    assert nothing == (0.0, 0.0, 0.0)
