"""Orders and their promises: counted by hand, and of some hundred made-up orders as DuckDB counts them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from events.catalog.fulfilment import OrderStepReached, ParcelScanned, ReturnAccepted, ShipmentDispatched
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderCancelled
from services.installation import Connection
from services.reports.customer import SECTIONS, page
from services.reports.order_status import ORDER_STATUS
from services.reports.report import Question
from tests.projections.shop import NOON, at
from tests.services.reports.asked import told
from tests.services.reports.made_orders import Told, came, made_up, placed, shop_with

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = at("12:00", days=10)

PROMISES = [
    Told(placed("p-1", "promises", at("12:00", days=2)), NOON),
    Told(came("p-1", store="promises"), at("12:00", days=2)),
    Told(placed("p-2", "promises", at("12:00", days=2)), NOON),
    Told(came("p-2", store="promises"), at("13:30", days=2)),
    Told(placed("p-3", "promises", at("12:00", days=1)), NOON),
    Told(OrderStepReached(order="p-3", step="delayed", promised_at=at("12:00", days=4), store="promises"), NOON + HOUR),
    Told(came("p-3", store="promises"), at("12:00", days=3)),
    Told(placed("p-4", "promises"), NOON),
    Told(came("p-4", store="promises"), at("12:00", days=9)),
]
PARCELS = [
    Told(placed("k-1", "parcels", at("12:00", days=3)), NOON),
    Told(ShipmentDispatched(order="k-1", parcel="a", carrier="post", store="parcels"), at("14:00")),
    Told(ShipmentDispatched(order="k-1", parcel="b", carrier="post", store="parcels"), at("15:00")),
    Told(ParcelScanned(order="k-1", parcel="a", status="sorted", place="Hull"), at("18:00")),
    Told(came("k-1", "a", "parcels"), at("09:00", days=1)),
]
OPEN = [
    Told(placed("w-1", "open", at("12:00", days=9)), NOON, "customer:2"),
    Told(OrderStepReached(order="w-1", step="packed", store="open"), at("13:00"), "customer:2"),
    Told(placed("w-2", "open", at("12:00", days=11)), NOON, "customer:2"),
    Told(placed("w-3", "open", at("12:00", days=1)), NOON, "customer:2"),
    Told(OrderCancelled(order="w-3", currency="GBP", total_minor=100, store="open"), at("13:00"), "customer:2"),
    Told(placed("w-4", "open", at("12:00", days=1)), NOON, "customer:2"),
    Told(ReturnAccepted(order="w-4", currency="GBP", amount_minor=100, store="open"), at("13:00"), "customer:2"),
]
PEOPLE = [
    Told(placed("1001", "people", at("12:00", days=1)), NOON, "customer:3"),
    Told(placed("1001", "people", at("12:00", days=1)), NOON, "visitor:7"),
    Told(IdentityLinked(identifier="visitor:7"), NOON, "customer:4"),
    Told(came("1001", store="people"), at("18:00"), "customer:4"),
    Told(came("1002", store="people"), at("18:00"), "customer:4"),
]


@pytest.fixture(scope="module")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Connection]:
    """Return a shop with these orders, a store for each test."""
    with shop_with(postgres, template, next(database_names), [*PROMISES, *PARCELS, *OPEN, *PEOPLE]) as connection:
        yield connection


def figures(connection: Connection, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what a report is asked
    """Return the report's figures ten days later."""
    return dict(told(connection, ORDER_STATUS, now=NOW, **asked).figures)


def test_a_promise_is_kept_to_the_instant(shop: Connection) -> None:
    """The latest promise holds; by the first one, who moved it would have been late. Without a promise nobody is."""
    answer = told(shop, ORDER_STATUS, now=NOW, store="promises")

    assert {name: answer.figures[name] for name in ("delivered", "on_time", "late", "promises_moved")} == {
        "delivered": 4,
        "on_time": 2,
        "late": 1,
        "promises_moved": 1,
    }
    assert answer.figures["on_time_share"] == pytest.approx(2 / 3)
    assert answer.figures["on_time_at_first_share"] == pytest.approx(1 / 3)
    assert (answer.figures["median_hours"], answer.figures["median_hours_late"]) == (pytest.approx(60.75), 1.5)
    assert [(row["order"], row["late_hours"]) for row in answer.tables["delivered_late"]] == [("p-2", 1.5)]


def test_an_order_has_arrived_with_its_last_parcel(shop: Connection) -> None:
    """Until then it is open, and late once the promise has passed; its way has every stop."""
    before = told(shop, ORDER_STATUS, now=at("12:00", days=3), store="parcels", about="k-1")
    after = told(shop, ORDER_STATUS, now=at("12:00", days=5), store="parcels")

    (order,) = before.tables["orders"]
    assert (order["state"], order["late"], order["arrived"]) == ("partly_delivered", False, None)
    assert [(stop["kind"], stop["parcel"], stop["word"], stop["place"]) for stop in order["stops"]] == [
        ("sent", "a", "post", ""),
        ("sent", "b", "post", ""),
        ("seen", "a", "sorted", "Hull"),
        ("arrived", "a", "", ""),
    ]
    assert datetime.fromisoformat(order["stops"][2]["at"]) == at("18:00")
    assert [(row["late_hours"], row["last_stop"]) for row in after.tables["late_and_open"]] == [(48.0, "arrived")]


