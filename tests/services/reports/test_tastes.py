"""What customers show by what they buy: by hand, and against DuckDB over the raw file of real orders."""

from datetime import timedelta
from typing import Any

import duckdb

from events.catalog.operations import ProductListed
from events.catalog.orders import OrderLine, OrderPlaced
from services.installation import Connection
from services.reports.customer import SECTIONS, page
from services.reports.preferences import PREFERENCES
from tests.projections.shop import NOON, Shop
from tests.services.demo import raw
from tests.services.reports.asked import told

DAY = timedelta(days=1)

# The lines as the import files them: what is no article has a category, every article has none.
FILED = """
CREATE OR REPLACE TEMP VIEW filed AS
SELECT customer, invoice, product, quantity, pence, happened,
       CASE WHEN starts_with(lower(product), 'gift_') THEN 'voucher'
            WHEN regexp_matches(product, '^([0-9]{5}|DCGS|PADS)') THEN '' ELSE 'charge' END AS category
  FROM line WHERE sale
"""

CATEGORIES = """
SELECT category, count(DISTINCT customer), count(DISTINCT (customer, invoice, product)) FROM filed
 WHERE customer IS NOT NULL GROUP BY category ORDER BY 2 DESC, category
"""

FAVOURITES = """
SELECT product, count(DISTINCT customer), count(DISTINCT invoice) FROM filed WHERE customer IS NOT NULL
 GROUP BY product ORDER BY 3 DESC, product LIMIT 25
"""

ORDERS = """
WITH placed AS (SELECT customer, invoice, min(happened) AS moment FROM line WHERE sale AND customer IS NOT NULL
                 GROUP BY customer, invoice),
days AS (SELECT customer, moment::DATE AS day, count(*) AS orders, min(moment) AS first
           FROM placed GROUP BY customer, moment::DATE)
SELECT {part} AS part, sum(orders)::BIGINT FROM days GROUP BY part ORDER BY part
"""

# The price band again. Every price is what is paid a unit on average, as nothing is listed.
BANDS = """
WITH prices AS (
    SELECT category, product, round(sum(pence) / sum(quantity)) AS price FROM filed GROUP BY category, product
), mine AS (
    SELECT customer, category, product, count(DISTINCT invoice) AS orders, sum(pence) / sum(quantity) AS price
      FROM filed WHERE customer IS NOT NULL GROUP BY ALL
), usual AS (
    SELECT customer, category, sum(orders) AS orders, round(sum(orders * price) / sum(orders)) AS price
      FROM mine GROUP BY customer, category
   QUALIFY row_number() OVER (PARTITION BY customer ORDER BY sum(orders) DESC, category) = 1
), cuts AS (
    SELECT p.category, k.k, min(p.price) FILTER ((SELECT count(*) FROM prices AS o WHERE o.category = p.category
               AND o.price <= p.price) * 5 >= k.k * (SELECT count(*) FROM prices AS o WHERE o.category = p.category))
               AS cut
      FROM prices AS p, range(1, 5) AS k(k) GROUP BY ALL
), banded AS (
    SELECT customer, 1 + count(*) FILTER (cut < u.price) AS fifth
      FROM usual AS u JOIN cuts USING (category) WHERE orders >= 3 GROUP BY customer
)
SELECT fifth, count(*) FROM banded GROUP BY fifth ORDER BY fifth
"""


def bought(*lines: tuple[str, int, int], category: str = "", currency: str = "GBP", channel: str = "") -> OrderPlaced:
    """Return an order of some products, each so many at such a price."""
    ordered = tuple(
        OrderLine(product=product, quantity=quantity, unit_price_minor=price, category=category)
        for product, quantity, price in lines
    )
    return OrderPlaced(order="o", currency=currency, lines=ordered, total_minor=1, channel=channel)


def preferences_of(connection: Connection, subject: str = "customer:1") -> dict[str, Any]:
    """Return the section of a customer's page."""
    sections = [section for section in SECTIONS if section.name == "preferences"]
    section: dict[str, Any] = page(connection, subject, NOON, sections)["preferences"]
    return section


def test_a_usual_price_lies_in_a_fifth_of_what_the_house_lists_in_the_favourite_category(shop: Shop) -> None:
    """Of ten prices, 1 to 10: up to 2 is the first fifth, 9 and 10 the last."""
    for price in range(1, 11):
        listed = ProductListed(product=f"lamp-{price}", category="lamps", price_minor=price, currency="GBP")
        shop.tell(listed, ProductListed(product=f"car-{price}", category="cars", price_minor=900, currency="GBP"))
    for number, price in enumerate((2, 3, 10), start=1):
        for _ in range(3):
            shop.tell(bought((f"lamp-{price}", 5, price)), by=f"customer:{number}")
    shop.tell(bought(("car-1", 1, 900)), by="customer:1")
    shop.tell(bought(("lamp-9", 1, 9)), bought(("lamp-9", 1, 9)), by="customer:4")

    answer = told(shop.catch_up(), PREFERENCES)

    assert [(row["fifth"], row["customers"]) for row in answer.tables["bands"]] == [(1, 1), (2, 1), (5, 1)]
    shown = [preferences_of(shop.connection, f"customer:{number}")["categories"][0] for number in (1, 2, 3, 4)]
    assert [(row["category"], row["usual_minor"], row["fifth"]) for row in shown] == [
        ("lamps", 2, 1),
        ("lamps", 3, 2),
        ("lamps", 10, 5),
        ("lamps", 9, None),
    ]


