"""Parcels: every order's way from the shelf to the door, most of them as promised, a few late; and some back again.

What is in some of the parcels is counted on arrival; now and then it is not what was ordered.
"""

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
from events.catalog.parts import ProductLine, ProductLines
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.stage import Stage, after, happens

CARRIERS = ("Swift Parcel", "Swift Parcel", "Northern Post", "Hare & Sons")
DEPOTS = ("Leeds", "Daventry", "Reading", "Glasgow")
COUNTED_CHANCE = 0.3
MISTAKE_CHANCE = 0.06
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
            _tell_delivery(customer, purchase, _counted(purchase, shop, dice), stage, dice)
        _tell_return_requests(customer, stage, dice)


def _counted(purchase: Purchase, shop: Shop, dice: Random) -> ProductLines:
    """Return what was counted on arrival, if anybody counted: as ordered, or with one mistake of the packer."""
    if not purchase.goods or not happens(dice, COUNTED_CHANCE):
        return ()
    lines = list(purchase.goods)
    if happens(dice, MISTAKE_CHANCE):
        place = min(dice.sample(range(len(lines)), min(len(lines), 3)), key=lambda each: lines[each].quantity)
        product, quantity = lines[place].product, lines[place].quantity
        match dice.choice(("missing", "wrong", "fewer", "more")):
            case "missing" if len(lines) > 1:
                del lines[place]
            case "fewer" if quantity > 1:
                lines[place] = ProductLine(product=product, quantity=quantity - 1)
            case "wrong" | "missing":
                lines[place] = ProductLine(product=dice.choice(shop.catalogue.shelf).product, quantity=quantity)
            case _:
                lines[place] = ProductLine(product=product, quantity=quantity + 1)
    return tuple(lines)


def _tell_delivery(customer: Customer, purchase: Purchase, counted: ProductLines, stage: Stage, dice: Random) -> None:
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
    delivered = OrderDelivered(order=order, parcel=parcel, lines=counted, received_by=received_by, store=store)
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
