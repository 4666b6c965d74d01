"""Feedback: what customers propose, how they rate us, and how they would have a product."""

from typing import Literal

from events.event import Event, Key, Label, Personal, Quantity, Rating, Text


class SuggestionMade(Event, type="regulars.feedback.suggestion_made.v1"):
    """A customer proposed something."""

    suggestion: Key
    theme: Label = ""
    text: Personal[Text] = ""
    channel: Label = ""
    store: Label = "web"


class SuggestionVoted(Event, type="regulars.feedback.suggestion_voted.v1"):
    """A customer is for a suggestion, or against it."""

    suggestion: Key
    up: bool = True


class SuggestionDecided(Event, type="regulars.feedback.suggestion_decided.v1"):
    """We decided what becomes of a suggestion. The subject is the customer who made it."""

    suggestion: Key
    status: Literal["under_review", "planned", "done", "declined"]
    reason: Label = ""
    by: Label = ""


class FeedbackGiven(Event, type="regulars.feedback.given.v1"):
    """A customer rated something from one (worst) to five. ``about`` is such as ``delivery``."""

    rating: Rating
    about: Label = ""
    text: Personal[Text] = ""
    order: Label = ""
    product: Label = ""
    channel: Label = ""
    store: Label = "web"


class OptionChosen(Event, type="regulars.feedback.option_chosen.v1"):
    """A customer chose how a product is to be made: of ``option`` (``colour``) the ``choice`` (``green``)."""

    product: Key
    option: Key
    choice: Key
    quantity: Quantity = 1
    order: Label = ""
    store: Label = "web"
    session: Label = ""


EVENTS = (SuggestionMade, SuggestionVoted, SuggestionDecided, FeedbackGiven, OptionChosen)
