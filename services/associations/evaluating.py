"""How good the offers are: held-out orders, which neither the mining nor the choice of an offer has seen.

* The next order: orders before a cut, by default the moment by which four fifths of them had been placed, are the past.
  For every customer with an order in the past, the first order at or after the cut is what an offer had to foresee; of
  very many customers the first MOST_CASES are judged. A hit: at least one of the first k products offered is in it.
  Only goods and products that the past knows can be offered; an order of new products alone is a miss for everybody.
* The same basket: baskets are put into FOLDS parts by hash. Of each basket with two products or more one, drawn by
  hash, is hidden, and looked for with what the other parts teach. A hit: it is among the first k offered for the rest
  of its basket. Of very many baskets MOST_CASES are judged.

Beside the offer stand two plain rules: the most popular products, and for the next order what the customer bought most
often before, then the most popular. ``new`` counts only products that the customer had never bought, for both sides.
The sampling error of a share p over n orders is √(p(1 - p)/n), given as ``error_share``.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from math import sqrt
from typing import NamedTuple
from zlib import crc32

import numpy as np

from services.associations.chances import NEXT_ORDER, SAME_BASKET, Market, Weights, chance
from services.associations.keeping import moment
from services.associations.orders import Orders
from services.associations.remembering import Customer, Memory

CUT_SHARE = 0.8
KS = (3, 10)
MOST_CASES = 20_000
FOLDS = 5

Ranking = Callable[[Customer], list[int]]


class Case(NamedTuple):
    """A customer as of the cut, and the products that had to be foreseen."""

    customer: Customer
    wanted: frozenset[int]


class HitRate(NamedTuple):
    """How often a rule had a hit among its first k."""

    task: str
    rule: str
    k: int
    orders: int
    hits: int
    hit_share: float
    error_share: float


class Evaluation(NamedTuple):
    """What was judged on how much, and the hit rates."""

    task: str
    cut: datetime | None
    past_orders: int
    judged_orders: int
    rates: list[HitRate]


def next_order(orders: Orders, cut: datetime | None = None) -> Evaluation:
    """Return how often the offer foresees something of a customer's next order."""
    at = int(np.quantile(orders.at, CUT_SHARE)) if cut is None else int(cut.timestamp() * 1_000_000)
    past, later = orders.chosen(orders.at < at), orders.chosen(orders.at >= at)
    memory = Memory(past, moment(at))
    cases = list(islice(_next_cases(memory, past, later), MOST_CASES))
    offer = _offer(memory, moment(at), NEXT_ORDER)
    rules = {"offer": offer, "bought before": _before(memory), "most popular": _popular(memory)}
    rates = [rate for name, rule in rules.items() for rate in _judged("next order", name, rule, cases)]
    fresh = [case._replace(wanted=wanted) for case in cases if (wanted := case.wanted - case.customer.times.keys())]
    unknown = {"offer": _new(offer), "most popular": _new(_popular(memory))}
    rates += [rate for name, rule in unknown.items() for rate in _judged("next order, new", name, rule, fresh)]
    return Evaluation("next order", moment(at), len(past), len(cases), rates)


def same_basket(orders: Orders) -> Evaluation:
    """Return how often the offer finds the product that is missing from a basket."""
    fold = np.array([crc32(_written(orders, place)) % FOLDS for place in range(len(orders))], np.int64)
    firsts: dict[str, list[int | None]] = {"offer": [], "most popular": []}
    for number in range(FOLDS):
        memory = Memory(orders.chosen(fold != number), moment(int(orders.at[-1])))
        places = np.flatnonzero(fold == number)[: MOST_CASES // FOLDS]
        cases = list(_basket_cases(orders, places.tolist()))
        firsts["offer"] += _firsts(_new(_offer(memory, memory.now, SAME_BASKET)), cases)
        firsts["most popular"] += _firsts(_new(_popular(memory)), cases)
    rates = [rate for name, first in firsts.items() for rate in _rates("same basket", name, first)]
    return Evaluation("same basket", None, len(orders), len(firsts["offer"]), rates)


def _written(orders: Orders, place: int) -> bytes:
    """Return what a basket's draw is made of: its buyer, and its products."""
    products = orders.product[orders.start[place] : orders.start[place + 1]].tolist()
    named = sorted(orders.products[product] for product in products)
    return "\n".join([orders.buyers[orders.buyer[place]], *named]).encode()


def _next_cases(memory: Memory, past: Orders, later: Orders) -> Iterator[Case]:
    known, seen = set(past.buyer.tolist()), set[int]()
    for place, buyer in enumerate(later.buyer.tolist()):
        if buyer in known and buyer not in seen:
            seen.add(buyer)
            wanted = later.product[later.start[place] : later.start[place + 1]].tolist()
            yield Case(memory.customer(buyer), frozenset(wanted))


def _basket_cases(orders: Orders, places: Sequence[int]) -> Iterator[Case]:
    for place in places:
        products = sorted(orders.product[orders.start[place] : orders.start[place + 1]].tolist())
        if len(products) > 1:
            hidden = products[crc32(_written(orders, place)[::-1]) % len(products)]
            rest = [product for product in products if product != hidden]
            yield Case(Customer.of_one_basket(rest, moment(int(orders.at[place]))), frozenset([hidden]))


def _offer(memory: Memory, now: datetime, weights: Weights) -> Ranking:
    market: Market = memory.market

    def ranked(customer: Customer) -> list[int]:
        evidence = memory.evidence(customer)
        buyer = memory.buyer(customer)
        worth = {each: chance(told, buyer, market, now, weights).whole for each, told in evidence.items()}
        return sorted(worth, key=lambda product: (-worth[product], product))

    return ranked


def _popular(memory: Memory) -> Ranking:
    return lambda _customer: memory.most_bought


def _before(memory: Memory) -> Ranking:
    bought = memory.bought

    def ranked(customer: Customer) -> list[int]:
        own = sorted(customer.times, key=lambda product: (-customer.times[product], -bought[product], product))
        return own + [product for product in memory.most_bought[: max(KS)] if product not in customer.times]

    return ranked


def _new(rule: Ranking) -> Ranking:
    def ranked(customer: Customer) -> list[int]:
        return list(islice((product for product in rule(customer) if product not in customer.times), max(KS)))

    return ranked


def _judged(task: str, name: str, rule: Ranking, cases: Sequence[Case]) -> Iterator[HitRate]:
    return _rates(task, name, _firsts(rule, cases))


def _firsts(rule: Ranking, cases: Sequence[Case]) -> list[int | None]:
    """Return at which place the rule has its first hit, for each case; None where it has none."""
    return [
        next((place for place, one in enumerate(rule(case.customer)[: max(KS)]) if one in case.wanted), None)
        for case in cases
    ]


def _rates(task: str, name: str, first: Sequence[int | None]) -> Iterator[HitRate]:
    for k in KS:
        hits = sum(place is not None and place < k for place in first)
        share = hits / max(1, len(first))
        yield HitRate(task, name, k, len(first), hits, share, sqrt(share * (1 - share) / max(1, len(first))))
