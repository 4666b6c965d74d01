"""Rules over baskets: whoever buys these buys that, too. Pure, and in whole numbers.

Frequent sets are those in at least ``least_baskets`` baskets (Agrawal and Srikant 1994). A rule is a frequent set with
one of its products as the consequent and the others as the antecedent; it holds where both_baskets /
antecedent_baskets is at least the confidence asked for, compared exactly, as fractions. The sets are found by FP-growth
(Han, Pei and Yin 2000), as the library rusket has it; what it counts for single products is counted again here, so that
a fault in it does not pass unseen.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from services.associations.orders import Integers, Orders

MOST_BASKET_PRODUCTS = 50
MOST_SETS = 2_000_000
ALL_PRODUCTS = 2**16


class Thresholds(NamedTuple):
    """What a rule has to reach, and how many products it may have in all."""

    least_baskets: int
    confidence: Fraction
    most_products: int = ALL_PRODUCTS


class TooManySetsError(ValueError):
    """More sets are frequent than anybody could read; the message says what to ask for instead."""


class Rule(NamedTuple):
    """One rule, with the baskets that hold both sides, the antecedent, and the consequent. Products are places."""

    antecedent: tuple[int, ...]
    consequent: int
    both_baskets: int
    antecedent_baskets: int
    consequent_baskets: int

    def lift(self, baskets: int) -> Fraction:
        """Return how many times more often both meet than if they had nothing to do with each other."""
        return Fraction(self.both_baskets * baskets, self.antecedent_baskets * self.consequent_baskets)


def usual(orders: Orders) -> Orders:
    """Return the orders without those of more than MOST_BASKET_PRODUCTS products: they are wholesale."""
    return orders.chosen(orders.sizes <= MOST_BASKET_PRODUCTS)


def rules(baskets: Orders, thresholds: Thresholds) -> list[Rule]:
    """Return the rules that hold, by lift, then by their products. Raises TooManySetsError."""
    counts = frequent_sets(baskets, thresholds)
    wanted = thresholds.confidence
    found = [
        Rule(antecedent, consequent, both, before, counts[(consequent,)])
        for products, both in counts.items()
        if len(products) > 1
        for place, consequent in enumerate(products)
        if both * wanted.denominator
        >= (before := counts[antecedent := products[:place] + products[place + 1 :]]) * wanted.numerator
    ]
    return sorted(found, key=lambda rule: (-rule.lift(len(baskets)), rule.antecedent, rule.consequent))


def frequent_sets(baskets: Orders, thresholds: Thresholds) -> dict[tuple[int, ...], int]:
    """Return the sets of products, each sorted, that lie in enough baskets, with how many those are."""
    singles = np.bincount(baskets.product, minlength=len(baskets.products))
    frequent = np.flatnonzero(singles >= thresholds.least_baskets)
    if len(frequent) == 0:
        return {}
    place = np.full(len(singles), -1, np.int64)
    place[frequent] = np.arange(len(frequent))
    kept = place[baskets.product] >= 0
    owner = np.repeat(np.arange(len(baskets)), baskets.sizes)[kept]
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(baskets)))])
    supports, offsets, items = _grown(start, place[baskets.product][kept], len(frequent), thresholds)
    if len(supports) > MOST_SETS:
        message = f"{len(supports):,} sets are frequent: ask for more baskets, or for fewer products a rule."
        raise TooManySetsError(message)
    products: list[int] = frequent[items].tolist()
    sets = {
        tuple(sorted(products[begin:end])): int(support)
        for (begin, end), support in zip(pairwise(offsets.tolist()), supports.tolist(), strict=True)
    }
    if any(sets.get((product,)) != singles[product] for product in frequent.tolist()):
        message = "the library counted single products otherwise than they are: nothing that it found can be trusted"
        raise AssertionError(message)
    return sets


def _grown(start: Integers, product: Integers, products: int, thresholds: Thresholds) -> Sequence[Integers]:
    """Return the frequent sets as rusket's core finds them: baskets of each, where each begins, and their items.

    The core is asked for itself, since what the library wraps around it turns counts into floating shares.
    """
    from rusket import _rusket  # type: ignore[import-untyped]  # noqa: PLC0415 - only who mines waits for it

    most = None if thresholds.most_products >= ALL_PRODUCTS else thresholds.most_products
    sorted_product = np.empty(len(product), np.int32)
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
    sorted_product[:] = product[np.lexsort((product, owner))]
    grown: Sequence[Integers] = _rusket.fpgrowth_from_csr(
        start.astype(np.int32), sorted_product, products, thresholds.least_baskets, most
    )
    return grown
