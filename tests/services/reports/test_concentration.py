"""Best customers: counted by hand, and against DuckDB over the raw file of real orders."""

from datetime import date

import duckdb
import pytest

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced
from services.installation import Connection
from services.reports.concentration import CONCENTRATION
from tests.projections.shop import NOON, Shop
from tests.services.demo import raw
from tests.services.reports.asked import told

# The same of the raw file, by another engine: half the mean difference between two customers, over the mean.
GINI = """
SELECT sum(abs(a.net - b.net)) / (2 * (SELECT count(*) FROM customer WHERE net > 0) * (SELECT sum(net) FROM customer
                                                                                       WHERE net > 0))
  FROM customer AS a, customer AS b WHERE a.net > 0 AND b.net > 0
"""

BRINGING = """
WITH ranked AS (SELECT row_number() OVER w AS rank, sum(net) OVER w AS running
                  FROM customer WHERE net > 0 WINDOW w AS (ORDER BY net DESC, customer))
SELECT min(rank) FILTER (running >= 0.8 * (SELECT sum(net) FROM customer WHERE net > 0)),
       (SELECT count(*) FROM customer WHERE net > 0), (SELECT sum(net)::BIGINT FROM customer WHERE net > 0),
       (SELECT sum(pence)::BIGINT FROM line WHERE sale AND customer IS NOT NULL)
  FROM ranked
"""


def placed(total_minor: int, store: str = "web", currency: str = "GBP", order: str = "o") -> OrderPlaced:
    """Return an order with one line."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=total_minor)
    return OrderPlaced(order=order, currency=currency, lines=(line,), total_minor=total_minor, store=store)


@pytest.mark.parametrize(
    ("spent", "bringing", "gini"),
    [([100, 100, 100, 100], 4, 0.0), ([97, 1, 1, 1], 1, 0.72), ([80, 20], 1, 0.3), ([79, 21], 2, 0.29), ([5], 1, 0.0)],
)
def test_how_few_bring_eighty_percent(shop: Shop, spent: list[int], bringing: int, gini: float) -> None:
    """Exactly 80 % counts as 80 %; Gini is half the mean difference between two customers over the mean."""
    for number, minor in enumerate(spent):
        shop.tell(placed(minor), by=f"customer:{number}")

    figures = told(shop.catch_up(), CONCENTRATION).figures

    assert (figures["bringing"], figures["customers"], figures["revenue_minor"]) == (bringing, len(spent), sum(spent))
    assert figures["gini"] == pytest.approx(gini)
    assert figures["bringing_share"] == pytest.approx(bringing / len(spent))


def test_gross_counts_what_was_ordered_and_net_what_stayed(shop: Shop) -> None:
    """Who sent everything back brings nothing, and is counted; the best by net are listed first."""
    shop.tell(placed(500), OrderCancelled(order="o", currency="GBP", total_minor=500), by="customer:1")
    shop.tell(placed(300), ReturnAccepted(order="o", currency="GBP", amount_minor=100), by="customer:2")
    shop.tell(placed(250), by="customer:3")

    answer = told(shop.catch_up(), CONCENTRATION)

    assert [(row["person"], row["gross_minor"], row["net_minor"]) for row in answer.tables["best"]] == [
        ("customer:3", 250, 250),
        ("customer:2", 300, 200),
    ]
    assert {name: answer.figures[name] for name in ("bringing_nothing", "revenue_minor", "gross_revenue_minor")} == {
        "bringing_nothing": 1,
        "revenue_minor": 450,
        "gross_revenue_minor": 1050,
    }


def test_identifiers_of_one_person_are_one_customer(shop: Shop) -> None:
    """What was bought with a device that is known to be hers is hers; what nobody known has bought does not count."""
    shop.tell(placed(10), by="customer:1")
    shop.tell(placed(20), by="visitor:a")
    shop.tell(placed(40), by="visitor:b")
    shop.link("customer:1", "visitor:a")

    answer = told(shop.catch_up(), CONCENTRATION)

    assert [(row["person"], row["orders"], row["net_minor"]) for row in answer.tables["best"]] == [
        ("customer:1", 2, 30)
    ]


def test_a_store_a_period_and_a_currency_are_counted_alone(shop: Shop) -> None:
    """Both days of the period belong to it."""
    for store, currency in (("web", "GBP"), ("leeds", "GBP"), ("leeds", "EUR")):
        shop.tell(placed(100, store, currency), by="customer:1")
    shop.tell(placed(1, "leeds"), by="customer:1", time=NOON.replace(day=18))
    connection = shop.catch_up()

    def revenue(**asked: object) -> int:
        return int(told(connection, CONCENTRATION, **asked).figures["revenue_minor"])

    day = NOON.date()
    assert revenue() == 201
    assert revenue(store="leeds") == 101
    assert revenue(store="leeds", currency="EUR") == 100
    assert revenue(begin=day, end=day) == 200
    assert revenue(begin=date(2024, 5, 18)) == 1
    assert [row["store"] for row in told(connection, CONCENTRATION).tables["stores"]] == ["leeds", "web"]


def test_nobody_yet(shop: Shop) -> None:
    """A shop without orders has figures, and they are zero."""
    answer = told(shop.catch_up(), CONCENTRATION)

    assert (answer.figures["customers"], answer.figures["bringing"]) == (0, 0)
    assert not any(answer.tables.values())


def test_real_orders_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: customers, revenue, how few bring 80 %, and Gini, by DuckDB from the raw file."""
    (expected,) = raw.rows(raw_retail, BRINGING)
    ((gini,),) = raw.rows(raw_retail, GINI)

    answer = told(retail, CONCENTRATION)

    names = ("bringing", "customers", "revenue_minor", "gross_revenue_minor")
    assert tuple(answer.figures[name] for name in names) == expected
    assert answer.figures["gini"] == pytest.approx(gini)
    assert sum(row["customers"] for row in answer.tables["deciles"]) == expected[1]
