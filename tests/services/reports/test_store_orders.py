"""One store against the whole: against DuckDB over real orders, whose countries stand for stores."""

from collections.abc import Iterator
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.connectors.importing import import_file
from services.connectors.loading import parse
from services.demo.loading import ORDERS
from services.installation import Connection
from services.reports.store import STORE
from tests.projections.shop import Shop
from tests.services.reports.asked import told

# The same lines as ``tests.services.demo.raw`` takes for facts, with where they came from.
LINES = """
CREATE TABLE line AS
SELECT InvoiceNo AS invoice, StockCode AS product, NOT starts_with(InvoiceNo, 'C') AS sale, Country AS store,
       'customer:' || CAST(CAST(CustomerID AS DOUBLE) AS INTEGER) AS customer,
       CAST(strptime(InvoiceDate, '%Y-%m-%d %H:%M:%S') AS DATE) AS day,
       CAST(round(CAST(Quantity AS INTEGER) * CAST(UnitPrice AS DECIMAL(12, 3)) * 100) AS BIGINT) AS pence
  FROM read_csv($path, all_varchar = true, header = true)
 WHERE (CustomerID IS NOT NULL OR CAST(UnitPrice AS DOUBLE) > 0)
   AND (CAST(Quantity AS INTEGER) > 0) = (NOT starts_with(InvoiceNo, 'C'))
"""

STORES = """
WITH each AS (
    SELECT store, customer, count(DISTINCT invoice) FILTER (sale) AS orders, sum(pence) AS net FROM line
     WHERE customer IS NOT NULL AND day >= $begin GROUP BY ALL HAVING orders > 0
), abroad AS (SELECT customer FROM each GROUP BY customer HAVING count(*) > 1)
SELECT store, count(DISTINCT invoice) FILTER (sale), sum(pence)::BIGINT,
       sum(pence) / (SELECT sum(pence) FROM line WHERE day >= $begin),
       (SELECT count(*) FROM each AS e WHERE e.store = l.store),
       (SELECT count(*) FROM each AS e WHERE e.store = l.store AND orders >= 3),
       (SELECT count(*) FROM each AS e WHERE e.store = l.store AND customer NOT IN (FROM abroad)),
       count(DISTINCT invoice) FILTER (NOT sale), coalesce(-sum(pence) FILTER (NOT sale) / sum(pence) FILTER (sale), 0)
  FROM line AS l WHERE day >= $begin GROUP BY store
"""

REGULARS = """
SELECT customer, count(DISTINCT invoice) FILTER (sale AND store = $store), (sum(pence) FILTER (store = $store))::BIGINT,
       sum(pence) FILTER (sale AND store = $store) / sum(pence) FILTER (sale)
  FROM line WHERE customer IS NOT NULL GROUP BY customer HAVING count(*) FILTER (sale AND store = $store) > 0
 ORDER BY 3 DESC, customer LIMIT 10
"""

# Two products: how many customers of a store bought each and both, and how many of all customers.
PAIR = """
WITH bought AS (
    SELECT DISTINCT customer, product FROM line WHERE sale AND customer IS NOT NULL
), customers AS (
    SELECT customer, bool_or(store = $store) AS here,
           customer IN (SELECT customer FROM bought WHERE product = $one) AS one,
           customer IN (SELECT customer FROM bought WHERE product = $two) AS two
      FROM line WHERE sale AND customer IS NOT NULL GROUP BY customer
)
SELECT count(*) FILTER (here AND one AND two), count(*) FILTER (here AND one), count(*) FILTER (here AND two),
       count(*) FILTER (here),
       count(*) FILTER (one AND two) * count(*) / (count(*) FILTER (one) * count(*) FILTER (two))
  FROM customers
"""


@pytest.fixture
def abroad(tmp_path: Path) -> Path:
    """Return a file with the real orders from outside the United Kingdom."""
    path = tmp_path / "abroad.csv"
    with as_file(ORDERS) as orders, closing(duckdb.connect()) as connection:
        connection.execute(
            f"COPY (FROM read_csv('{orders}', all_varchar = true) WHERE Country <> 'United Kingdom') TO '{path}'"
        )
    return path


@pytest.fixture
def raw_abroad(abroad: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the same as DuckDB reads them from the file."""
    with closing(duckdb.connect()) as connection:
        connection.execute(LINES, {"path": str(abroad)})
        yield connection


@pytest.fixture
def countries(shop: Shop, abroad: Path) -> Connection:
    """Return a shop in which each country is a store, by a mapping that says so."""
    text = files("services.connectors").joinpath("mappings", "online-retail.yaml").read_text(encoding="utf-8")
    mapping = parse(
        text.replace("currency: \"'GBP'\"", "currency: \"'GBP'\"\n      store: any_value(Country)"), "t.yaml"
    )
    import_file(abroad, mapping, shop.log)
    return shop.catch_up()


def test_real_orders_as_another_engine_counts_them(
    countries: Connection, raw_abroad: duckdb.DuckDBPyConnection
) -> None:
    """Online Retail abroad: each country's figures from February on; Germany's best customers, and its pairs."""
    begin: Any = duckdb.execute("SELECT DATE '2011-02-01'").fetchall()[0][0]
    expected = raw_abroad.execute(STORES, {"begin": begin}).fetchall()

    answer = told(countries, STORE, begin=begin, limit=100)
    german = told(countries, STORE, store="Germany")

    names = ("orders", "net_minor", "revenue_share", "customers", "regulars")
    found = {
        row["store"]: (
            *(row[name] for name in names),
            round((row["only_here_share"] or 0) * row["customers"]),
            row["returns"],
            row["returned_share"] or 0,
        )
        for row in answer.tables["stores"]
    }
    assert {store: pytest.approx(counts) for store, *counts in expected} == found
    assert len(found) > 20
    assert [
        (row["person"], row["orders"], row["net_minor"], pytest.approx(row["here_share"]))
        for row in german.tables["regulars"]
    ] == raw_abroad.execute(REGULARS, {"store": "Germany"}).fetchall()
    assert len(german.tables["pairs"]) == 10
    for pair in german.tables["pairs"]:
        products = {"store": "Germany", "one": pair["product"], "two": pair["other"]}
        ((both, one, two, customers, whole_lift),) = raw_abroad.execute(PAIR, products).fetchall()
        assert (pair["both_customers"], pair["product_customers"], pair["other_customers"]) == (both, one, two)
        assert pair["lift"] == pytest.approx(both * customers / (one * two))
        assert pair["whole_lift"] == pytest.approx(whole_lift)
