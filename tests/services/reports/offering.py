"""A shop in which Ann buys tea, others a pot with it, and one a kettle: what tests of the next offer tell and ask."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from events.catalog.consent import ConsentGiven
from events.catalog.orders import OrderLine, OrderPlaced
from events.event import Event
from services.associations import keeping
from services.associations.keeping import Wanted
from services.reports.next_offer import NEXT_OFFER
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

NOW = NOON + timedelta(days=100)
AGREED = ConsentGiven(purpose="profiling")
DAY = timedelta(days=1)
T = TypeVar("T")


def order(products: str, category: str = "") -> OrderPlaced:
    """Return an order of one piece each, named by their letters."""
    lines = tuple(
        OrderLine(product=letter, quantity=1, unit_price_minor=1, name=f"The {letter}", category=category)
        for letter in products
    )
    return OrderPlaced(order=products, currency="GBP", lines=lines, total_minor=1)


def trade(shop: Shop) -> None:
    """Tell of Ann, who buys tea every twenty days, and of others, who buy a pot with it, or a kettle alone."""
    for number in range(5):
        shop.tell(order("t"), by="customer:ann", time=NOON + number * 20 * DAY)
    for number in range(8):
        shop.tell(order("tp"), by=f"customer:{number}", time=NOON + number * DAY)
    shop.tell(order("k"), by="customer:kim", time=NOON + 90 * DAY)


def offered(shop: Shop, *said: Event, days: float = 99, by: str = "customer:ann") -> Any:  # noqa: ANN401 - an answer
    """Return the answer for somebody who said these things after the trade, a hundred days after the first order."""
    trade(shop)
    shop.tell(*said, by=by, time=NOON + days * DAY)
    connection = shop.catch_up()
    keeping.mine(shop.log, connection, Wanted())
    return told(connection, NEXT_OFFER, about=by, now=NOW)


def cases(shop: Shop, told_of: Sequence[tuple[tuple[Event, ...], float, T]]) -> Iterator[tuple[Any, T, Any]]:
    """Return the answer for customers who bought tea, and said things so many days before now; all in one shop."""
    trade(shop)
    for number, (said, days_ago, _) in enumerate(told_of):
        shop.tell(order("t"), by=f"customer:case-{number}", time=NOON)
        shop.tell(*said, by=f"customer:case-{number}", time=NOW - days_ago * DAY)
    connection = shop.catch_up()
    keeping.mine(shop.log, connection, Wanted())
    for number, (said, _, expected) in enumerate(told_of):
        yield said, expected, told(connection, NEXT_OFFER, about=f"customer:case-{number}", now=NOW)


def things(answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - an answer
    """Return what is offered, and why."""
    return [(offer["thing"], offer["reason"]) for offer in answer.tables["offers"]]
