"""Ties: what binds customers to the shop: consents, cards, somebody who looks after them, friends whom they bring."""

from datetime import datetime, timedelta
from random import Random

from events.catalog.consent import ConsentGiven, ConsentWithdrawn
from events.catalog.customers import CardClosed, CardIssued, ManagerAssigned, ReferralMade, WalletStated
from services.demo.simulation.cast import Customer, Shop
from services.demo.simulation.people import REGISTERED_BEFORE
from services.demo.simulation.stage import Stage, by_day, happens

MANAGERS = ("harriet", "ben")
MANAGED_CUSTOMERS = 60
TEXT_VERSION = "2010-11"
PURPOSES = (("newsletter", 0.55), ("profiling", 0.4), ("birthday_card", 0.3), ("phone_calls", 0.2))


def tell_ties(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell the ties of every customer, then who looks after the best ones."""
    for place, customer in enumerate(sorted(shop.customers, key=lambda one: (one.first.at, one.subject))):
        _tell_consents(customer, shop, stage, dice)
        _tell_card(customer, stage, dice)
        _tell_wallet(customer, stage, dice)
        if place and happens(dice, 0.04):
            friend = dice.choice(shop.customers)
            if friend.first.at < customer.first.at:
                referral = ReferralMade(referred=customer.subject, channel="voucher_code")
                stage.tell(customer.first.at - REGISTERED_BEFORE / 2, friend.subject, referral)
    for customer in shop.best[:MANAGED_CUSTOMERS]:
        assigned = ManagerAssigned(manager=dice.choice(MANAGERS), by="harriet", reason="best_customers")
        stage.tell(by_day(dice, customer.first.at, 7), customer.subject, assigned)


def _tell_consents(customer: Customer, shop: Shop, stage: Stage, dice: Random) -> None:
    given_at = customer.first.at - REGISTERED_BEFORE + timedelta(seconds=20)
    for purpose, chance in PURPOSES:
        if not happens(dice, chance):
            continue
        channel = "email" if purpose == "newsletter" else ""
        given = ConsentGiven(purpose=purpose, channel=channel, text_version=TEXT_VERSION, source="registration")
        cause = stage.tell(given_at, customer.subject, given)
        if happens(dice, 0.08):
            withdrawn = ConsentWithdrawn(purpose=purpose, channel=channel, reason="too_many", source="newsletter_link")
            days = 5 + int((shop.end - given_at).days * dice.random())
            stage.tell(by_day(dice, given_at, days), customer.subject, withdrawn, cause)


def _tell_card(customer: Customer, stage: Stage, dice: Random) -> None:
    if len(customer.purchases) == 1 or not happens(dice, 0.6):
        return
    issued_at = customer.purchases[1].at + timedelta(minutes=2)
    card = f"7{customer.number}1"
    issued = CardIssued(card=card, kind="loyalty", store=customer.first.store)
    stage.tell(issued_at, customer.subject, issued)
    if happens(dice, 0.05):
        lost_at: datetime = by_day(dice, issued_at, 10 + dice.randrange(40))
        stage.tell(lost_at, customer.subject, CardClosed(card=card, reason="lost"))
        again = CardIssued(card=f"7{customer.number}2", kind="loyalty", store=customer.first.store)
        stage.tell(lost_at + timedelta(minutes=5), customer.subject, again)


def _tell_wallet(customer: Customer, stage: Stage, dice: Random) -> None:
    """Let a few regulars say what they spend in all; it is more than what they spend here."""
    if not customer.is_regular or not happens(dice, 0.06):
        return
    pounds = round(customer.spend_minor * (3 + 5 * dice.random()) / 100_000) * 1000
    wallet = WalletStated(amount_minor=pounds * 100, currency=customer.last.currency, basis="told_on_the_phone")
    stage.tell(by_day(dice, customer.purchases[1].at, 2), customer.subject, wallet)
