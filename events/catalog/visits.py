"""Visits: customers come in, look around, fill a cart and leave; in a shop of bricks as on the web."""

from msgspec import field

from events.catalog.parts import CurrencyLabel, Properties, QuantityDelta
from events.event import AmountMinor, Event, Key, Label, Name, Personal


class VisitStarted(Event, type="regulars.visit.started.v1"):
    """Somebody entered, such as through the door of a shop. A source without sessions need not send it."""

    store: Label = "web"
    session: Label = ""
    channel: Label = ""


class VisitEnded(Event, type="regulars.visit.ended.v1"):
    """Somebody left."""

    store: Label = "web"
    session: Label = ""
    channel: Label = ""


class PageViewed(Event, type="regulars.visit.page_viewed.v1"):
    """A page was shown. ``page`` is its path without the query, ``referrer`` the site that led to it."""

    page: Name
    title: Name = ""
    referrer: Name = ""
    store: Label = "web"
    session: Label = ""


class ProductViewed(Event, type="regulars.visit.product_viewed.v1"):
    """A product was looked at, at the price shown. Without ``currency`` the price was not told."""

    product: Key
    name: Name = ""
    category: Label = ""
    price_minor: AmountMinor = 0
    currency: CurrencyLabel = ""
    store: Label = "web"
    session: Label = ""


class CartChanged(Event, type="regulars.visit.cart_changed.v1"):
    """A product was put into the cart, or taken out when ``quantity_delta`` is negative."""

    product: Key
    quantity_delta: QuantityDelta
    store: Label = "web"
    session: Label = ""


class InteractionRecorded(Event, type="regulars.visit.interaction_recorded.v1"):
    """Something the catalogue has no type for. As nobody knows what ``properties`` hold, they are personal."""

    name: Key
    properties: Personal[Properties] = field(default_factory=dict)
    store: Label = "web"
    session: Label = ""
    channel: Label = ""


EVENTS = (VisitStarted, VisitEnded, PageViewed, ProductViewed, CartChanged, InteractionRecorded)
