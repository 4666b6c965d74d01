"""Order accuracy: two burgers and three fries by hand, and made-up orders as DuckDB counts them."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.catalog.fulfilment import ShipmentDispatched
from events.catalog.orders import OrderAmended, OrderLine
from services.installation import Connection
from services.reports.order_accuracy import ORDER_ACCURACY
from tests.projections.shop import NOON, at
from tests.services.reports.asked import told
from tests.services.reports.made_orders import Told, came, made_up, placed, shop_with

NOW = at("12:00", days=40)
FEWER = (OrderLine(product="burger", quantity=1, unit_price_minor=100),)
MEALS = [
    Told(placed("m-1", burger=2, fries=3), NOON),
    Told(came("m-1", burger=2, fries=3), at("12:20")),
    Told(placed("m-2", burger=2, fries=3), NOON),
    Told(came("m-2", burger=1, fries=4, shake=1), at("12:30")),
    Told(placed("m-3", burger=2, fries=3), NOON),
    Told(came("m-3"), at("12:30")),
    Told(placed("m-4", burger=2, fries=3), NOON),
    Told(ShipmentDispatched(order="m-4", parcel="a"), at("12:10")),
    Told(ShipmentDispatched(order="m-4", parcel="b"), at("12:10")),
    Told(came("m-4", "a", burger=2), at("12:30")),
    Told(placed("m-5", "leeds", burger=2, fries=3), NOON),
    Told(came("m-5", "a", "leeds", burger=2, fries=2), at("12:30", days=30)),
    Told(came("m-5", "b", "leeds", fries=1), at("12:50", days=30)),
    Told(placed("m-6", "leeds", burger=2), NOON),
    Told(OrderAmended(order="m-6", currency="GBP", lines=FEWER, total_minor=100, store="leeds"), at("12:05")),
    Told(came("m-6", store="leeds", burger=2), at("12:30")),
]


@pytest.fixture(scope="module")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Connection]:
    """Return a shop with these meals."""
    with shop_with(postgres, template, next(database_names), MEALS) as connection:
        yield connection


def figures(connection: Connection, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what a report is asked
    """Return the report's figures."""
    return dict(told(connection, ORDER_ACCURACY, now=NOW, **asked).figures)


def test_two_burgers_and_three_fries(shop: Connection) -> None:
    """One burger too few is missing, a fourth bag of fries is extra, and a shake that nobody wanted is wrong."""
    answer = told(shop, ORDER_ACCURACY, now=NOW, about="m-2")

    (order,) = answer.tables["orders"]
    assert (order["missing"], order["extra"], order["wrong"]) == ({"burger": 1}, {"fries": 1}, {"shake": 1})
    assert [(row["product"], row["missing"], row["extra"], row["wrong"]) for row in answer.tables["products"]] == [
        ("burger", 1, 0, 0),
        ("fries", 0, 1, 0),
        ("shake", 0, 0, 1),
    ]


def test_only_what_was_counted_and_is_complete_is_judged(shop: Connection) -> None:
    """A parcel on its way is no mistake yet; who did not count is told of beside; an amendment is what was ordered."""
    answer = told(shop, ORDER_ACCURACY, now=NOW)

    assert answer.figures == {
        "delivered": 5,
        "judged": 4,
        "exact": 2,
        "exact_share": 0.5,
        "uncounted": 1,
        "missing_units": 1,
        "extra_units": 2,
        "wrong_units": 1,
    }
    assert [row["order"] for row in answer.tables["orders"]] == ["m-2", "m-6"]


def test_it_counts_where_and_when_it_arrived(shop: Connection) -> None:
    """What was forgotten and brought later is there in the end."""
    later = at("12:00", days=30).date()

    assert figures(shop, store="leeds")["exact_share"] == 0.5
    assert figures(shop, begin=later) == figures(shop, about="m-5") | {"exact": 1, "judged": 1}
    assert [(row["month"], row["judged"]) for row in told(shop, ORDER_ACCURACY, now=NOW).tables["months"]] == [
        ("2024-05", 3),
        ("2024-06", 1),
    ]


# The same of plain tables, by another engine.
EXPECTED = """
WITH done AS (
    SELECT number FROM (SELECT number, count(*) AS parcels, bool_and(counted) AS counted FROM arrived GROUP BY number)
      JOIN (SELECT number, count(*) AS sent FROM sent GROUP BY number) USING (number)
     WHERE parcels >= sent AND counted
), line AS (
    SELECT number, product, sum(wanted) AS wanted, sum(came) AS came
      FROM (SELECT number, product, quantity AS wanted, 0 AS came FROM ordered_line
             UNION ALL SELECT number, product, 0, quantity FROM arrived_line) SEMI JOIN done USING (number)
     GROUP BY number, product
)
SELECT count(DISTINCT number), count(DISTINCT number) - count(DISTINCT number) FILTER (wanted <> came),
       sum(greatest(wanted - came, 0)), sum(greatest(came - wanted, 0)) FILTER (wanted > 0),
       sum(came) FILTER (wanted = 0)
  FROM line
"""


def test_made_up_orders_as_another_engine_counts_them(
    postgres: str, template: str, database_names: Iterator[str]
) -> None:
    """How many came exactly as ordered, and how many units were missing, extra and wrong."""
    facts, raw = made_up()
    with raw:
        expected = raw.execute(EXPECTED).fetchone()

        with shop_with(postgres, template, next(database_names), facts) as connection:
            answer = told(connection, ORDER_ACCURACY, now=NOW).figures

    names = ("judged", "exact", "missing_units", "extra_units", "wrong_units")
    assert tuple(answer[name] for name in names) == expected
    assert 0 < answer["exact"] < answer["judged"] < answer["delivered"]
