"""People: who the customers say they are, what they like and what they need."""

from datetime import datetime, timedelta
from random import Random
from typing import Literal

from events.catalog.customers import (
    CustomerRegistered,
    FamilyMemberNamed,
    NeedStated,
    PreferenceStated,
    TraitsChanged,
)
from services.demo.simulation.cast import Customer, Shop
from services.demo.simulation.names import FIRST_NAMES, Person, person_of
from services.demo.simulation.stage import Stage, by_day, happens

Stance = Literal["likes", "dislikes"]

REGISTERED_BEFORE = timedelta(minutes=3)
PREFERENCES: tuple[tuple[str, Stance, str], ...] = (
    ("colour", "likes", "red and cream"),
    ("colour", "likes", "pale blue"),
    ("colour", "dislikes", "pink"),
    ("delivery_day", "likes", "Thursdays"),
    ("packaging", "dislikes", "plastic"),
    ("contact", "likes", "a call in the morning"),
    ("contact", "dislikes", "calls"),
    ("style", "likes", "everything with polka dots"),
    ("style", "likes", "plain wood"),
)
NEEDS = (
    ("large_print", "Please print the invoice in large letters."),
    ("delivery_before_noon", "The shop closes at one."),
    ("no_steps", "The driver must not leave parcels on the stairs."),
    ("invoice_by_post", "My accountant wants it on paper."),
    ("allergy", "No straw in the boxes, please."),
)
RELATIONS = ("daughter", "son", "partner", "mother", "niece", "business_partner")


def tell_people(shop: Shop, stage: Stage, dice: Random) -> None:
    """Let every customer register just before the first order, and tell us more of themselves later."""
    for customer in shop.customers:
        person = person_of(Random(customer.subject), customer.number)
        _register(customer, person, stage, dice)
        _say_more(customer, person, shop, stage, dice)


def _register(customer: Customer, person: Person, stage: Stage, dice: Random) -> None:
    """Register with some of the details; a birthday may come without its year."""
    birthday = person.birthday if happens(dice, 0.75) else person.birthday[5:]
    registered = CustomerRegistered(
        name=person.name,
        email=person.email,
        phone=person.phone if happens(dice, 0.6) else "",
        birthday=birthday if happens(dice, 0.6) else "",
        address=person.address if happens(dice, 0.7) else "",
        language="en",
        store=customer.first.store,
        channel="web",
    )
    stage.tell(customer.first.at - REGISTERED_BEFORE, customer.subject, registered)


def _say_more(customer: Customer, person: Person, shop: Shop, stage: Stage, dice: Random) -> None:
    days = (shop.end - customer.first.at).days
    subject = customer.subject
    keen = 2 if customer.is_regular else 1

    def some_day() -> datetime:
        return by_day(dice, customer.first.at, 1 + int(days * dice.random()))

    for _ in range(keen):
        if happens(dice, 0.2):
            topic, stance, about = dice.choice(PREFERENCES)
            stage.tell(some_day(), subject, PreferenceStated(topic=topic, stance=stance, about=about, channel="web"))
    if happens(dice, 0.04 * keen):
        need, detail = dice.choice(NEEDS)
        stage.tell(some_day(), subject, NeedStated(need=need, detail=detail, channel="phone"))
    if happens(dice, 0.03 * keen):
        birthday = f"{1 + dice.randrange(12):02d}-{1 + dice.randrange(28):02d}"
        named = FamilyMemberNamed(
            member="member-1", relation=dice.choice(RELATIONS), name=dice.choice(FIRST_NAMES), birthday=birthday
        )
        stage.tell(some_day(), subject, named)
    if happens(dice, 0.04):
        traits = dice.choice(({"phone": person.phone}, {"address": person.address}, {"shop_name": f"{person.name}'s"}))
        stage.tell(some_day(), subject, TraitsChanged(traits=traits))
    if happens(dice, 0.01):
        stage.tell(some_day(), subject, TraitsChanged(traits={"phone": ""}))
