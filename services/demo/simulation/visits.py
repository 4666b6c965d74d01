"""Visits of customers: before an order and in between, logged in or not yet, on one device or two.

A device has an anonymous identifier, which becomes its customer's at the first login. Half of the devices send a
session id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from events.catalog.offers import OfferRefused, OfferShown, OfferTaken
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.catalogue import Product
from services.demo.simulation.stage import Stage, by_day, happens
from services.demo.simulation.walk import Walk
from services.demo.simulation.wishes import wishes_of

ORDERS_BY_WEB = 0.85
SECOND_DEVICE_CHANCE = 0.25
SESSIONS_CHANCE = 0.5
LOGGED_OUT_CHANCE = 0.3
BROWSING_DAYS = 32
WISH_CHANCE = 0.16
OFFER_CHANCE = 0.3


@dataclass
class Device:
    """A browser; ``sessions`` counts its session ids, and is None where it sends none."""

    visitor: str
    sessions: int | None
    known: bool = False

    def session(self) -> str:
        """Return the id of a new session, or nothing."""
        if self.sessions is None:
            return ""
        self.sessions += 1
        return f"{self.visitor[-8:]}-{self.sessions}"


def new_device(dice: Random) -> Device:
    """Return a device that nobody has logged in on."""
    return Device(f"visitor:{dice.getrandbits(64):016x}", 0 if happens(dice, SESSIONS_CHANCE) else None)


def tell_visits(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell the visits of every customer, each one's in the order in which they happened."""
    for customer in shop.customers:
        visitor = _Visitor(shop, stage, dice, customer)
        for at, purchase in sorted(visitor.plans(), key=lambda plan: plan[0]):
            if purchase is None:
                visitor.browse(at)
            else:
                visitor.order(purchase)


class _Visitor:
    """One customer in front of their devices."""

    def __init__(self, shop: Shop, stage: Stage, dice: Random, customer: Customer) -> None:
        self._shop = shop
        self._stage = stage
        self._dice = dice
        self._customer = customer
        self._devices = [new_device(dice) for _ in range(1 + happens(dice, SECOND_DEVICE_CHANCE))]
        self._wishes = wishes_of(dice, regular=customer.is_regular)

    def plans(self) -> list[tuple[datetime, Purchase | None]]:
        """Return when the customer comes, and what for; who was let down does not come back."""
        dice, customer = self._dice, self._customer
        plans: list[tuple[datetime, Purchase | None]] = [
            (purchase.at, purchase) for purchase in customer.purchases if happens(dice, ORDERS_BY_WEB)
        ]
        starts = [purchase.at for purchase in customer.purchases]
        ends = [*starts[1:], customer.last.at if customer.let_down else self._shop.end]
        for start, end in zip(starts, ends, strict=True):
            days = (end - start).days
            plans += [
                (by_day(dice, start, 1 + int((days - 1) * dice.random() ** 2)), None)
                for _ in range(int(days / BROWSING_DAYS + dice.random()))
            ]
        return plans

    def order(self, purchase: Purchase) -> None:
        """Fill the cart and check out just before an order."""
        dice, device, walk = self._dice, *self._walk(purchase)
        products = list(purchase.products)
        for product in dice.sample(products, min(len(products), 2 + int(4 * dice.random()))):
            walk.find(product)
            if happens(dice, 0.6):
                walk.cart(product, 1 + int(6 * dice.random()))
        self._wish(walk, purchase.at)
        walk.page("/cart")
        login = len(walk.steps)
        if happens(dice, OFFER_CHANCE):
            self._offer(walk, products, purchase.order)
        walk.page("/checkout")
        self._play(walk, device, login, purchase.at - timedelta(seconds=5 + int(60 * dice.random())))

    def browse(self, at: datetime) -> None:
        """Look around and leave."""
        dice, device, walk = self._dice, *self._walk(self._customer.last)
        for _ in range(1 + int(3 * dice.random())):
            product = dice.choice(self._shop.catalogue.shelf)
            walk.find(product)
            if happens(dice, 0.12):
                walk.cart(product, 1)
                if happens(dice, 0.4):
                    walk.cart(product, -1)
        self._wish(walk, at)
        login = len(walk.steps)
        if device.known or happens(dice, 1 - LOGGED_OUT_CHANCE):
            walk.page("/account/orders")
            if happens(dice, OFFER_CHANCE):
                self._offer(walk, [dice.choice(self._shop.catalogue.shelf)], "")
            self._play(walk, device, login, at)
        else:
            walk.play(self._stage, (device.visitor, device.visitor), 0, at)

    def _walk(self, purchase: Purchase) -> tuple[Device, Walk]:
        device = self._dice.choice(self._devices)
        return device, Walk(self._shop.catalogue, self._dice, purchase.store, device.session())

    def _wish(self, walk: Walk, at: datetime) -> None:
        wishes = [wish for wish in self._wishes if at.month in wish.months]
        if wishes and happens(self._dice, WISH_CHANCE):
            walk.wish(self._dice.choice(wishes))

    def _offer(self, walk: Walk, products: list[Product], order: str) -> None:
        """Show an offer; with an order it may be one of its products, and then it was taken."""
        dice = self._dice
        taken = order != "" and products != [] and happens(dice, 0.35)
        product = dice.choice(products) if taken else dice.choice(self._shop.catalogue.shelf)
        offer = f"offer-{dice.getrandbits(40):010x}"
        reason = dice.choice(("bought_together", "bought_together", "like_last_time", "new_in_category"))
        place = {"channel": "web", "store": self._customer.last.store, "session": walk.session}
        walk.add(OfferShown(offer=offer, kind="product", product=product.product, reason=reason, **place))
        if taken:
            walk.add(OfferTaken(offer=offer, kind="product", product=product.product, order=order, **place))
        elif happens(dice, 0.2):
            why = dice.choice(("too_expensive", "not_my_style", "have_it"))
            walk.add(OfferRefused(offer=offer, kind="product", product=product.product, reason=why, **place))

    def _play(self, walk: Walk, device: Device, login: int, end: datetime) -> None:
        """Walk as an unknown visitor up to the login, or as the customer all along where the device knows them."""
        logged_out = not device.known or happens(self._dice, LOGGED_OUT_CHANCE)
        device.known = True
        before = device.visitor if logged_out else self._customer.subject
        walk.play(self._stage, (before, self._customer.subject), login, end)
