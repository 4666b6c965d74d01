"""What is bought together: counts by basket, and four measures that can be worked out by hand."""

from math import isclose, log
from random import Random

import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from projections.product_pairs import ALL_BASKETS, MAX_BASKET_PRODUCTS, strongest_pairs
from tests.projections.shop import Shop

COUNTED = "SELECT product, other, baskets, too_large FROM projection.product_pairs ORDER BY product, other"


def buy(shop: Shop, *baskets: str) -> None:
    """Tell of orders; a basket is written as the letters of its products."""
    shop.tell(*(order(f"{number}-{basket}", list(basket)) for number, basket in enumerate(baskets)))


def order(name: str, products: list[str]) -> OrderPlaced:
    """Return an order of one piece each."""
    lines = tuple(OrderLine(product=product, quantity=1, unit_price_minor=1, name=product * 2) for product in products)
    return OrderPlaced(order=name, currency="GBP", lines=lines, total_minor=len(lines))


def entropy(*counts: int) -> float:
    """Return the unnormalised Shannon entropy, as Dunning writes the log-likelihood ratio."""
    whole = sum(counts)
    return sum(-count * log(count / whole) for count in counts if count)


def dunning(k11: int, k12: int, k21: int, k22: int) -> float:
    """Return Dunning's (1993) log-likelihood ratio by entropies: rows plus columns less cells."""
    return 2 * (entropy(k11 + k12, k21 + k22) + entropy(k11 + k21, k12 + k22) - entropy(k11, k12, k21, k22))


def test_the_measures_of_a_pair_by_hand(shop: Shop) -> None:
    """Ten baskets, four with a, five with b, three with both."""
    buy(shop, "ab", "ab", "ab", "a", "b", "b", "c", "c", "c", "c")

    (pair,) = strongest_pairs(shop.catch_up(), least_baskets=3)

    names = ("product", "other", "product_name", "other_name", "both_baskets", "product_baskets", "other_baskets")
    assert [pair[name] for name in names] == ["a", "b", "aa", "bb", 3, 4, 5]
    assert pair["baskets"] == 10
    assert pair["support"] == 0.3
    assert pair["confidence"] == 0.75
    assert pair["confidence_back"] == 0.6
    assert pair["lift"] == 1.5
    by_hand = 2 * (3 * log(1.5) + 1 * log(0.5) + 2 * log(2 / 3) + 4 * log(4 / 3))
    assert isclose(pair["log_likelihood_ratio"], by_hand, rel_tol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_log_likelihood_ratio_is_dunnings(shop: Shop, seed: int) -> None:
    """Computed from the baskets themselves, in another form of the formula; it is also the order of the pairs."""
    dice = Random(seed)
    baskets = ["".join(sorted(dice.sample("abcdef", dice.randint(1, 4)))) for _ in range(60)]
    buy(shop, *baskets)

    pairs = strongest_pairs(shop.catch_up(), least_baskets=1, limit=100)

    assert len(pairs) == 15
    for pair in pairs:
        with_one = [pair["product"] in basket for basket in baskets]
        with_other = [pair["other"] in basket for basket in baskets]
        cells = [
            list(zip(with_one, with_other, strict=True)).count((x, y)) for x in (True, False) for y in (True, False)
        ]
        assert pair["both_baskets"] == cells[0]
        assert isclose(pair["log_likelihood_ratio"], dunning(*cells), rel_tol=1e-9, abs_tol=1e-9)
    ratios = [pair["log_likelihood_ratio"] for pair in pairs]
    assert ratios == sorted(ratios, reverse=True)


def test_products_that_meet_in_every_basket_prove_nothing(shop: Shop) -> None:
    """Where a cell of the table is empty it adds nothing, and nothing divides by zero."""
    buy(shop, "ab", "ab")

    (pair,) = strongest_pairs(shop.catch_up(), least_baskets=1)

    assert (pair["lift"], pair["log_likelihood_ratio"]) == (1.0, 0.0)


def test_a_pair_counts_once_a_basket(shop: Shop) -> None:
    """However many lines or pieces of a product there are, and in whichever order the lines come."""
    buy(shop, "baab", "ab")

    assert shop.catch_up().execute(COUNTED).fetchall() == [
        (ALL_BASKETS, ALL_BASKETS, 2, 0),
        ("a", "a", 2, 0),
        ("a", "b", 2, 0),
        ("b", "b", 2, 0),
    ]


@pytest.mark.parametrize(("products", "counted"), [(MAX_BASKET_PRODUCTS, (1, 0)), (MAX_BASKET_PRODUCTS + 1, (0, 1))])
def test_a_basket_of_more_than_fifty_products_is_counted_apart(
    shop: Shop, products: int, counted: tuple[int, int]
) -> None:
    """It is a wholesale order: it makes no pairs, and is no basket of the shop."""
    shop.tell(order("wholesale", [f"p{number:03}" for number in range(products)]))

    rows = shop.catch_up().execute(COUNTED).fetchall()

    assert rows[0] == (ALL_BASKETS, ALL_BASKETS, *counted)
    assert len(rows) == 1 + counted[0] * (products + products * (products - 1) // 2)


def test_pairs_of_one_product_and_pairs_that_are_common_enough(shop: Shop) -> None:
    """Fewer baskets than were asked for are no evidence; a product is found on either side of a pair."""
    buy(shop, "ab", "ab", "bc", "bc", "ac", "d")

    pairs = strongest_pairs(shop.catch_up(), product="b", least_baskets=2)

    assert sorted((pair["product"], pair["other"]) for pair in pairs) == [("a", "b"), ("b", "c")]


def test_without_orders_there_are_no_pairs(shop: Shop) -> None:
    """A shop that opens today has an empty report."""
    assert strongest_pairs(shop.catch_up()) == []
