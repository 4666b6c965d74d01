"""Segments: counted by hand, and value tiers against DuckDB over the raw file of real orders."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from events.catalog.customers import CustomerRegistered, NeedStated
from events.catalog.operations import ProductListed
from events.catalog.orders import OrderLine, OrderPlaced
from services.installation import Connection
from services.reports.customer import Section, page
from services.reports.report import BadQuestion
from services.reports.segments import SEGMENTS
from services.segments.definitions import Wanted, definition, publish
from services.segments.members import SEGMENTS_OF, refresh
from tests.projections.shop import NOON, Shop
from tests.services.demo import raw
from tests.services.reports.asked import told

DAY = timedelta(days=1)

# The tiers of the raw file, by another engine: 12 months hold all of it.
TIERS = """
WITH ranked AS (SELECT customer, net, row_number() OVER (ORDER BY net DESC, customer) AS rank, count(*) OVER () AS n
                  FROM customer)
SELECT CASE WHEN rank <= ceil(n * 0.05) THEN 'top' WHEN rank <= ceil(n * 0.2) THEN 'high'
            WHEN rank <= ceil(n * 0.5) THEN 'middle' ELSE 'rest' END AS tier, count(*), sum(net)::BIGINT
  FROM ranked GROUP BY tier
"""
KNOWN = "SELECT count(DISTINCT customer), sum(pence)::BIGINT FROM line WHERE customer IS NOT NULL"


def buy(shop: Shop, by: str, minor: int, product: str = "spade", **told_of: Any) -> None:  # noqa: ANN401 - fields
    """Tell of an order."""
    days = told_of.pop("days", 0)
    line = OrderLine(product=product, quantity=1, unit_price_minor=minor, category=told_of.pop("category", ""))
    placed = OrderPlaced(order=f"{by}{days}", currency="GBP", lines=(line,), total_minor=minor, **told_of)
    shop.tell(placed, by=by, time=NOON + days * DAY)


def define(shop: Shop, name: str, rule: str, title: str = "") -> None:
    """Define a segment."""
    publish(shop.log, definition(shop.catch_up(), Wanted(name, rule, title), NOON))


@pytest.fixture
def five(shop: Shop) -> Shop:
    """Return a shop with four customers who bought and one who did not; one of them needs something."""
    shop.tell(ProductListed(product="spade", category="garden"), by="product:spade")
    for number, minor in enumerate((1000, 500, 300, 200), start=1):
        buy(shop, f"customer:{number}", minor, store="leeds" if number == 2 else "web")
    shop.tell(CustomerRegistered(), by="customer:5")
    shop.tell(NeedStated(need="access"), by="customer:1")
    shop.tell(NeedStated(need="gift_wrap"), by="customer:1", time=NOON + DAY)
    buy(shop, "customer:3", 0, product="top", category="toys", days=1)
    buy(shop, "customer:3", 0, product="top", category="toys", days=2)
    define(shop, "big", "net_total >= 3 GBP", "Big ones")
    define(shop, "bigger", "net_total >= 5 GBP")
    return shop


def rows(answer: Any, table: str, *names: str) -> list[tuple[Any, ...]]:  # noqa: ANN401 - an Answer
    """Return some columns of a table."""
    return [tuple(row[name] for name in names) for row in answer.tables[table]]


def test_sizes_shares_and_overlap(five: Shop) -> None:
    """Segments may overlap; the tiers do not, and hold everybody."""
    answer = told(five.catch_up(), SEGMENTS)

    assert answer.figures == {"customers": 5, "net_minor": 2000, "defined_segments": 2, "refreshed_at": None}
    assert rows(answer, "segments", "segment", "customers", "net_minor", "revenue_share") == [
        ("tier.top", 1, 1000, 0.5),
        ("tier.high", 0, 0, 0.0),
        ("tier.middle", 1, 500, 0.25),
        ("tier.rest", 2, 500, 0.25),
        ("tier.none", 1, 0, 0.0),
        ("big", 3, 1800, 0.9),
        ("bigger", 2, 1500, 0.75),
    ]
    assert answer.tables["overlap"] == [
        {"segment": "big", "top": 1, "high": 0, "middle": 1, "rest": 1, "none": 0},
        {"segment": "bigger", "top": 1, "high": 0, "middle": 1, "rest": 0, "none": 0},
    ]


def test_the_grid_is_tiers_by_needs(five: Shop) -> None:
    """The need that was stated last, else the category most bought: of the line, or of the catalogue."""
    answer = told(five.catch_up(), SEGMENTS)

    assert rows(answer, "grid", "tier", "need", "basis", "customers") == [
        ("middle", "garden", "bought", 1),
        ("none", None, None, 1),
        ("rest", "garden", "bought", 1),
        ("rest", "toys", "bought", 1),
        ("top", "gift_wrap", "stated", 1),
    ]


def test_a_store_and_a_period_narrow_the_revenue_and_not_the_segments(five: Shop) -> None:
    """Whoever brought nothing there is not counted; the tier is that of all stores."""
    connection = five.catch_up()

    leeds = told(connection, SEGMENTS, store="leeds")
    later = told(connection, SEGMENTS, begin=date(2024, 5, 18))

    assert [row for row in rows(leeds, "segments", "segment", "customers", "net_minor") if row[1]] == [
        ("tier.middle", 1, 500),
        ("big", 1, 500),
        ("bigger", 1, 500),
    ]
    assert (later.figures["customers"], later.figures["net_minor"]) == (5, 0)
    assert {row["revenue_share"] for row in later.tables["segments"]} == {None}


def test_entered_left_and_sizes_are_what_refreshes_found(five: Shop) -> None:
    """In the period; and a customer's page tells since when, under any identifier of theirs."""
    refresh(five.catch_up(), NOON, "GBP")
    buy(five, "customer:4", 900, days=3)
    define(five, "bigger", "net_total >= 10 GBP")
    refresh(five.catch_up(), NOON + 4 * DAY, "GBP")
    five.link("customer:4", "visitor:4")
    five.catch_up()

    answer = told(five.connection, SEGMENTS, begin=date(2024, 5, 20), now=NOON + 5 * DAY)
    before = told(five.connection, SEGMENTS, now=NOON + DAY)

    moved = {row[0]: row[1:] for row in rows(answer, "segments", "segment", "entered", "left")}
    assert (moved["big"], moved["bigger"], moved["tier.top"]) == ((1, 0), (1, 1), (1, 1))
    assert answer.figures["refreshed_at"] == NOON + 4 * DAY
    assert [row for row in rows(before, "sizes", "segment", "day", "customers") if "big" in row[0]] == [
        ("big", NOON.date(), 3),
        ("bigger", NOON.date(), 2),
    ]
    assert rows(before, "segments", "segment", "left")[0] == ("tier.top", 0)
    shown = page(five.connection, "visitor:4", NOON + 5 * DAY, [Section("segments", SEGMENTS_OF)])["segments"]
    assert [(row["segment"], row["title"], (row["since"] - NOON).days) for row in shown] == [
        ("big", "Big ones", 4),
        ("bigger", "bigger", 4),
        ("tier.top", "tier.top", 4),
    ]


