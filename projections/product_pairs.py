"""What is bought together: in how many baskets two products meet.

Reads OrderPlaced. One row for each pair of products, the lesser id first; the pair of a product with itself counts its
baskets, and the pair of two empty ids counts all baskets. Support, confidence, lift and the log-likelihood ratio are
computed at read, from whole numbers. A basket of more than MAX_BASKET_PRODUCTS different products is a wholesale order:
it says little about pairs and would cost a thousand rows or more, so it is counted apart and makes no pairs.
"""

from typing import Any

from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection

MAX_BASKET_PRODUCTS = 50
ALL_BASKETS = ""


class ProductPairs(Projection, version=1, indexes=("other",)):
    """Two products that were bought in one basket."""

    product: Key[str]
    other: Key[str]
    baskets: Sum
    too_large: Sum
    product_name: Latest[str]

    @folds(OrderPlaced)
    def placed(self, event: OrderPlaced, envelope: Envelope) -> list[Row]:
        """Every two different products of a basket meet once, however many of each there are."""
        names = {line.product: line.name or None for line in event.lines}
        products = sorted(names)
        row = self.row
        if len(products) > MAX_BASKET_PRODUCTS:
            return [row(ALL_BASKETS, ALL_BASKETS, too_large=1)]
        rows = [row(ALL_BASKETS, ALL_BASKETS, baskets=1)]
        for place, product in enumerate(products):
            rows.append(row(product, product, baskets=1, product_name=names[product]))
            rows += [row(product, other, baskets=1) for other in products[place + 1 :]]
        return rows


# The pairs with the strongest evidence. With n baskets, a with X, b with Y and c with both:
# support = c/n, confidence = c/a and c/b, lift = c*n/(a*b); the log-likelihood ratio is Dunning's (1993), over the
# two-by-two table of c, a-c, b-c and n-a-b+c.
STRONGEST = """
WITH whole AS (SELECT baskets AS n FROM product_pairs WHERE product = '' AND other = ''),
pairs AS (
    SELECT p.product, p.other, x.product_name, y.product_name AS other_name,
           p.baskets AS both_baskets, x.baskets AS product_baskets, y.baskets AS other_baskets, whole.n AS baskets
      FROM product_pairs AS p
      JOIN product_pairs AS x ON x.product = p.product AND x.other = p.product
      JOIN product_pairs AS y ON y.product = p.other AND y.other = p.other
     CROSS JOIN whole
     WHERE p.product <> p.other AND p.baskets >= %(least_baskets)s
       AND (%(product)s::text IS NULL OR p.product = %(product)s OR p.other = %(product)s)
), cells AS (
    SELECT *, both_baskets::float8 AS k11, (product_baskets - both_baskets)::float8 AS k12,
           (other_baskets - both_baskets)::float8 AS k21,
           (baskets - product_baskets - other_baskets + both_baskets)::float8 AS k22
      FROM pairs
)
SELECT product, other, product_name, other_name, both_baskets, product_baskets, other_baskets, baskets,
       both_baskets::float8 / baskets AS support,
       both_baskets::float8 / product_baskets AS confidence,
       both_baskets::float8 / other_baskets AS confidence_back,
       both_baskets::float8 * baskets / (product_baskets::float8 * other_baskets) AS lift,
       2 * (CASE WHEN k11 > 0 THEN k11 * ln(k11 * baskets / ((k11 + k12) * (k11 + k21))) ELSE 0 END
          + CASE WHEN k12 > 0 THEN k12 * ln(k12 * baskets / ((k11 + k12) * (k12 + k22))) ELSE 0 END
          + CASE WHEN k21 > 0 THEN k21 * ln(k21 * baskets / ((k21 + k22) * (k11 + k21))) ELSE 0 END
          + CASE WHEN k22 > 0 THEN k22 * ln(k22 * baskets / ((k21 + k22) * (k12 + k22))) ELSE 0 END)
       AS log_likelihood_ratio
  FROM cells
 ORDER BY log_likelihood_ratio DESC, product, other LIMIT %(limit)s
"""


def strongest_pairs(
    connection: Connection, *, product: str | None = None, least_baskets: int = 5, limit: int = 10
) -> list[dict[str, Any]]:
    """Return pairs by the strength of their evidence, of one product or of all, with counts and measures."""
    return queries.rows(connection, STRONGEST, product=product, least_baskets=least_baskets, limit=limit)