def test_the_house_files_a_product_and_else_its_orders_do(shop: Shop) -> None:
    """By the latest listing of any store that tells a category."""
    shop.tell(ProductListed(product="a", category="old"), ProductListed(product="a", category="new", store="leeds"))
    shop.tell(bought(("a", 1, 1), ("b", 1, 1), category="said"), bought(("c", 1, 1)), by="customer:1")

    answer = told(shop.catch_up(), PREFERENCES)

    filed = {row["product"]: row["category"] for row in answer.tables["favourites"]}
    assert filed == {"a": "new", "b": "said", "c": ""}
    shown = {row["category"] for row in preferences_of(shop.connection)["categories"]}
    assert shown == {row["category"] for row in answer.tables["categories"]} == {"new", "said", ""}


def test_habits_are_the_weekdays_hours_and_channels_of_orders(shop: Shop) -> None:
    """In UTC: 17 May 2024 is a Friday. The orders of one day count at the hour of the first, by the last's channel."""
    shop.tell(bought(("a", 1, 1), channel="till"), by="customer:1", time=NOON)
    shop.tell(bought(("a", 1, 1), channel="phone"), by="customer:1", time=NOON + 3 * DAY / 24)
    shop.tell(bought(("a", 1, 1)), by="customer:1", time=NOON + DAY)

    tables = told(shop.catch_up(), PREFERENCES).tables

    assert tables["by_weekday"] == [{"weekday": "5", "orders": 2}, {"weekday": "6", "orders": 1}]
    assert tables["by_hour"] == [{"hour": "12", "orders": 3}]
    assert tables["by_channel"] == [{"channel": "", "orders": 1}, {"channel": "phone", "orders": 2}]
    assert preferences_of(shop.connection)["habits"] == {
        "weekday": {"5": 2, "6": 1},
        "hour": {"12": 3},
        "channel": {"": 1, "phone": 2},
    }


def test_money_of_two_currencies_is_no_price(shop: Shop) -> None:
    """What was paid for a product in several currencies is left out, and the rest still counts."""
    shop.tell(bought(("a", 1, 5)), bought(("a", 1, 5), currency="EUR"), bought(("b", 2, 7)), by="customer:1")

    connection = shop.catch_up()

    (row,) = told(connection, PREFERENCES, currency="GBP").tables["categories"]
    assert (row["times_bought"], row["spend_minor"]) == (3, 14)
    (shown,) = preferences_of(connection)["categories"]
    assert (shown["times_bought"], shown["spend_minor"], shown["usual_minor"]) == (3, 14, 7)
    assert shown["fifth"] is None  # nothing is listed


def test_who_buys_a_product_or_a_category(shop: Shop) -> None:
    """The card's purchases are its holder's."""
    shop.tell(bought(("a", 1, 1), category="fruit"), by="card:1")
    shop.tell(bought(("a", 1, 1), ("b", 1, 1), category="fruit"), by="customer:1")
    shop.tell(bought(("b", 1, 1), category="fruit"), by="customer:2")
    shop.link("customer:1", "card:1")

    connection = shop.catch_up()

    def who(about: str) -> list[tuple[Any, ...]]:
        rows = told(connection, PREFERENCES, about=about).tables["who"]
        return [(row["person"], row["what"], row["times"]) for row in rows]

    assert who("a") == [("customer:1", "product", 2)]
    assert who("fruit") == [("customer:1", "category", 3), ("customer:2", "category", 1)]


def test_real_orders_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: categories, favourites, bands, weekdays and hours, by DuckDB from the raw file."""
    raw_retail.execute(FILED)

    answer = told(retail, PREFERENCES, limit=25)

    def shown(table: str, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in names) for row in answer.tables[table]]

    assert shown("categories", "category", "customers", "times_bought") == raw.rows(raw_retail, CATEGORIES)
    assert shown("favourites", "product", "customers", "times_bought") == raw.rows(raw_retail, FAVOURITES)
    assert shown("bands", "fifth", "customers") == raw.rows(raw_retail, BANDS)
    weekdays = raw.rows(raw_retail, ORDERS.format(part="strftime(day, '%u')"))
    assert shown("by_weekday", "weekday", "orders") == weekdays
    assert shown("by_hour", "hour", "orders") == raw.rows(raw_retail, ORDERS.format(part="strftime(first, '%H')"))
