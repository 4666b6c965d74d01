"""A made-up shop, and every field of a rule worked out from its facts in plain Python, person by person."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Literal, NamedTuple, TypeVar

from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintResolved
from events.catalog.customers import CustomerRegistered, NeedStated, PreferenceStated, ReferralMade
from events.catalog.fulfilment import ReturnAccepted
from events.catalog.identity import IdentityLinked
from events.catalog.operations import ProductListed
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.event import Event

NOW = datetime(2024, 6, 30, 18, 0, tzinfo=UTC)
BEGIN = NOW - timedelta(days=800)
YEAR_AGO = date(2023, 6, 30)
CUSTOMERS = 60
STORES = ("web", "leeds")
LISTED = {"spade": "Garden", "lamp": "home", "kettle": "Kitchen"}

E = TypeVar("E", bound=Event)


class Told(NamedTuple):
    """A fact: whose it is, when, and what."""

    subject: str
    time: datetime
    data: Event


def facts(dice: Random) -> list[Told]:
    """Return the facts of a shop; each customer has some of everything, some nothing but a visit."""
    told = [Told("product:x", BEGIN, ProductListed(product=p, category=c)) for p, c in LISTED.items()]
    for number in range(1, CUSTOMERS + 1):
        customer, card = f"customer:{number}", f"card:{number}"
        first = BEGIN + timedelta(days=number % 3)
        told.append(Told(customer, first, SearchPerformed(query="hello", result_count=1)))
        told.append(Told(customer, first, IdentityLinked(identifier=card)))
        for kind in range(dice.randrange(14)):
            at = first + timedelta(seconds=dice.randrange(797 * 86_400))
            told += [Told(dice.choice([customer, card]), *each) for each in _some(dice, f"{number}-{kind}", at)]
    return told


def _some(dice: Random, name: str, at: datetime) -> Iterator[tuple[datetime, Event]]:
    later = min(NOW - timedelta(hours=30), at + timedelta(days=dice.randrange(60)))
    match dice.randrange(10):
        case 0 | 1 | 2 | 3:
            yield from _bought(dice, name, at, later)
        case 4:
            yield at, ComplaintRaised(complaint=name)
            yield from [(later, ComplaintResolved(complaint=name))] * (dice.random() < 0.7)
            yield from [(later + timedelta(hours=1), ComplaintReopened(complaint=name))] * (dice.random() < 0.5)
        case 5:
            stances: list[Literal["likes", "dislikes"]] = ["likes", "dislikes"]
            yield at, PreferenceStated(topic=dice.choice(["Gardening", "tea"]), stance=dice.choice(stances))
        case 6:
            yield at, NeedStated(need=dice.choice(["step_free_access", "Gift wrap"]))
        case 7:
            yield at, ReferralMade(referred=f"customer:{1 + dice.randrange(CUSTOMERS)}")
        case 8:
            yield at, SearchPerformed(query=dice.choice("abc"), result_count=dice.randrange(2))
        case _:
            country, language = dice.choice(["France", "UK", ""]), dice.choice(["fr", "EN"])
            yield at, CustomerRegistered(country=country, language=language)


def _bought(dice: Random, name: str, at: datetime, later: datetime) -> Iterator[tuple[datetime, Event]]:
    minor, currency, store = dice.randrange(1, 900) * 100, dice.choice(["GBP"] * 3 + ["EUR"]), dice.choice(STORES)
    product, category = dice.choice(["spade", "lamp", "kettle", "Odd"]), dice.choice(["", "", "Toys"])
    line = OrderLine(product=product, quantity=dice.randrange(1, 5), unit_price_minor=minor, category=category)
    yield at, OrderPlaced(order=name, currency=currency, lines=(line,), total_minor=minor, store=store)
    if dice.random() < 0.2:
        yield later, ReturnAccepted(order=name, currency=currency, amount_minor=minor // 2, store=store)
    if dice.random() < 0.1:
        yield later, OrderCancelled(order=name, currency=currency, total_minor=minor, store=store)


class Person:
    """One person's facts, oldest first."""

    def __init__(self, name: str, told: list[Told]) -> None:
        """Hold the facts of all their identifiers."""
        self.name = name
        self.told = sorted(told, key=lambda one: one.time)

    def of(self, kind: type[E]) -> list[tuple[datetime, E]]:
        """Return the facts of a kind with their times."""
        return [(one.time, one.data) for one in self.told if isinstance(one.data, kind)]

    def net(self, currency: str, after: date = date.min) -> int:
        """Return what they brought in a currency after a day."""
        signed: list[tuple[datetime, str, int]] = []
        signed += [(at, one.currency, one.total_minor) for at, one in self.of(OrderPlaced)]
        signed += [(at, one.currency, -one.total_minor) for at, one in self.of(OrderCancelled)]
        signed += [(at, one.currency, -one.amount_minor) for at, one in self.of(ReturnAccepted)]
        return sum(minor for at, money, minor in signed if money == currency and at.date() > after)

    def spend(self, currency: str) -> list[int]:
        """Return what each order in a currency cost."""
        return [one.total_minor for _, one in self.of(OrderPlaced) if one.currency == currency]

    def order_times(self) -> list[datetime]:
        """Return when they ordered."""
        return [at for at, _ in self.of(OrderPlaced)]

    def complaints(self) -> dict[str, bool]:
        """Return their complaints, and whether each is open: the last word on it is no resolution."""
        open_ones: dict[str, bool] = {}
        for told in self.told:
            if isinstance(told.data, ComplaintRaised | ComplaintResolved | ComplaintReopened):
                open_ones[told.data.complaint] = not isinstance(told.data, ComplaintResolved)
        return open_ones

    def stances(self, stance: str) -> set[str]:
        """Return what they like, or dislike, by their last word on each."""
        last = {one.topic.lower(): one.stance for _, one in self.of(PreferenceStated)}
        return {topic for topic, said in last.items() if said == stance}

    def trait(self, name: str) -> str | None:
        """Return the last that they told of themselves; what is empty was not told."""
        told = [getattr(one, name) for _, one in self.of(CustomerRegistered) if getattr(one, name)]
        return told[-1].lower() if told else None

    def categories(self) -> set[str]:
        """Return the categories of what each identifier bought: the last that a line tells, else the listing's."""
        last: dict[tuple[str, str], str] = {}
        for one in self.told:
            for line in one.data.lines if isinstance(one.data, OrderPlaced) else ():
                bought = (one.subject, line.product)
                last[bought] = line.category or last.get(bought, "")
        return {(category or LISTED.get(product, "")).lower() for (_, product), category in last.items()} - {""}


