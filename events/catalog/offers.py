"""Offers: what we proposed to a customer next, and what they said."""

from typing import Literal

from events.event import Event, Key, Label

OfferKind = Literal["product", "gesture"]
"""A product to buy, or a gesture of ours such as a birthday card."""


class OfferShown(Event, type="regulars.offer.shown.v1"):
    """An offer was put before a customer. ``reason`` says why it was this one, such as ``bought_together``."""

    offer: Key
    kind: OfferKind
    product: Label = ""
    reason: Label = ""
    channel: Label = ""
    store: Label = "web"
    session: Label = ""


class OfferTaken(Event, type="regulars.offer.taken.v1"):
    """A customer took an offer; ``order`` is what they bought with it, where it is known."""

    offer: Key
    kind: OfferKind
    product: Label = ""
    order: Label = ""
    channel: Label = ""
    store: Label = "web"
    session: Label = ""


class OfferRefused(Event, type="regulars.offer.refused.v1"):
    """A customer declined an offer, or waved it away. ``reason`` is a code such as ``too_expensive``."""

    offer: Key
    kind: OfferKind
    product: Label = ""
    reason: Label = ""
    channel: Label = ""
    store: Label = "web"
    session: Label = ""


EVENTS = (OfferShown, OfferTaken, OfferRefused)
