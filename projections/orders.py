"""Each order's way: placed, amended, promised, sent, seen by the carrier, delivered, cancelled, sent back.

Reads OrderPlaced, OrderAmended, OrderCancelled, PaymentReceived, OrderStepReached, ShipmentDispatched, ParcelScanned,
OrderDelivered, ReturnRequested, ReturnAccepted. One row per subject and order. Events that contradict each other are
all kept: an order may be both cancelled and delivered here, and the report of oddities says so.

What an order costs, and what it holds, is what its latest placing or amendment says, so an amendment that does not tell
by how much the total changed is priced here. What arrived adds up over its parcels. ``way`` is the set of its stops: a
JSON array each, ``[time, kind, parcel, word, place]`` of kind ``step``, ``sent``, ``seen`` or ``arrived``, so that a
scan that is told twice is one stop; it suits some hundreds of stops an order. A return that names no order is no
order's: purchases counts it. Where two stores give one subject the same order number, the two are one row.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from events.catalog.fulfilment import (
    OrderDelivered,
    OrderStepReached,
    ParcelScanned,
    ReturnAccepted,
    ReturnRequested,
    ShipmentDispatched,
)
from events.catalog.orders import OrderAmended, OrderCancelled, OrderLine, OrderPlaced, PaymentReceived
from events.catalog.parts import ProductLine
from events.envelope import Envelope
from projections._engine.columns import Counts, Earliest, Key, Latest, Max, Min, Sum, Union
from projections._engine.declaration import Projection, Row, Signal, folds, signals

JSON = msgspec.json.Encoder()


def quantities(lines: Iterable[OrderLine | ProductLine]) -> dict[str, int]:
    """Return how many of each product lines hold together."""
    counted: dict[str, int] = {}
    for line in lines:
        counted[line.product] = counted.get(line.product, 0) + line.quantity
    return counted


def written(lines: Iterable[OrderLine]) -> str:
    """Return how many of each product lines hold, as JSON: of several such texts the latest one holds whole."""
    return JSON.encode(quantities(lines)).decode()


def stop(at: datetime, kind: str, parcel: str, word: str, place: str = "") -> tuple[str]:
    """Return one stop of an order's way."""
    return (JSON.encode((at, kind, parcel, word, place)).decode(),)


class Orders(Projection, version=3, indexes=("order",)):
    """An order of a subject."""

    subject: Key[str]
    order: Key[str]
    store: Earliest[str]
    session: Max[str]
    currencies: Union
    total_minor: Latest[int]
    ordered_lines: Latest[str]
    delivered_lines: Counts
    paid_minor: Sum
    times_placed: Sum
    times_amended: Sum
    shipments: Sum
    deliveries: Sum
    deliveries_counted: Sum
    returns: Sum
    returned_minor: Sum
    ordered: Min[datetime]
    first_promised: Earliest[datetime]
    promised: Latest[datetime]
    step: Latest[str]
    way: Union
    shipped: Min[datetime]
    delivered: Min[datetime]
    last_delivered: Max[datetime]
    delivered_whole: Min[datetime]
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
            ordered_lines=written(event.lines),
            times_placed=1,
            ordered=envelope.time,
            first_promised=event.promised_at,
            promised=event.promised_at,
        )

    @folds(OrderAmended)
    def was_amended(self, event: OrderAmended, envelope: Envelope) -> Row:
        """From then on the order is what the amendment says, whether or not it tells the difference."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            currencies=(event.currency,),
            total_minor=event.total_minor,
            ordered_lines=written(event.lines),
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
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            step=event.step,
            first_promised=event.promised_at,
            promised=event.promised_at,
            way=stop(envelope.time, "step", "", event.step, event.place),
        )

    @folds(ShipmentDispatched)
    def was_shipped(self, event: ShipmentDispatched, envelope: Envelope) -> Row:
        """Of several parcels the first one counts as the shipping."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            shipments=1,
            shipped=envelope.time,
            way=stop(envelope.time, "sent", event.parcel, event.carrier),
        )

    @folds(ParcelScanned)
    def was_seen(self, event: ParcelScanned, envelope: Envelope) -> Row:
        """A carrier's scan is a stop on the way; of which store the order is it does not say."""
        seen = stop(envelope.time, "seen", event.parcel, event.status, event.place)
        return self.row(envelope.subject, event.order, way=seen)

    @folds(OrderDelivered)
    def was_delivered(self, event: OrderDelivered, envelope: Envelope) -> Row:
        """What arrived adds up over the parcels, where somebody counted; without a parcel the whole order arrived."""
        return self.row(
            envelope.subject,
            event.order,
            store=event.store,
            delivered_lines=quantities(event.lines),
            deliveries=1,
            deliveries_counted=1 if event.lines else 0,
            way=stop(envelope.time, "arrived", event.parcel, ""),
            delivered=envelope.time,
            last_delivered=envelope.time,
            delivered_whole=None if event.parcel else envelope.time,
        )

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

    @signals(OrderPlaced)
    def begins(self, event: OrderPlaced, envelope: Envelope) -> Signal:
        """A checklist may begin with it."""
        return Signal("order_placed", envelope.subject, {"order": event.order, "store": event.store})

    @signals(ShipmentDispatched)
    def is_on_its_way(self, event: ShipmentDispatched, envelope: Envelope) -> Signal:
        """A checklist may begin with it, and a step of one be done by it."""
        return Signal("order_shipped", envelope.subject, {"order": event.order, "store": event.store})

    @signals(OrderDelivered)
    def has_come(self, event: OrderDelivered, envelope: Envelope) -> Signal:
        """A checklist may begin with it, and a step of one be done by it."""
        return Signal("order_delivered", envelope.subject, {"order": event.order, "store": event.store})
