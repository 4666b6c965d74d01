"""Associations: by hand, and against DuckDB over the raw file of real orders."""

from math import log

import duckdb
import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from services.associations import keeping
from services.associations.keeping import Wanted
from services.associations.rules import MOST_BASKET_PRODUCTS
from services.installation import Connection
from services.reports.associations import ASSOCIATIONS, measures
from tests.projections.shop import Shop
from tests.services.demo import raw
from tests.services.reports.asked import told
from tests.services.reports.conftest import LEAST_BASKETS

# Goods by order, as the mapping tells them from charges; an order is an invoice of one buyer.
GOODS = """
CREATE OR REPLACE TABLE good AS
SELECT DISTINCT invoice || coalesce(customer, '') AS basket, coalesce(customer, 'order:' || invoice) AS buyer, product
  FROM line WHERE sale AND regexp_matches(product, '^([0-9]{5}|DCGS|PADS)')
"""

# Rules of two and of three products by joining baskets with themselves, for thresholds of a count and of a half.
RULES = f"""
WITH usual AS (SELECT basket FROM good GROUP BY basket HAVING count(*) <= {MOST_BASKET_PRODUCTS}),
item AS (SELECT g.basket, g.product FROM good AS g JOIN usual USING (basket)),
one AS (SELECT product, count(*) AS n FROM item GROUP BY product),
two AS (SELECT a.product AS x, b.product AS y, count(*) AS n FROM item AS a JOIN item AS b
            ON a.basket = b.basket AND a.product <> b.product GROUP BY ALL HAVING n >= {LEAST_BASKETS}),
three AS (SELECT a.product AS x, b.product AS y, c.product AS z, count(*) AS n
            FROM item AS a JOIN item AS b ON a.basket = b.basket AND a.product < b.product
            JOIN item AS c ON c.basket = a.basket AND c.product <> a.product AND c.product <> b.product
            JOIN (SELECT x AS p, y AS q FROM two) AS f ON f.p = a.product AND f.q = b.product
           GROUP BY ALL HAVING n >= {LEAST_BASKETS})
SELECT [x], y, two.n, a.n, b.n
  FROM two JOIN one AS a ON a.product = x JOIN one AS b ON b.product = y WHERE two.n * 2 >= a.n
UNION ALL
SELECT [three.x, three.y], z, three.n, two.n, b.n
  FROM three JOIN two ON two.x = three.x AND two.y = three.y JOIN one AS b ON b.product = z WHERE three.n * 2 >= two.n
"""

BASKETS = f"SELECT count(*) FROM (SELECT basket FROM good GROUP BY basket HAVING count(*) <= {MOST_BASKET_PRODUCTS})"

# Who bought X also bought Y, by a product.
ALSO = """
SELECT b.product, count(DISTINCT b.buyer), (SELECT count(DISTINCT buyer) FROM bought WHERE product = $1),
       (SELECT count(DISTINCT buyer) FROM bought AS o WHERE o.product = b.product),
       (SELECT count(DISTINCT buyer) FROM bought)
  FROM bought AS b WHERE b.product <> $1 AND b.buyer IN (SELECT buyer FROM bought WHERE product = $1) GROUP BY b.product
"""
BOUGHT = """
CREATE OR REPLACE TABLE bought AS
SELECT DISTINCT coalesce(customer, 'order:' || invoice) AS buyer, product FROM line WHERE sale
"""
HOLDER = "85123A"  # the white hanging heart T-light holder, which most baskets hold


def order(name: str, products: str) -> OrderPlaced:
    """Return an order of one piece of each letter."""
    lines = tuple(
        OrderLine(product=letter, quantity=1, unit_price_minor=1, name=f"The {letter}") for letter in products
    )
    return OrderPlaced(order=name, currency="GBP", lines=lines, total_minor=1)


