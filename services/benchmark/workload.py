"""The events that benchmarks run on: a shop's usual mix, about 300 bytes each, the same every time.

The mix, in events of a hundred: 42 page views, 18 product views, 14 searches (a fifth in vain), 7 cart changes, 5
orders of one to four lines, 6 steps of an order's way, 2 offers, 2 contacts, 1 complaint or its reply, 2 customer
details and 1 link of a visitor to a customer. Popularity of customers and products falls off as in a real shop.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.contacts import ContactAnswered, ContactReceived
from events.catalog.customers import PreferenceStated, TraitsChanged
from events.catalog.fulfilment import OrderDelivered, ParcelScanned, ShipmentDispatched
from events.catalog.identity import IdentityLinked
from events.catalog.offers import OfferShown
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import CartChanged, PageViewed, ProductViewed
from events.envelope import Envelope
from events.event import Event

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS_PER_SUBJECT = 20
PRODUCTS = 3_000
STORES = ("web", "leeds", "york", "harrogate")
WORDS = (
    "kettle",
    "teapot",
    "lantern",
    "garden",
    "wooden",
    "red",
    "blue",
    "vintage",
    "clock",
    "candle",
    "picnic",
    "glass",
)
PAGES = ("/", "/lighting", "/kitchen", "/garden", "/sale", "/account/orders", "/about", "/stores/leeds")
REFERRERS = ("https://search.example/results", "https://news.example/today", "")

ACTIVE_VISITS = 400
EVENTS_PER_VISIT = 10


class Visit(NamedTuple):
    """Somebody who is in the shop: who, under which session id if the source gives one, and known from when on."""

    who: str
    session: str
    known: bool


Maker = Callable[[random.Random, Visit, int], Event]


def workload(count: int, seed: int = 42) -> Iterator[Envelope]:
    """Yield this many envelopes with times that rise by a quarter of a second; equal arguments give equal events.

    Some hundred visits go on at a time, of about ten events each; the same customers come again, the loud ones often.
    """
    dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
    subjects = max(20, count // EVENTS_PER_SUBJECT)
    makers = [maker for maker, weight in MIX for _ in range(weight)]
    visits = [_visit(dice, subjects, -place) for place in range(ACTIVE_VISITS)]
    for number in range(count):
        place = int(ACTIVE_VISITS * dice.random())
        if dice.random() * EVENTS_PER_VISIT < 1:
            visits[place] = _visit(dice, subjects, number)
        visit = visits[place]
        maker = makers[int(dice.random() * len(makers))]
        named = visit.known or maker not in ANONYMOUS
        yield Envelope(
            id=f"{seed:04x}-{number:012x}-7c1d-benchmark",
            source="urn:regulars:benchmark",
            time=BEGIN + timedelta(milliseconds=250 * number),
            subject=f"customer:{int(visit.who, 16)}" if named else f"visitor:{int(visit.who, 16):012x}",
            data=maker(dice, visit, number),
        )


def _visit(dice: random.Random, subjects: int, number: int) -> Visit:
    """Half of the visits have a session id of their source, and half of the visitors are known."""
    who = f"{int(subjects * dice.random() ** 2):x}"
    session = f"{who}-{number:x}" if dice.random() < 0.5 else ""  # noqa: PLR2004 - a half
    return Visit(who, session, known=dice.random() < 0.5)  # noqa: PLR2004 - a half


def _product(dice: random.Random) -> str:
    return f"SKU-{int(PRODUCTS * dice.random() ** 3):05d}"


def _page_viewed(dice: random.Random, visit: Visit, number: int) -> Event:
    page = PAGES[int(dice.random() * len(PAGES))]
    referrer = REFERRERS[number % len(REFERRERS)]
    return PageViewed(page=page, title="Everything for the home and garden", referrer=referrer, session=visit.session)


def _product_viewed(dice: random.Random, visit: Visit, number: int) -> Event:
    product = _product(dice)
    price = 100 + hash_of(product) % 5_000
    return ProductViewed(
        product=product,
        name=f"{product} of the house",
        category="home",
        price_minor=price,
        currency="GBP",
        session=visit.session,
    )


def hash_of(product: str) -> int:
    """Return a number that belongs to a product, the same in every process."""
    return int(product[4:]) * 2_654_435_761 % 4_294_967_296


def _search_performed(dice: random.Random, visit: Visit, number: int) -> Event:
    query = f"{dice.choice(WORDS)} {dice.choice(WORDS)}"
    found = 0 if dice.random() < 0.2 else 1 + int(dice.random() * 40)  # noqa: PLR2004 - a fifth is in vain
    return SearchPerformed(query=query, result_count=found, store=STORES[number % 4], session=visit.session)


def _cart_changed(dice: random.Random, visit: Visit, number: int) -> Event:
    return CartChanged(product=_product(dice), quantity_delta=1, session=visit.session)


def _order_placed(dice: random.Random, visit: Visit, number: int) -> Event:
    lines = tuple(
        OrderLine(
            product=product,
            quantity=1 + int(dice.random() * 3),
            unit_price_minor=100 + hash_of(product) % 5_000,
            name=f"{product} of the house",
        )
        for product in (_product(dice) for _ in range(1 + int(dice.random() * 4)))
    )
    total = sum(line.quantity * line.unit_price_minor for line in lines)
    return OrderPlaced(order=f"o-{number:x}", currency="GBP", lines=lines, total_minor=total, store=STORES[number % 4])


def _order_step(dice: random.Random, visit: Visit, number: int) -> Event:
    order, parcel = f"o-{number - number % 20:x}", f"p-{visit.who}-{number - number % 20:x}"
    match int(dice.random() * 3):
        case 0:
            return ShipmentDispatched(order=order, parcel=parcel, carrier="Royal Mail")
        case 1:
            return ParcelScanned(order=order, parcel=parcel, place="Leeds", status="in_transit", carrier="Royal Mail")
        case _:
            return OrderDelivered(order=order, parcel=parcel)


def _offer_shown(dice: random.Random, visit: Visit, number: int) -> Event:
    return OfferShown(
        offer=f"of-{number:x}",
        kind="product",
        product=_product(dice),
        reason="bought_together",
        channel="web",
        session=visit.session,
    )


def _contact(dice: random.Random, visit: Visit, number: int) -> Event:
    if dice.random() < 0.5:  # noqa: PLR2004 - half are questions, half answers
        question = "Can you tell me when my parcel will arrive?"
        return ContactReceived(
            contact=f"c-{visit.who}-{number:x}", bucket="access_to_process", channel="email", question=question
        )
    return ContactAnswered(contact=f"c-{visit.who}-{number:x}", by="staff:7", channel="email")


def _complaint(dice: random.Random, visit: Visit, number: int) -> Event:
    complaint = f"k-{visit.who}"
    if dice.random() < 0.5:  # noqa: PLR2004 - half are complaints, half replies
        return ComplaintRaised(complaint=complaint, channel="phone", cause="late", text="The parcel has not come yet.")
    return ComplaintReplied(
        complaint=complaint, by="staff:7", channel="phone", text="It is on its way, and here is why."
    )


def _details(dice: random.Random, visit: Visit, number: int) -> Event:
    if dice.random() < 0.5:  # noqa: PLR2004 - half are traits, half preferences
        return TraitsChanged(traits={"town": dice.choice(STORES), "newsletter": "yes"})
    return PreferenceStated(topic="colour", stance="likes", about=dice.choice(WORDS))


def _linked(dice: random.Random, visit: Visit, number: int) -> Event:
    return IdentityLinked(identifier=f"visitor:{int(visit.who, 16):012x}", basis="login")


MIX: tuple[tuple[Maker, int], ...] = (
    (_page_viewed, 42),
    (_product_viewed, 18),
    (_search_performed, 14),
    (_cart_changed, 7),
    (_order_placed, 5),
    (_order_step, 6),
    (_offer_shown, 2),
    (_contact, 2),
    (_complaint, 1),
    (_details, 2),
    (_linked, 1),
)

ANONYMOUS = frozenset({_page_viewed, _product_viewed, _search_performed, _cart_changed})
"""What a visitor may do before we know who they are."""
