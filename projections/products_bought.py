"""Which products a subject buys, over all their baskets.

Reads OrderPlaced. One row per subject and product. What customers buy together over time is joined from it at read, and
so are their tastes: favourites, categories and the prices that they are used to pay.

The awkward half: the key has no currency, since nearly everybody pays in one. ``spend_minor`` is in ``currency`` where
``other_currency`` is the same; where they differ it mixes several and says nothing. It is the sum of the lines, before
an order's discount and shipping. A line counts with 10^12 minor units at most, as an order does.
"""

from datetime import datetime
from typing import Any

from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from events.event import MAX_AMOUNT_MINOR
from projections._engine import queries
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class ProductsBought(Projection, version=2, indexes=("product",)):
    """A subject's purchases of one product."""

    subject: Key[str]
    product: Key[str]
    orders: Sum
    quantity: Sum
    first_bought: Min[datetime]
    last_bought: Max[datetime]
    product_name: Latest[str]
    category: Latest[str]
    spend_minor: Sum
    currency: Min[str]
    other_currency: Max[str]

    @folds(OrderPlaced)
    def placed(self, event: OrderPlaced, envelope: Envelope) -> list[Row]:
        """Lines of the same product count as one purchase of their sum."""
        quantities: dict[str, int] = {}
        spends: dict[str, int] = {}
        names: dict[str, str] = {}
        categories: dict[str, str] = {}
        for line in event.lines:
            product, quantity = line.product, line.quantity
            quantities[product] = quantities.get(product, 0) + quantity
            spends[product] = spends.get(product, 0) + min(quantity * line.unit_price_minor, MAX_AMOUNT_MINOR)
            if line.name:
                names[product] = line.name
            if line.category:
                categories[product] = line.category
        subject, at, row, currency = envelope.subject, envelope.time, self.row, event.currency
        return [
            row(
                subject,
                product,
                orders=1,
                quantity=quantity,
                first_bought=at,
                last_bought=at,
                product_name=names.get(product),
                category=categories.get(product),
                spend_minor=spends[product],
                currency=currency,
                other_currency=currency,
            )
            for product, quantity in quantities.items()
        ]


# Who bought X also bought Y, whenever: persons who bought both, how many of them had X first and how many Y, who bought
# X, who bought Y, and who bought anything. It starts from X, so it costs what the customers of X bought; of very many
# others those are told that most of them bought.
ALSO_BOUGHT = """
WITH mine AS MATERIALIZED (
    SELECT coalesce(p.person, b.subject) AS person, min(b.first_bought) AS first_bought
      FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
     WHERE b.product = %(product)s GROUP BY 1
), identifiers AS (
    SELECT person, person AS identifier FROM mine
     UNION SELECT m.person, p.identifier FROM mine AS m JOIN person_of AS p ON p.person = m.person
), theirs AS (
    SELECT i.person, b.product, min(b.first_bought) AS first_bought
      FROM identifiers AS i JOIN products_bought AS b ON b.subject = i.identifier
     WHERE b.product <> %(product)s GROUP BY i.person, b.product
), most AS (
    SELECT t.product AS other, count(*) AS both_customers,
           count(*) FILTER (WHERE m.first_bought < t.first_bought) AS product_first,
           count(*) FILTER (WHERE m.first_bought > t.first_bought) AS other_first
      FROM theirs AS t JOIN mine AS m ON m.person = t.person
     GROUP BY t.product ORDER BY both_customers DESC, other LIMIT %(limit)s
)
SELECT other, both_customers, product_first, other_first, (SELECT count(*) FROM mine) AS product_customers,
       (SELECT count(DISTINCT coalesce(p.person, b.subject))
          FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
         WHERE b.product = most.other) AS other_customers,
       (SELECT count(DISTINCT coalesce(p.person, b.subject))
          FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject WHERE b.orders > 0) AS customers
  FROM most ORDER BY both_customers DESC, other
"""


def also_bought(connection: Connection, product: str, limit: int = 50) -> list[dict[str, Any]]:
    """Return what the customers of a product also bought in any of their baskets, with the counts behind it."""
    return queries.rows(connection, ALSO_BOUGHT, product=product, limit=limit)
