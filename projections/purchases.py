"""What a subject buys: orders, items and money, by store, day and currency.

Reads OrderPlaced, OrderAmended, OrderCancelled, ReturnAccepted. One row per subject, store, day in UTC and currency;
money in the currency's minor unit. Net revenue is ``spend_minor - cancelled_minor - returned_minor``; an amendment, a
cancellation or a return counts on the day on which it happened. ``channel`` is that of the day's last order which tells
one. Most reports of customers' worth are made of it.

The awkward half: a source may say that an order was amended and not by how much. Such an amendment changes no spend,
since what the order cost before may not have come yet, and is counted in ``unpriced_amendments``.
"""

from datetime import date, datetime
from typing import Any

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderAmended, OrderCancelled, OrderPlaced
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class Purchases(Projection, version=4):
    """A day of a subject's purchases in one store and currency."""

    subject: Key[str]
    store: Key[str]
    day: Key[date]
    currency: Key[str]
    orders: Sum
    items: Sum
    spend_minor: Sum
    unpriced_amendments: Sum
    cancelled_orders: Sum
    cancelled_minor: Sum
    returns: Sum
    returned_minor: Sum
    first_order: Min[datetime]
    last_order: Max[datetime]
    channel: Latest[str]

    @folds(OrderPlaced)
    def placed(self, event: OrderPlaced, envelope: Envelope) -> Row:
        """An order counts with what the customer pays."""
        at = envelope.time
        return self.row(
            envelope.subject,
            event.store,
            at.date(),
            event.currency,
            orders=1,
            items=sum([line.quantity for line in event.lines]),
            spend_minor=event.total_minor,
            first_order=at,
            last_order=at,
            channel=event.channel or None,
        )

    @folds(OrderAmended)
    def amended(self, event: OrderAmended, envelope: Envelope) -> Row:
        """An amendment counts with the difference it makes; one that does not tell it is counted alone."""
        day = envelope.time.date()
        return self.row(
            envelope.subject,
            event.store,
            day,
            event.currency,
            spend_minor=event.total_delta_minor or 0,
            unpriced_amendments=int(event.total_delta_minor is None),
        )

    @folds(OrderCancelled)
    def cancelled(self, event: OrderCancelled, envelope: Envelope) -> Row:
        """A cancellation is kept apart from the spend, so that both can be seen."""
        day = envelope.time.date()
        return self.row(
            envelope.subject, event.store, day, event.currency, cancelled_orders=1, cancelled_minor=event.total_minor
        )

    @folds(ReturnAccepted)
    def returned(self, event: ReturnAccepted, envelope: Envelope) -> Row:
        """A return is kept apart from the spend, so that both can be seen."""
        day = envelope.time.date()
        return self.row(
            envelope.subject, event.store, day, event.currency, returns=1, returned_minor=event.amount_minor
        )


# Each known customer's orders and net revenue in one currency, the best first; identifiers of one person are one row.
CUSTOMERS = """
SELECT person, sum(orders)::bigint AS orders,
       sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor,
       min(first_order) AS first_order, max(last_order) AS last_order
  FROM purchases_by_person
 WHERE currency = %(currency)s AND person LIKE 'customer:%%'
 GROUP BY person
"""

BEST = f"SELECT * FROM ({CUSTOMERS}) AS c ORDER BY net_minor DESC, person LIMIT %(limit)s"

# The smallest number of customers that together bring a share of the net revenue of all known customers with orders.
SHARE = f"""
WITH ranked AS (
    SELECT net_minor, row_number() OVER w AS rank, sum(net_minor) OVER w AS running
      FROM ({CUSTOMERS}) AS c WHERE net_minor > 0 WINDOW w AS (ORDER BY net_minor DESC, person)
), whole AS (SELECT count(*) AS customers, sum(net_minor)::bigint AS net_minor FROM ranked)
SELECT whole.customers, coalesce(whole.net_minor, 0) AS net_minor,
       coalesce((SELECT min(rank) FROM ranked WHERE running * 100 >= whole.net_minor * %(percent)s), 0) AS bringing
  FROM whole
"""

# Good customers, by net revenue among the best fifth, who have been silent for three of their own usual intervals and
# for a stated number of days at least. The usual interval is the mean one between a customer's first and last order;
# who ordered within one week only never had one.
QUIET = f"""
WITH ranked AS (
    SELECT *, ntile(5) OVER (ORDER BY net_minor DESC, person) AS fifth,
           extract(epoch FROM last_order - first_order) / 86400 / greatest(orders - 1, 1) AS usual_days,
           extract(epoch FROM %(now)s - last_order) / 86400 AS silent_days
      FROM ({CUSTOMERS}) AS c WHERE net_minor > 0
)
SELECT person, orders, net_minor, last_order, usual_days::float8, silent_days::float8
  FROM ranked
 WHERE fifth = 1 AND orders >= 3 AND last_order - first_order >= interval '7 days'
   AND silent_days >= %(days)s AND silent_days >= 3 * usual_days
 ORDER BY net_minor DESC, person LIMIT %(limit)s
"""

CURRENCIES = """
SELECT currency FROM purchases GROUP BY currency ORDER BY sum(orders) DESC, currency
"""

LAST_ORDER = "SELECT max(last_order) AS last_order FROM purchases"


def currencies(connection: Connection) -> list[str]:
    """Return the currencies that orders were placed in, the commonest first."""
    return [row["currency"] for row in queries.rows(connection, CURRENCIES)]


def best_customers(connection: Connection, currency: str, limit: int = 10) -> list[dict[str, Any]]:
    """Return the customers that bring most: person, orders, net_minor, first_order, last_order."""
    return queries.rows(connection, BEST, currency=currency, limit=limit)


def revenue_share(connection: Connection, currency: str, percent: int = 80) -> dict[str, Any]:
    """Return how many of how many customers bring this share of revenue: bringing, customers, net_minor."""
    return queries.row(connection, SHARE, currency=currency, percent=percent)


def gone_quiet(
    connection: Connection, currency: str, now: datetime, *, days: int = 45, limit: int = 10
) -> list[dict[str, Any]]:
    """Return good customers who have been silent unusually long as of ``now``, the best first."""
    return queries.rows(connection, QUIET, currency=currency, now=now, days=days, limit=limit)


def last_order(connection: Connection) -> datetime | None:
    """Return when the last order was placed: the shop's own now, where its data ends in the past."""
    latest: datetime | None = queries.row(connection, LAST_ORDER)["last_order"]
    return latest
