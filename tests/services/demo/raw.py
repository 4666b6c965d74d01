"""The shipped orders as DuckDB reads them: an oracle that shares no code with the import or with a projection."""

from importlib.resources import as_file
from typing import Any

import duckdb

from services.demo.loading import ORDERS

# The lines that are facts, with their money in pence and their time in UTC. ``sale`` is false for what came back.
LINES = """
CREATE TABLE line AS
SELECT InvoiceNo AS invoice, StockCode AS product, trim(Description) AS name, NOT starts_with(InvoiceNo, 'C') AS sale,
       'customer:' || CAST(CAST(CustomerID AS DOUBLE) AS INTEGER) AS customer,
       strptime(InvoiceDate, '%Y-%m-%d %H:%M:%S') AT TIME ZONE 'Europe/London' AS happened,
       CAST(round(CAST(Quantity AS INTEGER) * CAST(UnitPrice AS DECIMAL(12, 3)) * 100) AS BIGINT) AS pence,
       CAST(Quantity AS INTEGER) AS quantity
  FROM read_csv(?, all_varchar = true, header = true)
 WHERE (CustomerID IS NOT NULL OR CAST(UnitPrice AS DOUBLE) > 0)
   AND (CAST(Quantity AS INTEGER) > 0) = (NOT starts_with(InvoiceNo, 'C'))
"""

# What each known customer brought, returns taken off.
CUSTOMERS = """
CREATE TABLE customer AS
SELECT customer, count(DISTINCT invoice) FILTER (sale) AS orders, sum(pence)::BIGINT AS net,
       min(happened) FILTER (sale) AS first_order, max(happened) FILTER (sale) AS last_order
  FROM line WHERE customer IS NOT NULL GROUP BY customer HAVING orders > 0
"""


def opened() -> duckdb.DuckDBPyConnection:
    """Return a database with the tables ``line`` and ``customer``."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with as_file(ORDERS) as path:
        connection.execute(LINES, [str(path)])
    connection.execute(CUSTOMERS)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return connection.execute(query, list(parameters)).fetchall()
