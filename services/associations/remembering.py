"""What is known of past orders, in memory: the same evidence as the tables give the offer, for an evaluation.

A test holds it equal to what the offer reads from the database.
"""

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np

from services.associations.chances import MOST_HISTORY, MOST_NEW, MOST_POPULAR, Buyer, Evidence, Market
from services.associations.companions import companions, habits
from services.associations.keeping import moment
from services.associations.orders import Integers, Orders


class Customer(NamedTuple):
    """What a customer bought: by product the orders with it, and the first and the last time in microseconds."""

    orders: int
    times: dict[int, int]
    first: dict[int, int]
    last: dict[int, int]

    @staticmethod
    def of_one_basket(products: list[int], at: datetime) -> "Customer":
        """Return somebody of whom one basket is known."""
        when = dict.fromkeys(products, int(at.timestamp() * 1_000_000))
        return Customer(1, dict.fromkeys(products, 1), when, when)


class Memory:
    """The orders of the past, ready to be asked of a customer."""

    def __init__(self, past: Orders, now: datetime) -> None:
        """Remember these orders."""
        self.now = now
        self._past = past
        self._habits = habits(past)
        self.bought: list[int] = np.bincount(past.product, minlength=len(past.products)).tolist()
        self.most_bought = sorted(range(len(past.products)), key=lambda product: (-self.bought[product], product))
        self.market = Market(
            int(self._habits.repeats.sum()), int(self._habits.chances.sum()), self._habits.recent_orders
        )
        sold = np.flatnonzero(self._habits.customers > 0).tolist()
        recent = self._habits.recent.tolist()
        self._popular = sorted(sold, key=lambda product: (-recent[product], product))[:MOST_POPULAR]
        self._by_buyer = np.argsort(past.buyer, kind="stable")
        self._buyer_starts = np.searchsorted(past.buyer[self._by_buyer], np.arange(len(past.buyers) + 1))

    def customer(self, buyer: int) -> Customer:
        """Return what a buyer bought."""
        places: Integers = self._by_buyer[self._buyer_starts[buyer] : self._buyer_starts[buyer + 1]]
        customer = Customer(len(places), {}, {}, {})
        for place in places.tolist():
            at = int(self._past.at[place])
            for product in self._past.product[self._past.start[place] : self._past.start[place + 1]].tolist():
                customer.times[product] = customer.times.get(product, 0) + 1
                customer.first.setdefault(product, at)
                customer.last[product] = at
        return customer

    def history(self, customer: Customer) -> list[int]:
        """Return the customer's products whose companions are asked: most often bought first, then latest."""
        last = customer.last
        ranked = sorted(customer.times, key=lambda product: (-customer.times[product], -last[product], product))
        return [product for product in ranked if self._habits.customers[product] > 0][:MOST_HISTORY]

    def buyer(self, customer: Customer) -> Buyer:
        """Return the customer as the formula knows them."""
        return Buyer(customer.orders, len(self.history(customer)))

    def evidence(self, customer: Customer) -> dict[int, Evidence]:
        """Return what speaks for each product that could be offered."""
        history = self.history(customer)
        company: defaultdict[int, int] = defaultdict(int)
        for product in history:
            for other, share_ppm in self._companions.get(product, ()):
                company[other] += share_ppm
        unknown = [product for product in company if product not in customer.times]
        unknown.sort(key=lambda product: (-company[product], product))
        wanted = {*history, *unknown[:MOST_NEW], *self._popular}
        return {product: self._evidence(customer, product, company.get(product, 0)) for product in wanted}

    def _evidence(self, customer: Customer, product: int, company_ppm: int) -> Evidence:
        first, last = customer.first.get(product), customer.last.get(product)
        return Evidence(
            product=self._past.products[product],
            orders=customer.times.get(product, 0),
            first_bought=None if first is None else moment(first),
            last_bought=None if last is None else moment(last),
            repeats=int(self._habits.repeats[product]),
            chances=int(self._habits.chances[product]),
            recent=int(self._habits.recent[product]),
            company_ppm=company_ppm,
        )

    @cached_property
    def _companions(self) -> dict[int, list[tuple[int, int]]]:
        going = companions(self._past)
        found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for product, other, share in zip(
            going.product.tolist(), going.other.tolist(), going.share_ppm.tolist(), strict=True
        ):
            found[product].append((other, share))
        return dict(found)
