"""Contacts: customers turn to us for one of four things, and we to the best of them as the year's plan says."""

from datetime import date, datetime, timedelta
from random import Random

import msgspec

from events.catalog.contacts import (
    Bucket,
    ContactAnswered,
    ContactMade,
    ContactPlanned,
    ContactReceived,
    ContactSkipped,
)
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.complaints import STAFF
from services.demo.simulation.stage import Stage, after, by_day, happens

CONTACT_CHANCE = 0.09
PLANNED_CUSTOMERS = 120
PLANNED_EVERY_DAYS = 42
SLOW_ANSWER_CHANCE = 0.1
NO_ANSWER_CHANCE = 0.04
RESOLVED_CHANCE = 0.9
ASKS_AGAIN_CHANCE = 0.7
AGAIN = "You did not answer what I had asked."
MADE_CHANCE = 0.85
FORGOTTEN_CHANCE = 0.4
CALLED_TOO_OFTEN = 6
MANY_CALLS = 4

QUESTIONS: dict[Bucket, tuple[str, ...]] = {
    "product_information": (
        "Is the {product} safe in a dishwasher?",
        "How large is the {product}?",
        "Will you have the {product} in blue again?",
    ),
    "problem_resolution": (
        "A handle of the {product} is loose. Can you send me a screw?",
        "I was charged twice for the {product}.",
        "The discount was not taken off.",
    ),
    "access_to_people": (
        "May I speak to the person who packs our orders?",
        "Who looks after our account now?",
        "Please call me back, I would rather talk.",
    ),
    "access_to_process": (
        "Where is my parcel?",
        "How do I send something back?",
        "Can I still add to my order?",
    ),
}
ANSWERS: dict[Bucket, str] = {
    "product_information": "Yes, and here is its page with everything we know of it.",
    "problem_resolution": "We have put it right today.",
    "access_to_people": "Of course: you can reach them on this number until five.",
    "access_to_process": "Here is how it stands, and what comes next.",
}
PURPOSES = ("thank_you", "new_season", "birthday", "how_did_it_sell")


def tell_contacts(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell what customers asked around their orders, and whom we called of our own accord."""
    for customer in shop.customers:
        for purchase in customer.purchases:
            if purchase.products and happens(dice, CONTACT_CHANCE):
                _tell_question(customer, purchase, stage, dice)
    for customer in shop.best[:PLANNED_CUSTOMERS]:
        _tell_plan(customer, shop, stage, dice)
    for customer in shop.best[:CALLED_TOO_OFTEN]:
        _tell_too_many(customer, shop, stage, dice)


def _tell_too_many(customer: Customer, shop: Shop, stage: Stage, dice: Random) -> None:
    """Everybody thinks of the best ones: within weeks somebody calls time and again, and nobody had planned it."""
    begin = by_day(dice, shop.end, -25)
    for number in range(1, 1 + MANY_CALLS):
        contact = f"thanks-{customer.number}-{number}"
        made = ContactMade(contact=contact, purpose="thank_you", channel="phone", by=dice.choice(STAFF))
        stage.tell(by_day(dice, begin, 5 * number), customer.subject, made)


def _tell_question(customer: Customer, purchase: Purchase, stage: Stage, dice: Random) -> None:
    bucket: Bucket = dice.choice(tuple(QUESTIONS))
    product = dice.choice(purchase.products)
    question = dice.choice(QUESTIONS[bucket])
    asked = _asked_at(dice, bucket, purchase)
    channel = dice.choice(("email", "email", "phone", "chat"))
    received = ContactReceived(
        contact=f"contact-{purchase.order}",
        bucket=bucket,
        channel=channel,
        order="" if bucket == "product_information" else purchase.order,
        product=product.product if "{product}" in question else "",
        question=question.format(product=product.name.lower()),
        store=purchase.store,
    )
    cause = stage.tell(asked, customer.subject, received)
    if happens(dice, NO_ANSWER_CHANCE):
        return
    answered = ContactAnswered(
        contact=received.contact,
        resolved=happens(dice, RESOLVED_CHANCE),
        by=dice.choice(STAFF),
        channel=channel,
        text=ANSWERS[bucket],
    )
    answered_at = _answered_at(dice, asked, channel)
    stage.tell(answered_at, customer.subject, answered, cause)
    if cause and not answered.resolved and happens(dice, ASKS_AGAIN_CHANCE):
        again = msgspec.structs.replace(received, contact=f"{received.contact}-again", question=AGAIN)
        asked = after(dice, answered_at, 4, 100)
        cause = stage.tell(asked, customer.subject, again)
        settled = msgspec.structs.replace(answered, contact=again.contact, resolved=True)
        stage.tell(_answered_at(dice, asked, channel), customer.subject, settled, cause)


def _asked_at(dice: Random, bucket: Bucket, purchase: Purchase) -> datetime:
    """Before the order, on its way, or after it came: each question has its time."""
    match bucket:
        case "product_information":
            return after(dice, purchase.at, -30, -1)
        case "access_to_process":
            return by_day(dice, purchase.at, 1)
        case "problem_resolution" | "access_to_people":
            return by_day(dice, purchase.arrives_at, 1 + int(3 * dice.random()))


def _answered_at(dice: Random, asked: datetime, channel: str) -> datetime:
    if channel in {"phone", "chat"}:
        return after(dice, asked, 0.02, 0.3)
    return after(dice, asked, 25, 80) if happens(dice, SLOW_ANSWER_CHANCE) else after(dice, asked, 0.2, 20)


def _tell_plan(customer: Customer, shop: Shop, stage: Stage, dice: Random) -> None:
    plan = f"best-customers-{shop.begin.year + 1}"
    by = dice.choice(STAFF)
    day = customer.first.at + timedelta(days=10 + dice.randrange(PLANNED_EVERY_DAYS))
    for number in range(1, 1 + (shop.end - day).days // PLANNED_EVERY_DAYS + 1):
        contact = f"{plan}-{customer.number}-{number}"
        due_on: date = (day + timedelta(days=14)).date()
        purpose = dice.choice(PURPOSES)
        planned = ContactPlanned(plan=plan, contact=contact, due_on=due_on, purpose=purpose, channel="phone", by=by)
        cause = stage.tell(by_day(dice, day), customer.subject, planned)
        done_at = by_day(dice, day, 3 + dice.randrange(13))
        if customer.let_down and done_at > customer.last.at:
            skipped = ContactSkipped(plan=plan, contact=contact, reason="complaint_open", by=by)
            stage.tell(done_at, customer.subject, skipped, cause)
        elif happens(dice, MADE_CHANCE):
            made = ContactMade(contact=contact, plan=plan, purpose=purpose, channel="phone", by=by)
            stage.tell(done_at, customer.subject, made, cause)
        elif not happens(dice, FORGOTTEN_CHANCE):
            skipped = ContactSkipped(plan=plan, contact=contact, reason="not_reached", by=by)
            stage.tell(done_at, customer.subject, skipped, cause)
        day += timedelta(days=PLANNED_EVERY_DAYS)
