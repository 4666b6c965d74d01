"""What happens in the story: the shop's own systems tell of it, and the staff decide at the desk."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from events.catalog.complaints import ComplaintRaised, SatisfactionRated
from events.catalog.consent import ConsentGiven
from events.catalog.customers import CustomerRegistered
from events.catalog.fulfilment import OrderDelivered, ShipmentDispatched
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.parts import ProductLine
from events.catalog.searches import SearchPerformed
from events.catalog.visits import PageViewed, VisitEnded, VisitStarted
from events.envelope import Envelope
from events.event import Event
from events.log.kafka import KafkaLog
from services.desk import complaint, contact_plan, ownership, portfolio
from services.desk.contact_plan_state import id_of
from services.desk.deciding import Command, Order
from services.desk.desk import Desk
from services.desk.gesture import ApproveGesture, RequestGesture
from tests.story.house import Clock

ADA = "customer:ada"
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SPRING = date(2026, 3, 20)
"""The day of the next contact that is planned with Ada."""


class Shop:
    """The shop in which the story plays: its log and its desk, by the story's clock."""

    def __init__(self, log: KafkaLog, desk: Desk, clock: Clock) -> None:
        """Begin."""
        self._log, self._desk, self.clock = log, desk, clock
        self._numbers = count(1)

    def tell(self, *facts: Event, at: datetime | None = None, of: str = ADA) -> None:
        """Tell of what happened, one after the other, now or at a time."""
        when = at or self.clock()
        self._log.append([self._envelope(fact, of, when + n * timedelta(seconds=1)) for n, fact in enumerate(facts)])

    def decide(self, who: str, aggregate: str, name: str, *commands: Command) -> None:
        """Have one of the staff decide. Raises Refused."""
        for command in commands:
            self._desk.perform(Order(aggregate, name, command, who), self.clock())

    def state(self, aggregate: str, name: str) -> Any:  # noqa: ANN401 - each aggregate has its own
        """Return how something stands at the desk."""
        return self._desk.state(aggregate, name).state

    def _envelope(self, fact: Event, of: str, when: datetime) -> Envelope:
        return Envelope(id=f"story-{next(self._numbers)}", source="shop", time=when, subject=of, data=fact)


def staff(shop: Shop) -> None:
    """Ann looks after Ada, and asks Ben, who may decide more; a contact is planned in spring."""
    for name, above, limit in (("ben", "", 10_000), ("ann", "ben", 2_000)):
        authority = portfolio.SetAuthority(limit_minor=limit, currency="GBP")
        shop.decide("owner", "portfolio", name, portfolio.Open(name=name.title(), escalates_to=above), authority)
    shop.decide("ben", "ownership", ADA, ownership.Assign(manager="ann"))
    spring = contact_plan.Planned(contact="spring", due_on=SPRING, purpose="new_teas")
    shop.decide("ann", "contact-plan", id_of("2026", ADA), contact_plan.Plan(contacts=(spring,)))


def past(shop: Shop) -> None:
    """Ada has been with us for months, and lets us use what we know of her."""
    shop.tell(CustomerRegistered(name="Ada"), ConsentGiven(purpose="profiling"), at=MORNING - 200 * DAY)
    for number in range(6):
        shop.tell(order(f"old-{number}", "tea", "cake"), at=MORNING - (150 - 20 * number) * DAY)
    for number in range(6):
        shop.tell(order(f"other-{number}", "tea", "pot"), at=MORNING - (90 + number) * DAY, of=f"customer:{number}")


def visit(shop: Shop) -> None:
    """She comes in, looks around, and searches for something that we do not have."""
    seen = PageViewed(page="/teas", session="s")
    shop.tell(VisitStarted(session="s"), seen, SearchPerformed(query="Green kettle", result_count=0), VisitEnded())


def delivery(shop: Shop) -> None:
    """She orders tea and a cake, and what arrives is tea and a pot."""
    lines = (ProductLine(product="tea", quantity=1), ProductLine(product="pot", quantity=1))
    shop.tell(order("o-1", "tea", "cake"), ShipmentDispatched(order="o-1", parcel="p-1"))
    shop.tell(OrderDelivered(order="o-1", parcel="p-1", lines=lines), at=shop.clock() + HOUR)


def complain(shop: Shop) -> None:
    """She complains of it."""
    shop.tell(ComplaintRaised(complaint="c-1", channel="web", order="o-1", cause="wrong_item", text="No cake!"))


def make_good(shop: Shop) -> None:
    """Ben answers; Ann asks for what he then approves, and it is solved."""
    asked = RequestGesture(kind="voucher", amount_minor=5_000, currency="GBP")
    shop.decide("ben", "complaint", "c-1", complaint.Reply(channel="phone", text="We are sorry."))
    shop.decide("ann", "complaint", "c-1", asked)
    shop.decide("ben", "complaint", "c-1", ApproveGesture())
    shop.decide("ann", "complaint", "c-1", complaint.Resolve(outcome="replaced"))


def be_content(shop: Shop) -> None:
    """She says how she found that."""
    shop.tell(SatisfactionRated(complaint="c-1", rating=5))


def order(name: str, *products: str) -> OrderPlaced:
    """Return an order of one piece each."""
    lines = tuple(OrderLine(product=product, quantity=1, unit_price_minor=900) for product in products)
    return OrderPlaced(order=name, currency="GBP", lines=lines, total_minor=900 * len(lines))
