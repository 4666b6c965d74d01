"""Fulfilment: an order's way from our shelf to the customer's door, and sometimes back."""

from events.catalog.parts import Moment, ProductLines
from events.event import AmountMinor, Currency, Event, Key, Label, Name, Personal, Text


class OrderStepReached(Event, type="regulars.fulfilment.step_reached.v1"):
    """An order reached a step, such as ``packed`` or ``in_transit``. ``promised_at`` is the delivery now promised."""

    order: Key
    step: Key
    promised_at: Moment | None = None
    place: Name = ""
    store: Label = "web"


class ShipmentDispatched(Event, type="regulars.fulfilment.shipment_dispatched.v1"):
    """A parcel left us with a carrier. ``lines`` is what is in it, where the source says."""

    order: Key
    parcel: Key
    carrier: Label = ""
    lines: ProductLines = ()
    store: Label = "web"


class ParcelScanned(Event, type="regulars.fulfilment.parcel_scanned.v1"):
    """The carrier saw a parcel at a place. ``status`` is the carrier's word for how it stands."""

    order: Key
    parcel: Key
    place: Name = ""
    status: Label = ""
    carrier: Label = ""


class OrderDelivered(Event, type="regulars.fulfilment.order_delivered.v1"):
    """A parcel, or the whole order, was handed over. ``lines`` is what arrived, where somebody counted."""

    order: Key
    parcel: Label = ""
    lines: ProductLines = ()
    received_by: Personal[Name] = ""
    store: Label = "web"


class ReturnRequested(Event, type="regulars.fulfilment.return_requested.v1"):
    """A customer wants to send something back. ``reason`` is a code such as ``damaged``, ``text`` their own words."""

    order: Key
    lines: ProductLines = ()
    reason: Label = ""
    text: Personal[Text] = ""
    store: Label = "web"


class ReturnAccepted(Event, type="regulars.fulfilment.return_accepted.v1"):
    """We took something back and refunded ``amount_minor``. The order may be unknown."""

    currency: Currency
    amount_minor: AmountMinor
    order: Label = ""
    lines: ProductLines = ()
    reason: Label = ""
    store: Label = "web"


EVENTS = (OrderStepReached, ShipmentDispatched, ParcelScanned, OrderDelivered, ReturnRequested, ReturnAccepted)
