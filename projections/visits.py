"""Visits, from entering to leaving: when, how long, which pages, and what came of it.

Reads VisitStarted, VisitEnded, PageViewed, ProductViewed, CartChanged, InteractionRecorded, SearchPerformed,
OrderPlaced. A session id that the source supplies makes the visit. Without one, a visit ends when nothing happens for
30 minutes.

One row per subject, store, session and slot. Without a session id the slot is the half hour in which something
happened: two things in one slot are less than 30 minutes apart, so a slot never spans two visits, whatever arrives
later; at read, slots less than 30 minutes apart join into one visit. It is the union of the intervals [t, t + 30 min),
kept so that what is known of each part adds up. With a session id there is one slot for all.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from events.catalog.orders import OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import (
    CartChanged,
    InteractionRecorded,
    PageViewed,
    ProductViewed,
    VisitEnded,
    VisitStarted,
)
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Earliest, Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.registry import Connection

WHOLE_SESSION = datetime(1970, 1, 1, tzinfo=UTC)


HALF_HOUR_SECONDS = 1800
KNOWN = "customer:"


def slot_of(session: str, at: datetime) -> datetime:
    """Return the slot of a visit: the half hour of an instant, or the one slot of a session that the source names."""
    return WHOLE_SESSION if session else _half_hour(at.timestamp() // HALF_HOUR_SECONDS)


@lru_cache(maxsize=4096)
def _half_hour(number: float) -> datetime:
    """Return the beginning of the half hour with this number since 1970; many events ask for the same few."""
    return WHOLE_SESSION + timedelta(seconds=number * HALF_HOUR_SECONDS)


@lru_cache(maxsize=4096)
def _offer_moment(subject: str, store: str, half_hour: int) -> Signal:
    """Return the signal of a half hour, numbered; most of what is looked at asks for one that was made just before."""
    return Signal("offer_moment", subject, {"store": store}, once=str(half_hour))


class Visits(Projection, version=1):
    """What a subject did in one slot of a visit."""

    subject: Key[str]
    store: Key[str]
    session: Key[str]
    slot: Key[datetime]
    entered: Min[datetime]
    left: Max[datetime]
    entry_page: Earliest[str]
    exit_page: Latest[str]
    pages: Sum
    products: Sum
    searches: Sum
    searches_in_vain: Sum
    cart_changes: Sum
    orders: Sum

    @folds(PageViewed)
    def page(self, event: PageViewed, envelope: Envelope) -> Row:
        """A page view may be the page of entry, of exit, or both."""
        at, page = envelope.time, event.page
        key = (envelope.subject, event.store, event.session, slot_of(event.session, at))
        return self.row(*key, entered=at, left=at, pages=1, entry_page=page, exit_page=page)

    @folds(ProductViewed)
    def product(self, event: ProductViewed, envelope: Envelope) -> Row:
        """A product that was looked at."""
        at = envelope.time
        key = (envelope.subject, event.store, event.session, slot_of(event.session, at))
        return self.row(*key, entered=at, left=at, products=1)

    @folds(SearchPerformed)
    def search(self, event: SearchPerformed, envelope: Envelope) -> Row:
        """A search, and whether it was in vain."""
        at, in_vain = envelope.time, int(event.result_count == 0)
        key = (envelope.subject, event.store, event.session, slot_of(event.session, at))
        return self.row(*key, entered=at, left=at, searches=1, searches_in_vain=in_vain)

    @folds(CartChanged)
    def cart(self, event: CartChanged, envelope: Envelope) -> Row:
        """Something was put into the cart or taken out."""
        at = envelope.time
        key = (envelope.subject, event.store, event.session, slot_of(event.session, at))
        return self.row(*key, entered=at, left=at, cart_changes=1)

    @folds(VisitStarted, VisitEnded, InteractionRecorded)
    def presence(self, event: VisitStarted | VisitEnded | InteractionRecorded, envelope: Envelope) -> Row:
        """The subject was there, no more."""
        at = envelope.time
        key = (envelope.subject, event.store, event.session, slot_of(event.session, at))
        return self.row(*key, entered=at, left=at)

    @folds(OrderPlaced)
    def order(self, event: OrderPlaced, envelope: Envelope) -> Row | None:
        """An order belongs to a visit where the source says so; by its time alone it might have come by telephone."""
        if not event.session:
            return None
        at = envelope.time
        return self.row(envelope.subject, event.store, event.session, WHOLE_SESSION, entered=at, left=at, orders=1)

    @signals(VisitStarted)
    def comes_in(self, event: VisitStarted, envelope: Envelope) -> Signal:
        """A checklist may begin with it."""
        return Signal("visit_started", envelope.subject, {"session": event.session, "store": event.store})

    @signals(PageViewed, ProductViewed)
    def looks_around(self, event: PageViewed | ProductViewed, envelope: Envelope) -> Signal | None:
        """Whom we know by name may be made an offer: once in each half hour, whatever they look at and where."""
        if not envelope.subject.startswith(KNOWN):
            return None
        at = envelope.time
        return _offer_moment(envelope.subject, event.store, at.toordinal() * 48 + at.hour * 2 + at.minute // 30)


# Whole visits, out of ``slots`` by person: those of one store join where less than the gap lies between them.
WHOLE = """
gaps AS (
    SELECT s.*, max(s."left") OVER (PARTITION BY s.person, s.store, s.session ORDER BY s.entered, s.slot
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS left_before
      FROM slots AS s
), numbered AS (
    SELECT g.*, count(*) FILTER (WHERE session = ''
                                   AND (left_before IS NULL OR entered - left_before >= interval '30 minutes'))
           OVER (PARTITION BY person, store, session ORDER BY entered, slot) AS visit
      FROM gaps AS g
), whole AS (
    SELECT person, store, session, min(entered) AS entered, max("left") AS "left",
           (array_agg(entry_page ORDER BY entry_page_at, entry_page_by)
               FILTER (WHERE entry_page_at IS NOT NULL))[1] AS entry_page,
           (array_agg(exit_page ORDER BY exit_page_at DESC, exit_page_by DESC)
               FILTER (WHERE exit_page_at IS NOT NULL))[1] AS exit_page,
           sum(pages)::bigint AS pages, sum(products)::bigint AS products, sum(searches)::bigint AS searches,
           sum(searches_in_vain)::bigint AS searches_in_vain, sum(cart_changes)::bigint AS cart_changes,
           sum(orders)::bigint AS orders
      FROM numbered GROUP BY person, store, session, visit
)
"""

VISITS_OF = f"""
WITH slots AS (SELECT * FROM visits_of(%(subject)s)), {WHOLE}
SELECT store, session, entered, "left", entry_page, exit_page, pages, products, searches, searches_in_vain,
       cart_changes, orders
  FROM whole ORDER BY entered, store, session
"""


def visits_of(connection: Connection, subject: str) -> list[dict[str, Any]]:
    """Return a person's visits, oldest first: when they entered and left, first and last page, and what they did."""
    return queries.rows(connection, VISITS_OF, subject=subject)
