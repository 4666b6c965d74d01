"""What customers of a product also buy, and how often it is bought again: against counting by hand."""

from collections import defaultdict
from math import sqrt
from random import Random

import pytest

from services.associations.companions import LEAST_CUSTOMERS, MOST_COMPANIONS, companions, habits
from tests.services.associations.baskets import drawn, told


def history(seed: int) -> list[tuple[str, float, str]]:
    """Return some months of orders of some customers, by dice."""
    dice = Random(seed)
    return [(f"customer:{dice.randrange(40)}", dice.uniform(0, 90), basket) for basket in drawn(dice, 150)]


@pytest.mark.parametrize("seed", range(3))
def test_companions_are_the_others_of_the_highest_cosine(seed: int) -> None:
    """Counted in customers over all their orders, with the counts behind it."""
    facts = history(seed)
    buyers = defaultdict(set)
    for buyer, _, basket in facts:
        for letter in basket:
            buyers[letter].add(buyer)

    orders = told(facts)
    found = companions(orders)

    expected = []
    for one in sorted(buyers):
        both = {other: len(buyers[one] & buyers[other]) for other in buyers if other != one}
        likely = sorted(
            (other for other in both if both[other] >= LEAST_CUSTOMERS),
            key=lambda other: (-round(both[other] / sqrt(len(buyers[one]) * len(buyers[other])), 12), other),
        )
        expected += [
            (one, place, other, both[other], len(buyers[one]), len(buyers[other]))
            for place, other in enumerate(likely[:MOST_COMPANIONS], start=1)
        ]
    names = orders.products
    columns = [column.tolist() for column in found]
    assert [
        (names[one], place, names[other], *counts) for one, place, other, *counts in zip(*columns, strict=True)
    ] == (expected)


def test_a_product_has_so_many_companions_and_no_more() -> None:
    """Of thirty that always go together each has the first twenty others."""
    letters = "".join(chr(ord("A") + number) for number in range(30))

    found = companions(told((f"customer:{number}", 0, letters) for number in range(LEAST_CUSTOMERS)))

    assert found.place.tolist() == list(range(1, MOST_COMPANIONS + 1)) * 30
    assert set(found.share_ppm.tolist()) == {1_000_000}


def test_how_often_a_product_is_bought_again() -> None:
    """Ann buys tea in two of her three orders, and Bob in one of two: once again of three times that they could."""
    orders = told([("ann", 0, "t"), ("ann", 50, "tx"), ("ann", 60, "x"), ("bob", 1, "t"), ("bob", 55, "y")])

    found = habits(orders)

    tea = orders.products.index("t")
    assert (found.customers[tea], found.repeats[tea], found.chances[tea]) == (2, 1, 3)
    assert (found.recent[tea], found.recent_orders) == (1, 3)


def test_nobody_has_bought_anything() -> None:
    """A shop that opens today has neither."""
    assert len(companions(told([])).product) == 0
    assert habits(told([])).recent_orders == 0
