"""Each order's way: placed, amended, promised, sent, delivered, cancelled, sent back.

Reads OrderPlaced, OrderAmended, OrderCancelled, PaymentReceived, OrderStepReached, ShipmentDispatched, OrderDelivered,
ReturnRequested, ReturnAccepted. One row per subject and order. Events that contradict each other are all kept: an order
may be both cancelled and delivered here, and the report of oddities says so.

What an order costs is what its latest placing or amendment says, so an amendment that does not tell by how much the
total changed is priced here. A carrier's scans are not kept: the timeline has them. A return that names no order is no
order's: purchases counts it. Where two stores give one subject the same order number, the two are one row.
"""

from datetime import datetime

from events.catalog.fulfilment import (
    OrderDelivered,
    OrderStepReached,
    ReturnAccepted,
    ReturnRequested,
    ShipmentDispatched,
)
from events.catalog.orders import OrderAmended, OrderCancelled, OrderPlaced, PaymentReceived
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Latest, Max, Min, Sum, Union
from projections._engine.declaration import Projection, Row, folds


class Orders(Projection, version=1):
    """An order of a subject."""

    subject: Key[str]
    order: Key[str]
    store: Earliest[str]
    session: Max[str]
    currencies: Union
    total_minor: Latest[int]
    paid_minor: Sum
    times_placed: Sum
    times_amended: Sum
    shipments: Sum
    deliveries: Sum
    returns: Sum
    returned_minor: Sum
    ordered: Min[datetime]
    promised: Latest[datetime]
    step: Latest[str]
    shipped: Min[datetime]
    delivered: Min[datetime]
    cancelled: Min[datetime]
    return_requested: Min[datetime]
    returned: Min[datetime]

    @folds(OrderPlaced)
    def was_placed(self, event: OrderPlaced, envelope: Envelope) -> Row:
        """An order begins; placed again under its number it is still one order, and that is counted."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            session=event.session or None,
            currencies=(event.currency,),
            total_minor=event.total_minor,
            times_placed=1,
            ordered=envelope.time,
            promised=event.promised_at,
        )

    @folds(OrderAmended)
    def was_amended(self, event: OrderAmended, envelope: Envelope) -> Row:
        """From then on the order costs what the amendment says, whether or not it tells the difference."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            currencies=(event.currency,),
            total_minor=event.total_minor,
            times_amended=1,
        )

    @folds(OrderCancelled)
    def was_cancelled(self, event: OrderCancelled, envelope: Envelope) -> Row:
        """The first cancellation counts; what the order cost stays to be seen."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            currencies=(event.currency,),
            cancelled=envelope.time,
        )

    @folds(PaymentReceived)
    def was_paid(self, event: PaymentReceived, envelope: Envelope) -> Row:
        """Payments add up, whatever the order costs."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            currencies=(event.currency,),
            paid_minor=event.amount_minor,
        )

    @folds(OrderStepReached)
    def reached(self, event: OrderStepReached, envelope: Envelope) -> Row:
        """The latest step is where the order is; the latest promise is the one that holds."""
        return self.row(envelope.subject, event.order, store=event.store, step=event.step, promised=event.promised_at)

    @folds(ShipmentDispatched)
    def was_shipped(self, event: ShipmentDispatched, envelope: Envelope) -> Row:
        """Of several parcels the first one counts as the shipping."""
        return self.row(envelope.subject, event.order, store=event.store, shipments=1, shipped=envelope.time)

    @folds(OrderDelivered)
    def was_delivered(self, event: OrderDelivered, envelope: Envelope) -> Row:
        """Of several parcels the first one counts as the delivery."""
        return self.row(envelope.subject, event.order, store=event.store, deliveries=1, delivered=envelope.time)

    @folds(ReturnRequested)
    def return_was_requested(self, event: ReturnRequested, envelope: Envelope) -> Row:
        """The customer wants to send something back; nothing has come yet."""
        return self.row(envelope.subject, event.order, store=event.store, return_requested=envelope.time)

    @folds(ReturnAccepted)
    def was_returned(self, event: ReturnAccepted, envelope: Envelope) -> Row | None:
        """Refunds add up, also beyond what the order cost."""
        if not event.order:
            return None
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            currencies=(event.currency,),
            returns=1,
            returned_minor=event.amount_minor,
            returned=envelope.time,
        )
