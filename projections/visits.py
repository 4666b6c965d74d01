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
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection

GAP = timedelta(minutes=30)
WHOLE_SESSION = datetime(1970, 1, 1, tzinfo=UTC)

Visited = VisitStarted | VisitEnded | PageViewed | ProductViewed | CartChanged | InteractionRecorded


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
        return self._seen(event.store, event.session, envelope, pages=1, entry_page=event.page, exit_page=event.page)

    @folds(ProductViewed)
    def product(self, event: ProductViewed, envelope: Envelope) -> Row:
        """A product that was looked at."""
        return self._seen(event.store, event.session, envelope, products=1)

    @folds(SearchPerformed)
    def search(self, event: SearchPerformed, envelope: Envelope) -> Row:
        """A search, and whether it was in vain."""
        in_vain = int(event.result_count == 0)
        return self._seen(event.store, event.session, envelope, searches=1, searches_in_vain=in_vain)

    @folds(CartChanged)
    def cart(self, event: CartChanged, envelope: Envelope) -> Row:
        """Something was put into the cart or taken out."""
        return self._seen(event.store, event.session, envelope, cart_changes=1)

    @folds(VisitStarted, VisitEnded, InteractionRecorded)
    def presence(self, event: Visited, envelope: Envelope) -> Row:
        """The subject was there, no more."""
        return self._seen(event.store, event.session, envelope)

    @folds(OrderPlaced)
    def order(self, event: OrderPlaced, envelope: Envelope) -> Row | None:
        """An order belongs to a visit where the source says so; by its time alone it might have come by telephone."""
        return self._seen(event.store, event.session, envelope, orders=1) if event.session else None

    def _seen(self, store: str, session: str, envelope: Envelope, **columns: int | str) -> Row:
        at = envelope.time
        if session:
            slot = WHOLE_SESSION
        else:
            slot = datetime(at.year, at.month, at.day, at.hour, at.minute // 30 * 30, tzinfo=UTC)
        return self.row(envelope.subject, store, session, slot, entered=at, left=at, **columns)


# Whole visits: slots of one person and store join where less than the gap lies between them.
VISITS_OF = """
WITH slots AS (
    SELECT v.*, max(v."left") OVER w AS left_before
      FROM projection.visits_by_person AS v
     WHERE v.person = %(person)s
    WINDOW w AS (PARTITION BY v.store, v.session ORDER BY v.entered, v.slot
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT slots.*, count(*) FILTER (WHERE session = '' AND (left_before IS NULL OR entered - left_before >= %(gap)s))
           OVER (PARTITION BY store, session ORDER BY entered, slot) AS visit
      FROM slots
)
SELECT store, session, min(entered) AS entered, max("left") AS "left",
       (array_agg(entry_page ORDER BY entry_page_at, entry_page_by)
           FILTER (WHERE entry_page_at IS NOT NULL))[1] AS entry_page,
       (array_agg(exit_page ORDER BY exit_page_at DESC, exit_page_by DESC)
           FILTER (WHERE exit_page_at IS NOT NULL))[1] AS exit_page,
       sum(pages)::bigint AS pages, sum(products)::bigint AS products, sum(searches)::bigint AS searches,
       sum(searches_in_vain)::bigint AS searches_in_vain, sum(cart_changes)::bigint AS cart_changes,
       sum(orders)::bigint AS orders
  FROM numbered GROUP BY store, session, visit ORDER BY min(entered), store, session
"""


def visits_of(connection: Connection, person: str) -> list[dict[str, Any]]:
    """Return a person's visits, oldest first: when they entered and left, first and last page, and what they did."""
    return queries.rows(connection, VISITS_OF, person=person, gap=GAP)
