"""Complaints, policies and orders as tests tell of them."""

from datetime import datetime, timedelta

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintAnsweredByCustomer,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
)
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from events.event import Event
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
DAYS = timedelta(days=1)
NOW = NOON + 10 * DAYS
KINDS: dict[str, type[Event]] = {
    "acknowledged": ComplaintAcknowledged,
    "waiting": ComplaintWaiting,
    "answered": ComplaintAnsweredByCustomer,
    "replied": ComplaintReplied,
    "resolved": ComplaintResolved,
    "reopened": ComplaintReopened,
}


def complain(
    shop: Shop, name: str, by: str = "customer:1", store: str = "web", cause: str = "", **steps: float
) -> None:
    """Tell of a complaint at noon, and of its steps so many hours after."""
    shop.tell(ComplaintRaised(complaint=name, store=store, cause=cause), by=by)
    for kind, hours in steps.items():
        shop.tell(KINDS[kind](complaint=name), by=by, time=NOON + hours * HOUR)


def publish(shop: Shop, at: datetime, version: str = "1", policy: str = "complaint_promise", **content: str) -> None:
    """Tell of a version of a policy."""
    said = PolicyPublished(policy=policy, version=version, content=content)
    shop.tell(said, by=f"policy:{policy}", time=at)


def spend(shop: Shop, minor: int, by: str, at: datetime = NOON) -> None:
    """Tell of an order."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=minor)
    shop.tell(OrderPlaced(order=f"o-{by}", currency="GBP", lines=(line,), total_minor=minor), by=by, time=at)
