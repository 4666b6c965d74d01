"""Orders: what customers buy, what it costs them, and what changes before it is sent."""

from typing import Annotated

from msgspec import Meta, field

from events.catalog.parts import MAX_LINES, AmountDeltaMinor, Moment, Options
from events.event import AmountMinor, Currency, Event, Key, Label, Name, Part, Quantity


class OrderLine(Part, frozen=True, kw_only=True):
    """One product of an order: how many, and the price of each one."""

    product: Key
    quantity: Quantity
    unit_price_minor: AmountMinor
    name: Name = ""
    category: Label = ""
    options: Options = field(default_factory=dict)


OrderLines = Annotated[tuple[OrderLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
"""The lines of an order; there is at least one."""


class OrderPlaced(Event, type="regulars.order.placed.v2"):
    """A customer ordered. ``total_minor`` is what they pay: the sum of the lines, less discounts, plus shipping."""

    order: Key
    currency: Currency
    lines: OrderLines
    total_minor: AmountMinor
    store: Label = "web"
    channel: Label = ""
    session: Label = ""
    promised_at: Moment | None = None


class OrderItemV1(Part, frozen=True, kw_only=True):
    """One line of the first version. Its bounds keep the sum of an order within the bounds of an amount."""

    sku: Key
    qty: Annotated[int, Meta(ge=1, le=10_000)]
    price_minor: Annotated[int, Meta(ge=0, le=1_000_000)]


class OrderPlacedV1(Event, type="regulars.order.placed.v1", upcast_to=OrderPlaced):
    """The first version: short names, the web shop only, and no total."""

    order_id: Key
    currency: Currency
    items: Annotated[tuple[OrderItemV1, ...], Meta(min_length=1, max_length=100)]

    def upcast(self) -> OrderPlaced:
        """Spell the names out, and add the total up."""
        return OrderPlaced(
            order=self.order_id,
            currency=self.currency,
            lines=tuple(
                OrderLine(product=item.sku, quantity=item.qty, unit_price_minor=item.price_minor) for item in self.items
            ),
            total_minor=sum(item.qty * item.price_minor for item in self.items),
        )


class OrderAmended(Event, type="regulars.order.amended.v2"):
    """An order was changed: these are all its lines now. ``total_delta_minor`` is the new total less the one before.

    None says that the source does not tell the difference, as where it only ever sends the order as it stands.
    """

    order: Key
    currency: Currency
    lines: OrderLines
    total_minor: AmountMinor
    total_delta_minor: AmountDeltaMinor | None = None
    reason: Label = ""
    store: Label = "web"


class OrderAmendedV1(Event, type="regulars.order.amended.v1", upcast_to=OrderAmended):
    """The first version: the source had to know the difference."""

    order: Key
    currency: Currency
    lines: OrderLines
    total_minor: AmountMinor
    total_delta_minor: AmountDeltaMinor
    reason: Label = ""
    store: Label = "web"

    def upcast(self) -> OrderAmended:
        """Say the same; the difference is known."""
        return OrderAmended(
            order=self.order,
            currency=self.currency,
            lines=self.lines,
            total_minor=self.total_minor,
            total_delta_minor=self.total_delta_minor,
            reason=self.reason,
            store=self.store,
        )


class OrderCancelled(Event, type="regulars.order.cancelled.v1"):
    """An order was called off before it was sent. ``total_minor`` is what the customer no longer pays."""

    order: Key
    currency: Currency
    total_minor: AmountMinor
    reason: Label = ""
    store: Label = "web"


class PaymentReceived(Event, type="regulars.order.payment_received.v1"):
    """Money came in for an order; in parts, if there are several of these. ``method`` is such as ``card``."""

    order: Key
    currency: Currency
    amount_minor: AmountMinor
    method: Label = ""
    store: Label = "web"


EVENTS = (OrderPlaced, OrderPlacedV1, OrderAmended, OrderAmendedV1, OrderCancelled, PaymentReceived)
