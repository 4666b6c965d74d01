"""Unmet demand of a real shop's queries, as another engine counts it from the raw file.

The queries are Wayfair's. Who asked them is made up: people take turns. The shop that they are asked of carries
whatever has a given word in the class of product; everything else is asked in vain.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from events.catalog.searches import SearchPerformed
from services.reports.unmet_demand import UNMET_DEMAND
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

QUERIES = Path(__file__).with_name("data") / "wands_queries.tsv.gz"
PEOPLE = 7
CARRIED = ("Sofas", "Beds", "Tables", "Chairs", "Desks")

RAW = """
CREATE TABLE asked AS
SELECT query, regexp_replace(trim(lower(query)), '\\s+', ' ', 'g') AS wish,
       'customer:' || (1 + CAST(query_id AS INTEGER) % $people) AS person,
       NOT list_bool_or(list_transform($carried, lambda word: contains(coalesce(query_class, ''), word))) AS in_vain
  FROM read_csv($path, delim = '\t', header = true, quote = '', all_varchar = true)
"""

COUNTED = """
SELECT wish, count(*), count(DISTINCT person) FROM asked WHERE in_vain GROUP BY wish
 ORDER BY 2 DESC, 3 DESC, wish LIMIT 480
"""


@pytest.fixture
def asked() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the queries as DuckDB reads them."""
    with closing(duckdb.connect()) as connection:
        connection.execute(RAW, {"path": str(QUERIES), "people": PEOPLE, "carried": list(CARRIED)})
        yield connection


def test_real_queries_as_another_engine_counts_them(shop: Shop, asked: duckdb.DuckDBPyConnection) -> None:
    """Every wish, how often, by how many people; and how many people and searches in all."""
    rows = asked.execute("SELECT query, person, in_vain FROM asked").fetchall()
    for query, person, in_vain in rows:
        shop.tell(SearchPerformed(query=query, result_count=0 if in_vain else 24), by=person, time=NOON)

    answer = told(shop.catch_up(), UNMET_DEMAND, limit=480)

    expected = asked.execute(COUNTED).fetchall()
    wishes = [(row["query"], row["without_result"], row["askers"]) for row in answer.tables["wishes"]]
    totals = asked.execute("SELECT count(*), count(DISTINCT person) FROM asked WHERE in_vain").fetchall()
    assert len(rows) == 480
    assert len(expected) > 100
    assert sorted(wishes) == sorted(expected)
    assert [(answer.figures["without_result"], answer.figures["askers"])] == totals
