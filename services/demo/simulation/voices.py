"""Voices: what customers suggest and vote for, how they rate a delivery, and how they would have their goods."""

from datetime import timedelta
from random import Random
from typing import Literal, NamedTuple

from events.catalog.feedback import FeedbackGiven, OptionChosen, SuggestionDecided, SuggestionMade, SuggestionVoted
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.stage import Stage, after, by_day, happens

FEEDBACK_CHANCE = 0.06
OPTION_CHANCE = 0.08
MOST_VOTES = 60
OPTIONS = (
    ("wrapping", ("brown paper", "polka dots", "plain white")),
    ("ribbon", ("red", "green", "none")),
    ("card", ("Happy birthday", "Thank you", "With love")),
)
PRAISE = ("Came early and well packed.", "Lovely, as always.", "My customers ask for more of these.", "")
BLAME = ("It took far too long.", "The box was crushed.", "")


class Idea(NamedTuple):
    """A suggestion and what becomes of it."""

    theme: str
    text: str
    status: Literal["under_review", "planned", "done", "declined"]


IDEAS = (
    Idea("delivery", "Let me choose the day of delivery.", "planned"),
    Idea("range", "Please stock bird feeders, everybody asks me for them.", "under_review"),
    Idea("packaging", "Paper instead of bubble wrap.", "done"),
    Idea("service", "Wrap gifts for a pound.", "under_review"),
    Idea("website", "Show me what I ordered last time.", "done"),
    Idea("range", "A smaller size of the big lantern.", "declined"),
    Idea("prices", "A discount from fifty pieces on.", "planned"),
    Idea("website", "A list that I can share with my partner.", "under_review"),
    Idea("delivery", "Fewer, larger parcels.", "planned"),
    Idea("service", "A telephone number with a person.", "done"),
    Idea("range", "Cards for weddings.", "under_review"),
    Idea("range", "More for gardens, please.", "planned"),
)


def tell_voices(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell suggestions with their votes, then ratings and choices around orders."""
    regulars = [customer for customer in shop.customers if customer.is_regular]
    for number, idea in enumerate(IDEAS, start=1):
        _tell_idea(f"suggestion-{number}", idea, regulars, stage, dice)
    for customer in shop.customers:
        for purchase in customer.purchases:
            if happens(dice, FEEDBACK_CHANCE):
                _tell_rating(customer, purchase, stage, dice)
            if purchase.products and happens(dice, OPTION_CHANCE):
                option, choices = dice.choice(OPTIONS)
                product = dice.choice(purchase.products).product
                chosen = OptionChosen(
                    product=product,
                    option=option,
                    choice=dice.choice(choices),
                    order=purchase.order,
                    store=purchase.store,
                )
                stage.tell(purchase.at - timedelta(seconds=2), customer.subject, chosen)


def _tell_idea(suggestion: str, idea: Idea, regulars: list[Customer], stage: Stage, dice: Random) -> None:
    author, *voters = dice.sample(regulars, min(len(regulars), 2 + dice.randrange(MOST_VOTES)))
    made_at = by_day(dice, author.first.at, 2 + dice.randrange(30))
    store = author.first.store
    made = SuggestionMade(suggestion=suggestion, theme=idea.theme, text=idea.text, channel="web", store=store)
    cause = stage.tell(made_at, author.subject, made)
    for voter in voters:
        vote = SuggestionVoted(suggestion=suggestion, up=happens(dice, 0.9))
        stage.tell(by_day(dice, made_at, 1 + dice.randrange(30)), voter.subject, vote, cause)
    decided = SuggestionDecided(suggestion=suggestion, status=idea.status, reason="votes", by="harriet")
    stage.tell(after(dice, made_at, 24 * 20, 24 * 40), author.subject, decided, cause)


def _tell_rating(customer: Customer, purchase: Purchase, stage: Stage, dice: Random) -> None:
    rating = dice.choice((1, 2, 2, 3) if purchase.late else (3, 4, 5, 5))
    text = dice.choice(BLAME if purchase.late else PRAISE)
    given = FeedbackGiven(
        rating=rating, about="delivery", text=text, order=purchase.order, channel="email", store=purchase.store
    )
    stage.tell(by_day(dice, purchase.arrives_at, 1 + dice.randrange(3)), customer.subject, given)