def persons(told: list[Told]) -> list[Person]:
    """Return the customers; a card is its customer's."""
    own: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if not one.subject.startswith("product:"):
            own[f"customer:{one.subject.partition(':')[2]}"].append(one)
    return [Person(name, list_of) for name, list_of in sorted(own.items())]


def days(at: datetime | None) -> int | None:
    """Return whole days until now."""
    return None if at is None else (NOW - at).days


def tiers(everybody: list[Person]) -> dict[str, str]:
    """Return the tier of everybody who ordered in the last 12 months, in GBP."""
    lately = [
        one
        for one in everybody
        if any(at.date() > YEAR_AGO and order.currency == "GBP" for at, order in one.of(OrderPlaced))
    ]
    best = sorted(lately, key=lambda one: (-one.net("GBP", YEAR_AGO), one.name))
    bounds = [("top", -(-len(best) * 5 // 100)), ("high", -(-len(best) * 20 // 100)), ("middle", -(-len(best) // 2))]
    return {
        one.name: next((name for name, bound in bounds if rank <= bound), "rest")
        for rank, one in enumerate(best, start=1)
    }


VALUES: dict[str, Callable[[Person], Any]] = {
    "orders": lambda one: len(one.order_times()),
    "orders_12_months": lambda one: sum(at.date() > YEAR_AGO for at in one.order_times()),
    "returns": lambda one: len(one.of(ReturnAccepted)),
    "last_order_days": lambda one: days(max(one.order_times(), default=None)),
    "first_order_days": lambda one: days(min(one.order_times(), default=None)),
    "last_order": lambda one: max((at.date() for at in one.order_times()), default=None),
    "first_order": lambda one: min((at.date() for at in one.order_times()), default=None),
    "net_total": lambda one: one.net("GBP"),
    "net_12_months": lambda one: one.net("GBP", YEAR_AGO),
    "net_90_days": lambda one: one.net("GBP", NOW.date() - timedelta(days=90)),
    "average_order": lambda one: None if not (spend := one.spend("GBP")) else Decimal(sum(spend)) / len(spend),
    "returned_share": lambda one: (
        None if not (spend := sum(one.spend("GBP"))) else 1 - Decimal(one.net("GBP")) / Decimal(spend)
    ),
    "country": lambda one: one.trait("country"),
    "language": lambda one: one.trait("language"),
    "first_seen_days": lambda one: days(one.told[0].time),
    "last_seen_days": lambda one: days(one.told[-1].time),
    "searches_in_vain": lambda one: sum(asked.result_count == 0 for _, asked in one.of(SearchPerformed)),
    "complaints": lambda one: len(one.complaints()),
    "complaint_open": lambda one: any(one.complaints().values()),
    "brought_in": lambda one: len({made.referred for _, made in one.of(ReferralMade)} - {one.name}),
    "bought": lambda one: {line.product for _, order in one.of(OrderPlaced) for line in order.lines},
    "bought_category": Person.categories,
    "bought_in": lambda one: {order.store for _, order in one.of(OrderPlaced)},
    "likes": lambda one: one.stances("likes"),
    "dislikes": lambda one: one.stances("dislikes"),
    "needs": lambda one: {stated.need.lower() for _, stated in one.of(NeedStated)},
}
"""What each field is of a person; the dial's and the tier are not a matter of one person's facts."""
