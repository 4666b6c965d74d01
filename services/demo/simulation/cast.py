"""Who plays: the shop's real customers with their real orders, and what the simulation adds to each for itself.

Two things are decided here because several stories need them: when an order arrives, and which customers we let down.
Only customers who really went quiet are let down, after their last order: so the one may stand behind the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import msgspec

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderPlaced
from events.catalog.parts import ProductLine
from events.envelope import Envelope
from projections.unmet_demand import REGULAR_ORDERS
from services.demo.simulation.catalogue import Catalogue, Product, is_product
from services.demo.simulation.stage import happens

PROMISED_DAYS = 4
LATE_CHANCE = 0.045
LATE_CHANCE_WHEN_LET_DOWN = 0.5
LET_DOWN_CHANCE = 0.55
QUIET_DAYS = 30
QUIET_INTERVALS = 2.5


@dataclass(frozen=True)
class Purchase:
    """A real order, with the delivery that the simulation gives it; ``goods`` is empty where a line is no goods."""

    order: str
    at: datetime
    products: tuple[Product, ...]
    goods: tuple[ProductLine, ...]
    total_minor: int
    currency: str
    store: str
    promised_at: datetime
    arrives_at: datetime

    @property
    def late(self) -> bool:
        """Whether it arrives later than we promised."""
        return self.arrives_at > self.promised_at


@dataclass
class Customer:
    """A real customer; ``let_down`` says that we never settled a complaint after the last order."""

    subject: str
    purchases: list[Purchase] = field(default_factory=list)
    returns: list[Envelope] = field(default_factory=list)
    let_down: bool = False

    @property
    def number(self) -> str:
        """The customer's number."""
        return self.subject.partition(":")[2]

    @property
    def first(self) -> Purchase:
        """The first order."""
        return self.purchases[0]

    @property
    def last(self) -> Purchase:
        """The last order."""
        return self.purchases[-1]

    @property
    def spend_minor(self) -> int:
        """What the orders came to."""
        return sum(purchase.total_minor for purchase in self.purchases)

    @property
    def is_regular(self) -> bool:
        """Whether the shop would greet them by name."""
        return len(self.purchases) >= REGULAR_ORDERS


class _Placed(NamedTuple):
    at: datetime
    order: OrderPlaced
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Shop:
    """The shop, from its first day to its last order; customers by number, the best apart."""

    catalogue: Catalogue
    customers: list[Customer]
    best: list[Customer]
    begin: datetime
    end: datetime


def cast(orders: Iterable[Envelope], dice: Random) -> Shop:
    """Return the shop that these orders and returns show, in whatever order they come and whatever their ids are."""
    history = sorted(orders, key=lambda one: (one.time, one.subject, msgspec.json.encode(one.data)))
    catalogue = Catalogue()
    placed: dict[str, list[_Placed]] = defaultdict(list)
    returned: dict[str, list[Envelope]] = defaultdict(list)
    for envelope in history:
        if isinstance(envelope.data, OrderPlaced):
            products = catalogue.add(envelope.data, envelope.time)
            placed[envelope.subject].append(_Placed(envelope.time, envelope.data, products))
        elif isinstance(envelope.data, ReturnAccepted):
            returned[envelope.subject].append(envelope)
    begin, end = history[0].time.replace(hour=0, minute=0, second=0, microsecond=0), history[-1].time
    customers = [
        _customer(subject, placed[subject], returned[subject], end, dice)
        for subject in sorted(placed)
        if subject.startswith("customer:")
    ]
    best = sorted(customers, key=lambda customer: (-customer.spend_minor, customer.subject))
    return Shop(catalogue, customers, best, begin, end)


def _customer(subject: str, placed: list[_Placed], returned: list[Envelope], end: datetime, dice: Random) -> Customer:
    customer = Customer(subject, returns=returned)
    customer.let_down = _went_quiet([one.at for one in placed], end) and happens(dice, LET_DOWN_CHANCE)
    for one in placed:
        disappointing = customer.let_down and one is placed[-1]
        late = happens(dice, LATE_CHANCE_WHEN_LET_DOWN if disappointing else LATE_CHANCE)
        customer.purchases.append(_purchase(one, dice, late=late))
    return customer


def _purchase(placed: _Placed, dice: Random, *, late: bool) -> Purchase:
    day = placed.at.replace(hour=0, minute=0, second=0, microsecond=0)
    days = PROMISED_DAYS + 1 + int(7 * dice.random()) if late else 1 + int(PROMISED_DAYS * dice.random())
    return Purchase(
        order=placed.order.order,
        at=placed.at,
        products=placed.products,
        goods=_goods(placed.order),
        total_minor=placed.order.total_minor,
        currency=placed.order.currency,
        store=placed.order.store,
        promised_at=day + timedelta(days=PROMISED_DAYS, hours=18),
        arrives_at=day + timedelta(days=days, hours=9, seconds=int(8 * 3600 * dice.random())),
    )


def _goods(order: OrderPlaced) -> tuple[ProductLine, ...]:
    """Return what a parcel has to hold, a product once; nobody counts where postage or a fee stands among the goods."""
    if not all(is_product(line) for line in order.lines):
        return ()
    quantities: Counter[str] = Counter()
    for line in order.lines:
        quantities[line.product] += line.quantity
    return tuple(ProductLine(product=product, quantity=quantity) for product, quantity in quantities.items())


def _went_quiet(times: list[datetime], end: datetime) -> bool:
    if len(times) < REGULAR_ORDERS:
        return False
    usual = (times[-1] - times[0]) / (len(times) - 1)
    return end - times[-1] >= max(timedelta(days=QUIET_DAYS), QUIET_INTERVALS * usual)
