"""Visitors that we cannot tell: people who never log in, a tablet that several share, a script that knows no names."""

from datetime import timedelta
from random import Random

from events.catalog.identity import IdentityLinked, IdentityUnlinked, MergeRefused
from events.catalog.visits import PageViewed
from services.demo.simulation.cast import Shop
from services.demo.simulation.stage import Stage, after, by_day, happens
from services.demo.simulation.visits import new_device
from services.demo.simulation.walk import Walk
from services.demo.simulation.wishes import wishes_of

STRANGERS_A_CUSTOMER = 0.6
SHARED_DEVICES = 2
UNDEFINED = "visitor:undefined"
UNDEFINED_PAGES = 140
UNDEFINED_LOGINS = 6
WISH_CHANCE = 0.25


def tell_strangers(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell visits of people who never log in: most of them look at a page or two."""
    days = (shop.end - shop.begin).days
    for _ in range(int(STRANGERS_A_CUSTOMER * len(shop.customers))):
        device = new_device(dice)
        store = dice.choice(shop.customers).last.store
        walk = Walk(shop.catalogue, dice, store, device.session())
        for _ in range(int(4 * dice.random() ** 2)):
            walk.find(dice.choice(shop.catalogue.shelf))
        at = by_day(dice, shop.begin, int((days + 1) * dice.random()))
        wishes = [wish for wish in wishes_of(dice, regular=False) if at.month in wish.months]
        if wishes and happens(dice, WISH_CHANCE):
            walk.wish(wishes[0])
        walk.play(stage, (device.visitor, device.visitor), 0, at)


def tell_shared_devices(shop: Shop, stage: Stage, dice: Random) -> None:
    """Let two customers log in on one tablet, and staff set right what looked like one person and was two."""
    for _ in range(SHARED_DEVICES):
        tablet = new_device(dice)
        for customer in dice.sample(shop.customers, 2):
            walk = Walk(shop.catalogue, dice, customer.last.store, tablet.session())
            walk.look_at(dice.choice(shop.catalogue.shelf))
            at = min(by_day(dice, customer.last.at, 1), shop.end)
            walk.play(stage, (tablet.visitor, customer.subject), len(walk.steps) - 1, at)
    one, other, third = dice.sample(shop.customers, 3)
    device = new_device(dice)
    at = one.first.at + timedelta(hours=2)
    link = stage.tell(at, one.subject, IdentityLinked(identifier=device.visitor, basis="form"))
    unlink = IdentityUnlinked(identifier=device.visitor, reason="typed_in_for_a_friend", by="maya")
    stage.tell(after(dice, at, 20, 70), one.subject, unlink, link)
    stage.tell(after(dice, at, 72, 96), other.subject, MergeRefused(other=third.subject, by="tom"))


def tell_undefined(shop: Shop, stage: Stage, dice: Random) -> None:
    """Let a broken script on one page call everybody by the same name; it must not make one person of them."""
    days = (shop.end - shop.begin).days
    for _ in range(UNDEFINED_PAGES):
        at = by_day(dice, shop.begin, int((days + 1) * dice.random()))
        stage.tell(at, UNDEFINED, PageViewed(page="/stores", title="Our stores"))
    for customer in dice.sample(shop.customers, UNDEFINED_LOGINS):
        stage.tell(
            customer.last.at + timedelta(minutes=1),
            customer.subject,
            IdentityLinked(identifier=UNDEFINED, basis="login"),
        )