def test_what_is_open_is_late_by_the_clock(shop: Connection) -> None:
    """What was called off or sent back is waited for no more; who told of no delivery has kept no promise."""
    answer = told(shop, ORDER_STATUS, now=NOW, store="open")

    names = ("orders", "open", "open_late", "untold", "cancelled", "returned", "delivered")
    assert [answer.figures[name] for name in names] == [4, 2, 1, 1, 1, 1, 0]
    assert (answer.figures["on_time_share"], answer.figures["promises_kept_share"]) == (None, 0.0)
    assert [(row["state"], row["step"], row["orders"], row["late"]) for row in answer.tables["steps"]] == [
        ("in_work", "packed", 1, 1),
        ("placed", None, 1, 0),
    ]
    assert ORDER_STATUS.headline(Question(NOW, "GBP"), answer) == (
        "Of 4 orders 0 were delivered; 1 of 2 open ones are late."
    )


def test_an_order_is_one_persons(shop: Connection) -> None:
    """Two people's orders of one number are two; what was placed on a device of hers is hers; no order unplaced."""
    answer = told(shop, ORDER_STATUS, now=NOW, store="people", about="1001")

    assert [(row["person"], row["state"]) for row in answer.tables["orders"]] == [
        ("customer:3", "placed"),
        ("customer:4", "delivered"),
    ]
    assert figures(shop, store="people")["orders"] == 2


def test_a_store_and_a_period_are_counted_alone(shop: Connection) -> None:
    """An order counts on the day on which it was placed."""
    day = NOON.date()

    assert figures(shop)["orders"] == 11
    assert figures(shop, begin=day, end=day)["orders"] == 11
    assert figures(shop, begin=day + DAY)["orders"] == 0
    assert [row["store"] for row in told(shop, ORDER_STATUS, now=NOW, limit=2).tables["stores"]] == ["open", "promises"]


def test_a_customers_page_has_what_they_still_wait_for(shop: Connection) -> None:
    """What is promised first of all, whether it is late, and what was last heard of it."""
    (section,) = [each for each in SECTIONS if each.name == "open_orders"]

    rows = page(shop, "customer:2", NOW, [section])["open_orders"]

    assert [(row["order"], row["late"], row["state"], row["last_stop"]) for row in rows] == [
        ("w-1", True, "in_work", "packed"),
        ("w-2", False, "placed", None),
    ]
    assert page(shop, "customer:9", NOW, [section])["open_orders"] == []


# The same of plain tables, by another engine: an order has arrived when each parcel has, with the last.
EXPECTED = """
WITH came AS (SELECT number, count(*) AS parcels, max(handed) AS handed FROM arrived GROUP BY number),
     went AS (SELECT number, count(*) AS parcels FROM sent GROUP BY number),
     o AS (SELECT p.*, CASE WHEN came.parcels >= went.parcels THEN came.handed END AS done
             FROM placed AS p LEFT JOIN came USING (number) LEFT JOIN went USING (number)
            WHERE ?::VARCHAR IS NULL OR store = ?)
SELECT count(*), count(done), count(*) FILTER (cancelled), count(*) FILTER (done <= promised),
       count(*) FILTER (done > promised), count(*) FILTER (NOT cancelled AND done IS NULL AND promised < ?),
       quantile_cont(epoch(done) - epoch(ordered), 0.5) / 3600, quantile_cont(epoch(done) - epoch(ordered), 0.9) / 3600,
       quantile_cont(epoch(done) - epoch(ordered), 0.95) / 3600,
       quantile_cont(epoch(done) - epoch(promised), 0.9) FILTER (done > promised) / 3600
  FROM o
"""


@pytest.fixture(scope="module")
def made(
    postgres: str, template: str, database_names: Iterator[str]
) -> Iterator[tuple[Connection, duckdb.DuckDBPyConnection]]:
    """Return a shop with made-up orders, and the same orders in DuckDB."""
    facts, raw = made_up()
    with shop_with(postgres, template, next(database_names), facts) as connection, raw:
        yield connection, raw


@pytest.mark.parametrize("store", [None, "web", "york"])
def test_made_up_orders_as_another_engine_counts_them(
    made: tuple[Connection, duckdb.DuckDBPyConnection], store: str | None
) -> None:
    """Counts and percentiles, of all and of one store."""
    connection, raw = made
    now = NOON.astimezone(UTC)
    expected = raw.execute(EXPECTED, [store, store, now]).fetchone()

    answer = told(connection, ORDER_STATUS, now=now, store=store).figures

    names = ["orders", "delivered", "cancelled", "on_time", "late", "open_late"]
    names += ["median_hours", "p90_hours", "p95_hours", "p90_hours_late"]
    assert [answer[name] for name in names] == pytest.approx(list(expected or ()))
    assert answer["open_late"] > 0