def test_the_measures_by_hand() -> None:
    """Ten baskets, four with X, five with Y, three with both."""
    by_hand = 2 * (3 * log(1.5) + 1 * log(0.5) + 2 * log(2 / 3) + 4 * log(4 / 3))

    assert measures(3, 4, 5, 10) == pytest.approx(
        {
            "support_share": 0.3,
            "confidence_share": 0.75,
            "confidence_back_share": 0.6,
            "lift": 1.5,
            "log_likelihood_ratio": by_hand,
        }
    )
    assert measures(2, 2, 2, 2)["log_likelihood_ratio"] == 0


def test_a_pair_points_where_its_confidence_is_higher(shop: Shop) -> None:
    """Whoever buys the pot buys tea; of the tea's baskets only half hold a pot."""
    for number in range(5):
        shop.tell(order(f"both-{number}", "pt"), order(f"tea-{number}", "t"), order(f"none-{number}", "x"))

    answer = told(shop.catch_up(), ASSOCIATIONS)

    (pair,) = answer.tables["pairs"]
    assert [pair[name] for name in ("product", "other", "product_name", "other_name")] == ["p", "t", "The p", "The t"]
    assert (pair["confidence_share"], pair["confidence_back_share"]) == (1.0, 0.5)
    assert [pair[name] for name in ("both_baskets", "product_baskets", "other_baskets")] == [5, 5, 10]
    assert (answer.figures["baskets"], answer.tables["rules"]) == (15, [])


def test_rules_are_shown_with_where_they_were_mined(shop: Shop) -> None:
    """They stay as they were mined, whatever comes later, and mining again replaces them."""
    for number in range(3):
        shop.tell(order(f"o-{number}", "abt"))
    shop.tell(order("alone", "t"), order("other", "x"))
    connection = shop.catch_up()
    keeping.mine(shop.log, connection, Wanted(3))
    before = told(connection, ASSOCIATIONS)
    shop.tell(order("again", "x"))
    shop.catch_up()

    answer = told(connection, ASSOCIATIONS, about="t")

    rules = {("".join(rule["antecedent"]), rule["consequent"], rule["both_baskets"]) for rule in answer.tables["rules"]}
    assert rules == {(*pair, 3) for pair in ("at", "bt", "ta", "tb")} | {("ab", "t", 3), ("at", "b", 3), ("bt", "a", 3)}
    assert answer.figures["mined_positions"] == before.figures["mined_positions"]
    assert (answer.figures["mined_baskets"], answer.figures["baskets"]) == (5, 6)
    keeping.mine(shop.log, connection, Wanted(4))
    assert told(connection, ASSOCIATIONS).figures["rules"] == 0


def test_the_rules_of_real_orders_are_those_of_another_engine(
    mined_retail: Connection, raw_retail: duckdb.DuckDBPyConnection
) -> None:
    """Online Retail, rules of two and three products: DuckDB joins the raw file's baskets with themselves."""
    raw_retail.execute(GOODS)
    expected = {(tuple(sorted(row[0])), *row[1:]) for row in raw.rows(raw_retail, RULES)}
    ((baskets,),) = raw.rows(raw_retail, BASKETS)

    answer = told(mined_retail, ASSOCIATIONS, limit=10_000)

    names = ("consequent", "both_baskets", "antecedent_baskets", "consequent_baskets")
    found = {
        (tuple(rule["antecedent"]), *(rule[name] for name in names))
        for rule in answer.tables["rules"]
        if len(rule["antecedent"]) < 3
    }
    assert len(expected) > 100
    assert found == expected
    assert answer.figures["mined_baskets"] == baskets


def test_what_else_customers_buy_over_time_is_what_another_engine_says(
    retail: Connection, raw_retail: duckdb.DuckDBPyConnection
) -> None:
    """Counts of customers, whichever orders they bought in, from the raw file."""
    raw_retail.execute(BOUGHT)
    expected = {row[0]: row[1:] for row in raw.rows(raw_retail, ALSO, HOLDER)}

    rows = told(retail, ASSOCIATIONS, about=HOLDER, limit=50).tables["over_time"]

    names = ("both_customers", "product_customers", "other_customers", "customers")
    assert len(rows) == 50
    assert [tuple(row[name] for name in names) for row in rows] == [expected[row["other"]] for row in rows]
    assert all(row["product_first"] + row["other_first"] <= row["both_customers"] for row in rows)
