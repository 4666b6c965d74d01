"""Parcels: every order's way from the shelf to the door, most of them as promised, a few late; and some back again."""

from datetime import datetime
from random import Random

from events.catalog.fulfilment import (
    OrderDelivered,
    OrderStepReached,
    ParcelScanned,
    ReturnAccepted,
    ReturnRequested,
    ShipmentDispatched,
)
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.stage import Stage, after, happens

CARRIERS = ("Swift Parcel", "Swift Parcel", "Northern Post", "Hare & Sons")
DEPOTS = ("Leeds", "Daventry", "Reading", "Glasgow")
RECEIVERS = ("Reception", "A neighbour", "The shop next door", "At the door")
REASONS = (
    ("damaged", "It came with a crack."),
    ("not_as_shown", "The colour is not the one in the picture."),
    ("ordered_twice", "I pressed the button twice."),
    ("too_many", "I need fewer than I thought."),
)


def tell_parcels(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell the steps of every order, and what a customer said before we took something back."""
    for customer in shop.customers:
        for purchase in customer.purchases:
            _tell_delivery(customer, purchase, stage, dice)
        _tell_return_requests(customer, stage, dice)


def _tell_delivery(customer: Customer, purchase: Purchase, stage: Stage, dice: Random) -> None:
    subject, order, store = customer.subject, purchase.order, purchase.store
    parcel, carrier, way = f"parcel-{order}", dice.choice(CARRIERS), purchase.arrives_at - purchase.at
    packed = purchase.at + way * (0.1 + 0.2 * dice.random())
    dispatched = packed + way * (0.1 + 0.1 * dice.random())
    scanned = dispatched + way * (0.1 + 0.2 * dice.random())
    step = OrderStepReached(order=order, step="packed", promised_at=purchase.promised_at, store=store)
    stage.tell(_whole(packed), subject, step)
    sent = ShipmentDispatched(order=order, parcel=parcel, carrier=carrier, store=store)
    stage.tell(_whole(dispatched), subject, sent)
    seen = ParcelScanned(order=order, parcel=parcel, place=dice.choice(DEPOTS), status="in_transit", carrier=carrier)
    stage.tell(_whole(scanned), subject, seen)
    if purchase.late and happens(dice, 0.6):
        promised_at = purchase.arrives_at.replace(hour=18, minute=0, second=0)
        delayed = OrderStepReached(order=order, step="delayed", promised_at=promised_at, store=store)
        stage.tell(after(dice, purchase.promised_at, -20, 2), subject, delayed)
    out = ParcelScanned(order=order, parcel=parcel, status="out_for_delivery", carrier=carrier)
    stage.tell(purchase.arrives_at.replace(hour=7, minute=dice.randrange(60)), subject, out)
    received_by = dice.choice(RECEIVERS) if happens(dice, 0.4) else ""
    delivered = OrderDelivered(order=order, parcel=parcel, received_by=received_by, store=store)
    stage.tell(purchase.arrives_at, subject, delivered)


def _tell_return_requests(customer: Customer, stage: Stage, dice: Random) -> None:
    """Half of the real returns were announced some days before, for the order that came last."""
    for envelope in customer.returns:
        taken_back = envelope.data
        asked = after(dice, envelope.time, -100, -20)
        orders = [purchase for purchase in customer.purchases if purchase.at < asked]
        if not orders or not isinstance(taken_back, ReturnAccepted) or not happens(dice, 0.5):
            continue
        reason, text = dice.choice(REASONS)
        wish = ReturnRequested(
            order=orders[-1].order, lines=taken_back.lines, reason=reason, text=text, store=taken_back.store
        )
        stage.tell(asked, customer.subject, wish)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