def test_the_members_of_one_segment(five: Shop) -> None:
    """The best first, with their tier and since when; a name that is none is answered with the nearest."""
    refresh(five.catch_up(), NOON, "GBP")

    answer = told(five.connection, SEGMENTS, about="big", limit=2)

    assert rows(answer, "members", "person", "tier", "net_minor", "since") == [
        ("customer:1", "top", 1000, NOON),
        ("customer:2", "middle", 500, NOON),
    ]
    assert answer.figures["in_words"] == "Net revenue in all is at least 3 GBP."
    with pytest.raises(BadQuestion, match=r"about: there is no segment 'bog'; did you mean big\?"):
        told(five.connection, SEGMENTS, about="bog")


def test_real_tiers_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: how many customers are in which tier, and what they bring, by DuckDB."""
    expected = {f"tier.{tier}": (count, pence) for tier, count, pence in raw.rows(raw_retail, TIERS)}
    ((customers, pence),) = raw.rows(raw_retail, KNOWN)

    answer = told(retail, SEGMENTS)

    tiers = {row[0]: row[1:] for row in rows(answer, "segments", "segment", "customers", "net_minor")}
    without = Counter({"customers": customers}) - Counter({"customers": sum(count for count, _ in expected.values())})
    assert {name: tiers[name] for name in expected} == expected
    assert tiers["tier.none"][0] == without["customers"]
    assert (answer.figures["customers"], answer.figures["net_minor"]) == (customers, pence)
