"""What happens in a shop in which much is reacted to: complaints, orders, searches in vain and pages."""

from datetime import datetime

from events.catalog.complaints import ComplaintRaised
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import PageViewed
from events.envelope import Envelope
from events.event import Event

EVENTS_OF_ONE = 3
"""Events of each customer."""

COMPLAINTS_OF_TEN = 4
VISIT_EVENTS = 20


def event(number: int, now: datetime, complaints_of_ten: int = COMPLAINTS_OF_TEN) -> Envelope:
    """Return the event of a number; the first so many of ten are complaints, each of which opens a task."""
    place = number % 10
    if place < complaints_of_ten:
        data: Event = ComplaintRaised(complaint=f"c-{number}", order=f"o-{number}", text="The handle is broken.")
    else:
        data = _OTHERS[place % len(_OTHERS)](number)
    subject = f"customer:{number // EVENTS_OF_ONE}"
    return Envelope(id=f"bench-{number}", source="urn:regulars:bench", time=now, subject=subject, data=data)


def visit_event(number: int, now: datetime) -> Envelope:
    """Return the event of a number in a shop where people come in visits: twenty pages, and every tenth a complaint."""
    visit = number // VISIT_EVENTS
    data: Event = PageViewed(page=f"/shop/{number % VISIT_EVENTS}", session=f"s-{visit}")
    if complains(number):
        data = ComplaintRaised(complaint=f"c-{number}", text="The handle is broken.")
    subject = f"customer:{visit}"
    return Envelope(id=f"bench-{number}", source="urn:regulars:bench", time=now, subject=subject, data=data)


def complains(number: int) -> bool:
    """Return whether the event of a number is a complaint, in a shop of visits."""
    return number % 10 == 0


def _ordered(number: int) -> Event:
    line = OrderLine(product=f"p-{number % 50}", quantity=1, unit_price_minor=1000)
    return OrderPlaced(order=f"o-{number}", currency="GBP", lines=(line,), total_minor=1000)


def _sought(number: int) -> Event:
    return SearchPerformed(query=f"kettle {number % 97}", result_count=0)


def _viewed(number: int) -> Event:
    return PageViewed(page="/shop", session=f"s-{number}")


_OTHERS = (_ordered, _sought, _viewed)
