"""The evaluation on real orders: what is judged by DuckDB over the raw file, and that the offer is worth its while."""

from datetime import UTC, datetime

import duckdb

from services.associations.evaluating import KS, Evaluation, next_order, same_basket
from services.associations.orders import Orders
from tests.services.demo import raw

CUT = datetime(2011, 3, 10, tzinfo=UTC)

# Known customers' orders with their goods, before the cut and each one's next after it. Orders of a customer at one
# minute cannot be told apart by time: a hit is possible where one of them has one, and sure where all of them have.
JUDGED = """
CREATE OR REPLACE TEMP TABLE good AS
SELECT invoice, coalesce(customer, 'order:' || invoice) AS buyer, product,
       min(happened) OVER (PARTITION BY invoice, customer) AS placed
  FROM line WHERE sale AND regexp_matches(product, '^([0-9]{{5}}|DCGS|PADS)');
CREATE OR REPLACE TEMP TABLE popular AS
SELECT product, row_number() OVER (ORDER BY count(DISTINCT invoice || buyer) DESC, product) AS place
  FROM good WHERE placed < '{cut}' GROUP BY product;
CREATE OR REPLACE TEMP TABLE next AS
SELECT buyer, min(placed) AS placed FROM good
 WHERE placed >= '{cut}' AND buyer IN (SELECT buyer FROM good WHERE placed < '{cut}')
 GROUP BY buyer;
"""
POPULAR = """
WITH tried AS (
    SELECT g.buyer, g.invoice, bool_or(p.place <= {k}) AS hit
      FROM next AS n JOIN good AS g ON g.buyer = n.buyer AND g.placed = n.placed
      LEFT JOIN popular AS p ON p.product = g.product
     GROUP BY g.buyer, g.invoice
), judged AS (SELECT buyer, coalesce(bool_and(hit), false) AS sure, coalesce(bool_or(hit), false) AS possible
                FROM tried GROUP BY buyer)
SELECT count(*), count(*) FILTER (sure), count(*) FILTER (possible) FROM judged
"""


def rate(evaluation: Evaluation, rule: str, k: int, task: str) -> float:
    """Return a rule's hit rate."""
    (found,) = (one for one in evaluation.rates if (one.task, one.rule, one.k) == (task, rule, k))
    return found.hit_share


def test_the_most_popular_products_hit_as_often_as_another_engine_says(
    mined_orders: Orders, raw_retail: duckdb.DuckDBPyConnection
) -> None:
    """The cut, the customers judged, their next orders and the hits, from the raw file."""
    raw_retail.execute(JUDGED.format(cut=CUT.isoformat()))

    evaluation = next_order(mined_orders, CUT)

    for k in KS:
        ((judged, sure, possible),) = raw.rows(raw_retail, POPULAR.format(k=k))
        (found,) = (one for one in evaluation.rates if (one.task, one.rule, one.k) == ("next order", "most popular", k))
        assert found.orders == evaluation.judged_orders == judged
        assert sure <= found.hits <= possible
        assert possible - sure <= 3


def test_the_offer_is_clearly_better_than_what_is_popular(mined_orders: Orders) -> None:
    """Twice as often right among three, and by more than four standard errors among ten, also among new products."""
    evaluation = next_order(mined_orders, CUT)

    assert rate(evaluation, "offer", 3, "next order") > 2 * rate(evaluation, "most popular", 3, "next order")
    assert rate(evaluation, "offer", 10, "next order") > rate(evaluation, "most popular", 10, "next order") + 0.2
    assert rate(evaluation, "offer", 3, "next order") > rate(evaluation, "bought before", 3, "next order")
    for k in KS:
        offer, popular = (rate(evaluation, rule, k, "next order, new") for rule in ("offer", "most popular"))
        assert offer > 1.3 * popular


def test_a_basket_is_completed_better_than_by_what_is_popular(mined_orders: Orders) -> None:
    """Of the products hidden in real baskets."""
    evaluation = same_basket(mined_orders)

    for k in KS:
        offer, popular = (rate(evaluation, rule, k, "same basket") for rule in ("offer", "most popular"))
        assert offer > 3 * popular
