"""Searches that found nothing: what customers ask for and we do not offer, and who asked.

Reads SearchPerformed. One row per subject, store, day and normalised query, so that the regulars among the askers can
be told from the rest. Shown in the shop report and on the page of zero results.
"""

from datetime import date, datetime
from typing import Any

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.registry import Connection

MAX_QUERY_CHARACTERS = 200
REGULAR_ORDERS = 3


def normalised(query: str) -> str:
    """Return a query as it is counted: case-folded, white space collapsed, cut where it would be too long for a key."""
    return " ".join(query.casefold().split())[:MAX_QUERY_CHARACTERS]


class UnmetDemand(Projection, version=1, indexes=("query",)):
    """A subject's searches for one thing on one day in one store."""

    subject: Key[str]
    store: Key[str]
    day: Key[date]
    query: Key[str]
    searches: Sum
    without_result: Sum
    first_asked: Min[datetime]
    last_asked: Max[datetime]
    phrasing: Latest[str]

    @folds(SearchPerformed)
    def search(self, event: SearchPerformed, envelope: Envelope) -> Row:
        """A search that found goods counts as a search and not as a miss."""
        at = envelope.time
        return self.row(
            envelope.subject,
            event.store,
            at.date(),
            normalised(event.query),
            searches=1,
            without_result=int(event.result_count == 0),
            first_asked=at,
            last_asked=at,
            phrasing=event.query,
        )

    @signals(SearchPerformed)
    def in_vain(self, event: SearchPerformed, envelope: Envelope) -> Signal | None:
        """Somebody found nothing; once a day and query, for asking again is the same wish."""
        if event.result_count:
            return None
        query, day = normalised(event.query), envelope.time.date().isoformat()
        said = {"query": event.query[:MAX_QUERY_CHARACTERS], "store": event.store}
        return Signal("searched_in_vain", envelope.subject, said, once=f"{day}:{event.store}:{query}")


# What was asked for in vain, the most asked first. A regular is a known customer with REGULAR_ORDERS orders or more.
WISHES = """
WITH regulars AS (
    SELECT person FROM purchases_by_person
     WHERE person LIKE 'customer:%%' GROUP BY person HAVING sum(orders) >= %(regular_orders)s
)
SELECT d.query, sum(d.searches)::bigint AS searches, sum(d.without_result)::bigint AS without_result,
       count(DISTINCT d.person) AS askers, count(DISTINCT r.person) AS regulars,
       max(d.last_asked) AS last_asked
  FROM unmet_demand_by_person AS d LEFT JOIN regulars AS r ON r.person = d.person
 WHERE d.without_result > 0 AND (%(store)s::text IS NULL OR d.store = %(store)s)
 GROUP BY d.query ORDER BY without_result DESC, d.query LIMIT %(limit)s
"""

ASKERS = """
SELECT person, sum(without_result)::bigint AS without_result, max(last_asked) AS last_asked
  FROM unmet_demand_by_person
 WHERE query = %(query)s AND without_result > 0
 GROUP BY person ORDER BY without_result DESC, person LIMIT %(limit)s
"""


def wishes(connection: Connection, *, store: str | None = None, limit: int = 10) -> list[dict[str, Any]]:
    """Return what was searched for in vain: query, searches, without_result, askers, regulars, last_asked."""
    return queries.rows(connection, WISHES, store=store, limit=limit, regular_orders=REGULAR_ORDERS)


def askers(connection: Connection, query: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return who searched for something in vain: person, without_result, last_asked."""
    return queries.rows(connection, ASKERS, query=normalised(query), limit=limit)
