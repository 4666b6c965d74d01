"""Rules over baskets: against counting every set by hand, with thresholds that are met exactly."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from services.associations.orders import Orders
from services.associations.rules import MOST_BASKET_PRODUCTS, Rule, Thresholds, frequent_sets, rules, usual
from tests.services.associations.baskets import bought, drawn

Written = tuple[str, str, int, int, int]


def written(orders: Orders, rule: Rule) -> Written:
    """Return a rule by the letters of its products, with its counts."""
    names = orders.products
    antecedent = "".join(names[product] for product in rule.antecedent)
    return antecedent, names[rule.consequent], rule.both_baskets, rule.antecedent_baskets, rule.consequent_baskets


def by_hand(baskets: list[str], least: int, confidence: Fraction, most: int = 99) -> set[Written]:
    """Return the rules that hold, by looking for every set of letters in every basket."""
    letters = sorted(set("".join(baskets)))

    def count(products: tuple[str, ...]) -> int:
        return sum(set(products) <= set(basket) for basket in baskets)

    found = set()
    for size in range(2, min(len(letters), most) + 1):
        for products in combinations(letters, size):
            both = count(products)
            for consequent in products if both >= least else ():
                antecedent = tuple(product for product in products if product != consequent)
                if Fraction(both, count(antecedent)) >= confidence:
                    found.add(("".join(antecedent), consequent, both, count(antecedent), count((consequent,))))
    return found


def test_the_rules_of_five_baskets() -> None:
    """Bread and milk lie together in three baskets of five; thresholds that are met exactly are met."""
    orders = bought("bm", "bm", "bmt", "b", "t")

    found = [written(orders, rule) for rule in rules(orders, Thresholds(3, Fraction(3, 4)))]

    assert found == [("b", "m", 3, 4, 3), ("m", "b", 3, 3, 4)]
    assert rules(orders, Thresholds(4, Fraction(0))) == []
    assert [written(orders, rule)[:2] for rule in rules(orders, Thresholds(3, Fraction(751, 1000)))] == [("m", "b")]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("least", "confidence"), [(2, "1/3"), (3, "0.5"), (8, "0.25"), (1, "0")])
def test_every_set_is_counted_as_by_hand(seed: int, least: int, confidence: str) -> None:
    """Nothing is missing, nothing is too much, and every count is exact."""
    baskets = drawn(Random(seed), 60)
    orders = bought(*baskets)

    found = [written(orders, rule) for rule in rules(orders, Thresholds(least, Fraction(confidence)))]

    assert len(found) == len(set(found))
    assert set(found) == by_hand(baskets, least, Fraction(confidence))


def test_a_rule_has_no_more_products_than_were_asked_for() -> None:
    """Both sides count."""
    baskets = drawn(Random(7), 40)

    found = rules(bought(*baskets), Thresholds(2, Fraction(1, 4), most_products=3))

    assert {written(bought(*baskets), rule) for rule in found} == by_hand(baskets, 2, Fraction(1, 4), 3)
    assert max(len(rule.antecedent) for rule in found) == 2


def test_the_highest_lift_comes_first() -> None:
    """It is compared exactly; of equal ones the products decide."""
    orders = bought(*drawn(Random(11), 50))

    found = rules(orders, Thresholds(2, Fraction(0)))

    keys = [(-rule.lift(len(orders)), rule.antecedent, rule.consequent) for rule in found]
    assert keys == sorted(keys)
    assert found[0].lift(len(orders)) > 1


def test_a_wholesale_basket_makes_no_rules() -> None:
    """One of fifty products is a basket, one of fifty-one is not."""
    letters = "".join(chr(ord("A") + number) for number in range(MOST_BASKET_PRODUCTS + 1))
    orders = bought(letters, letters[1:])

    assert [len(basket) for basket in (letters, letters[1:])] == [51, 50]
    assert usual(orders).sizes.tolist() == [50]


def test_without_frequent_products_there_are_no_sets() -> None:
    """A shop that opens today has no rules, and neither has one that sells each thing once."""
    assert frequent_sets(bought(), Thresholds(2, Fraction(0))) == {}
    assert frequent_sets(bought("a", "b"), Thresholds(2, Fraction(0))) == {}
