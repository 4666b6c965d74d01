"""The evaluation of offers: on made-up orders whose hit rates can be said beforehand."""

from datetime import timedelta
from random import Random

import pytest

from services.associations.evaluating import Evaluation, next_order, same_basket
from tests.services.associations.baskets import MONDAY, bought, told

CUT = MONDAY + timedelta(days=50)


def hits(evaluation: Evaluation) -> dict[tuple[str, str, int], tuple[int, int]]:
    """Return hits and orders judged by task, rule and k."""
    return {(rate.task, rate.rule, rate.k): (rate.hits, rate.orders) for rate in evaluation.rates}


def test_a_habit_is_foreseen_and_what_is_popular_is_not() -> None:
    """Each of five buys a letter of their own; strangers, who never come back, make a, b, c and d popular."""
    own = {f"customer:{letter}": letter for letter in "vwxyz"}
    orders = [(buyer, day, letter) for buyer, letter in own.items() for day in (0, 20, 60, 80)]
    orders += [(f"stranger:{number}", number % 50, "abcd") for number in range(40)]

    evaluation = next_order(told(orders), CUT)

    assert (evaluation.judged_orders, evaluation.past_orders) == (5, 50)
    assert hits(evaluation) == {
        ("next order", "offer", 3): (5, 5),
        ("next order", "offer", 10): (5, 5),
        ("next order", "bought before", 3): (5, 5),
        ("next order", "bought before", 10): (5, 5),
        ("next order", "most popular", 3): (0, 5),
        ("next order", "most popular", 10): (5, 5),
        **{("next order, new", rule, k): (0, 0) for rule in ("offer", "most popular") for k in (3, 10)},
    }


def test_the_first_order_after_the_cut_is_judged_and_no_other() -> None:
    """What comes later neither counts nor is learnt from; whoever is new is not judged."""
    orders = [("ann", 0, "x"), ("ann", 60, "y"), ("ann", 61, "x"), ("bob", 70, "x"), ("bob", 71, "x")]

    evaluation = next_order(told(orders), CUT)

    assert (evaluation.judged_orders, evaluation.past_orders) == (1, 1)
    assert hits(evaluation)["next order", "offer", 10] == (0, 1)


def test_what_goes_together_is_found_among_new_products() -> None:
    """All who bought a pot bought tea; whoever bought only a pot so far buys tea next, and not what is popular."""
    orders = [(f"both:{number}", number, "pt") for number in range(10)]
    orders += [(f"pot:{number}", day, letter) for number in range(10) for day, letter in ((5, "p"), (60, "t"))]
    orders += [(f"stranger:{number}", number % 50, "abcd") for number in range(60)]

    rates = hits(next_order(told(orders), CUT))

    assert rates["next order, new", "offer", 3] == (10, 10)
    assert rates["next order, new", "most popular", 3] == (0, 10)


def test_the_past_ends_where_four_fifths_of_the_orders_were_placed() -> None:
    """Where nobody says otherwise."""
    evaluation = next_order(told((f"customer:{number % 5}", number, "a") for number in range(100)))

    assert evaluation.past_orders == 80
    assert evaluation.judged_orders == 5


def test_what_is_missing_from_a_basket_is_found_by_what_is_in_it() -> None:
    """Pairs that always go together are completed; by popularity alone three of ten pairs could be, at most."""
    dice = Random(3)
    pairs = ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st"]
    evaluation = same_basket(bought(*(dice.choice(pairs) for _ in range(500))))

    rates = hits(evaluation)

    found, judged = rates["same basket", "offer", 3]
    assert judged == evaluation.judged_orders == 500
    assert found == judged
    assert rates["same basket", "most popular", 3][0] < judged / 2


def test_the_error_is_that_of_a_sample() -> None:
    """The root of p(1 - p)/n."""
    orders = [(f"customer:{number}", day, letter) for number in range(4) for day, letter in ((0, "a"), (60, "a"))]
    orders[1] = ("customer:0", 60, "z")

    rate = next(rate for rate in next_order(told(orders), CUT).rates if (rate.rule, rate.k) == ("offer", 3))

    assert rate.hit_share == 0.75
    assert rate.error_share == pytest.approx((0.75 * 0.25 / 4) ** 0.5)
