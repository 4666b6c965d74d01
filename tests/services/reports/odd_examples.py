"""Histories that contradict themselves, one or more of each kind, and some that do not."""

from typing import NamedTuple

from events.catalog.complaints import (
    ComplaintAnsweredByCustomer,
    ComplaintConfirmed,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
)
from events.catalog.fulfilment import OrderDelivered, ReturnAccepted, ShipmentDispatched
from events.catalog.orders import OrderAmended, OrderCancelled, OrderLine, OrderPlaced, PaymentReceived
from events.event import Event

LINES = (OrderLine(product="a", quantity=1, unit_price_minor=100),)
ORDER = "o-1"


def placed(total_minor: int = 100, currency: str = "GBP") -> OrderPlaced:
    """Return an order."""
    return OrderPlaced(order=ORDER, currency=currency, lines=LINES, total_minor=total_minor)


def back(amount_minor: int, currency: str = "GBP") -> ReturnAccepted:
    """Return a refund of that order."""
    return ReturnAccepted(order=ORDER, currency=currency, amount_minor=amount_minor)


class Example(NamedTuple):
    """Events an hour apart, in the order in which they happened; the kinds they are of; the places of those listed."""

    kinds: set[str]
    happened: tuple[Event, ...]
    listed: tuple[int, ...] = ()


SHIPPED = ShipmentDispatched(order=ORDER, parcel="p")
DELIVERED = OrderDelivered(order=ORDER)
CANCELLED = OrderCancelled(order=ORDER, currency="GBP", total_minor=100)
AMENDED = OrderAmended(order=ORDER, currency="GBP", lines=LINES, total_minor=40)
PAID = PaymentReceived(order=ORDER, currency="GBP", amount_minor=100)
RAISED, REPLIED, RESOLVED = (
    ComplaintRaised(complaint="c"),
    ComplaintReplied(complaint="c"),
    ComplaintResolved(complaint="c"),
)
ASKED, ANSWERED = ComplaintWaiting(complaint="c"), ComplaintAnsweredByCustomer(complaint="c")
REOPENED, CONFIRMED = ComplaintReopened(complaint="c"), ComplaintConfirmed(complaint="c")

EXAMPLES = {
    "as_it_should_be": Example(set(), (placed(), PAID, SHIPPED, DELIVERED, back(100))),
    "delivered_then_shipped": Example({"delivered_before_shipped"}, (placed(), DELIVERED, SHIPPED), (1, 2)),
    "delivered_then_ordered": Example({"delivered_before_ordered"}, (DELIVERED, placed()), (0, 1)),
    "cancelled_then_delivered": Example({"cancelled_and_delivered"}, (placed(), CANCELLED, DELIVERED), (1, 2)),
    "cancelled_alone": Example(set(), (placed(), CANCELLED)),
    "placed_again": Example({"placed_twice"}, (placed(), placed(120), DELIVERED), (0, 1)),
    "paid_in_euros": Example(
        {"two_currencies"}, (placed(), PaymentReceived(order=ORDER, currency="EUR", amount_minor=1), DELIVERED), (0, 1)
    ),
    "refunded_more": Example({"refund_over_value", "refunded_more_than_bought"}, (placed(), back(60), back(41))),
    "refunded_more_than_amended": Example({"refund_over_value"}, (placed(), AMENDED, back(41)), (0, 1, 2)),
    "refunded_as_amended": Example(set(), (placed(10), OrderAmended(
        order=ORDER, currency="GBP", lines=LINES, total_minor=40, total_delta_minor=30), back(40))),
    "returned_of_nothing": Example({"unknown_order_returned", "refunded_more_than_bought"}, (back(1),)),
    "delivered_of_nothing": Example({"unknown_order_delivered"}, (SHIPPED, DELIVERED), (1,)),
    "resolved_then_raised": Example({"resolved_before_opened"}, (RESOLVED, RAISED, REPLIED), (0, 1)),
    "resolved_raised_resolved": Example(set(), (RESOLVED, RAISED, RESOLVED)),
    "replied_then_raised": Example({"replied_before_opened"}, (REPLIED, RAISED, RESOLVED), (0, 1)),
    "never_raised": Example({"complaint_never_opened"}, (REPLIED, RESOLVED), (0, 1)),
    "asked_of_nothing": Example({"complaint_never_opened"}, (ASKED,), (0,)),
    "as_complaints_should_be": Example(set(), (RAISED, REPLIED, RESOLVED)),
    "answered_and_never_asked": Example({"answered_unasked"}, (RAISED, ANSWERED, RESOLVED), (1,)),
    "answered_then_asked": Example({"answered_unasked"}, (RAISED, ANSWERED, ASKED), (1, 2)),
    "as_questions_should_be": Example(set(), (RAISED, ASKED, ANSWERED, RESOLVED)),
    "reopened_then_resolved": Example({"reopened_before_resolved"}, (RAISED, REOPENED, RESOLVED), (1, 2)),
    "reopened_and_never_resolved": Example({"reopened_before_resolved"}, (RAISED, REOPENED), (1,)),
    "as_reopenings_should_be": Example(set(), (RAISED, RESOLVED, REOPENED, RESOLVED)),
    "confirmed_then_resolved": Example({"confirmed_before_resolved"}, (RAISED, CONFIRMED, RESOLVED), (1, 2)),
    "as_confirmations_should_be": Example(set(), (RAISED, RESOLVED, CONFIRMED)),
}  # fmt: skip
