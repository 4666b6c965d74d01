"""Which products a subject buys, over all their baskets.

Reads OrderPlaced. One row per subject and product. What customers buy together over time is joined from it at read.
"""

from datetime import datetime
from typing import Any

from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class ProductsBought(Projection, version=1, indexes=("product",)):
    """A subject's purchases of one product."""

    subject: Key[str]
    product: Key[str]
    orders: Sum
    quantity: Sum
    first_bought: Min[datetime]
    last_bought: Max[datetime]
    product_name: Latest[str]

    @folds(OrderPlaced)
    def placed(self, event: OrderPlaced, envelope: Envelope) -> list[Row]:
        """Lines of the same product count as one purchase of their sum."""
        quantities: dict[str, int] = {}
        names: dict[str, str] = {}
        for line in event.lines:
            quantities[line.product] = quantities.get(line.product, 0) + line.quantity
            if line.name:
                names[line.product] = line.name
        subject, at, row = envelope.subject, envelope.time, self.row
        return [
            row(
                subject,
                product,
                orders=1,
                quantity=quantity,
                first_bought=at,
                last_bought=at,
                product_name=names.get(product),
            )
            for product, quantity in quantities.items()
        ]


# Who bought X also bought Y, whenever: customers of both, of X, of Y, and of anything.
ALSO_BOUGHT = """
WITH bought AS (SELECT DISTINCT person, product FROM products_bought_by_person),
     mine AS (SELECT person FROM bought WHERE product = %(product)s),
     whole AS (SELECT count(DISTINCT person) AS customers FROM bought)
SELECT b.product AS other, count(*) AS both_customers,
       (SELECT count(*) FROM mine) AS product_customers,
       (SELECT count(*) FROM bought AS o WHERE o.product = b.product) AS other_customers,
       (SELECT customers FROM whole) AS customers
  FROM bought AS b JOIN mine USING (person)
 WHERE b.product <> %(product)s
 GROUP BY b.product ORDER BY both_customers DESC, other LIMIT %(limit)s
"""


def also_bought(connection: Connection, product: str, limit: int = 50) -> list[dict[str, Any]]:
    """Return what the customers of a product also bought in any of their baskets, with the counts behind it."""
    return queries.rows(connection, ALSO_BOUGHT, product=product, limit=limit)
