"""Share of customer: by hand, and the estimate against DuckDB over the raw file of real orders."""

from datetime import date, timedelta
from typing import Any

import duckdb

from events.catalog.customers import WalletStated
from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderLine, OrderPlaced
from services.installation import Connection
from services.reports.customer import SECTIONS, page
from services.reports.share_of_customer import SHARE_OF_CUSTOMER
from tests.projections.shop import NOON, Shop
from tests.services.demo import raw
from tests.services.reports.asked import told

DAY = timedelta(days=1)
YEAR = NOON + 364 * DAY
"""The last day of a year that begins at NOON, so that nothing is scaled."""

# Nothing is filed there, so that everybody who bought goods only is a peer of everybody else.
ESTIMATE = """
WITH spans AS (SELECT date_diff('day', min(happened)::DATE, max(happened)::DATE) + 1 AS days FROM line WHERE sale),
spent AS (SELECT customer, CAST(round(sum(pence)::DECIMAL(18, 0) * 365.0 / (SELECT days FROM spans)) AS BIGINT) AS spent
            FROM line WHERE customer IN (SELECT customer FROM customer) GROUP BY customer),
ranked AS (SELECT spent, cume_dist() OVER (ORDER BY spent) AS reached FROM spent WHERE spent > 0)
SELECT (SELECT days FROM spans), (SELECT count(*) FROM ranked), min(spent) FILTER (reached >= 0.9),
       (SELECT count(*) FROM spent), (SELECT sum(greatest(spent, 0))::BIGINT FROM spent)
  FROM ranked
"""


def bought(total_minor: int, *categories: str) -> OrderPlaced:
    """Return an order of as much of each category."""
    each = total_minor // max(1, len(categories))
    lines = [OrderLine(product=f"p-{name}", quantity=1, unit_price_minor=each, category=name) for name in categories]
    lines = lines or [OrderLine(product="p", quantity=1, unit_price_minor=total_minor)]
    return OrderPlaced(order="o", currency="GBP", lines=tuple(lines), total_minor=total_minor)


def wallet(amount_minor: int, category: str = "") -> WalletStated:
    """Return what somebody says they spend in a year."""
    return WalletStated(amount_minor=amount_minor, currency="GBP", category=category, basis="interview")


def shares(shop: Shop, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what a report is asked
    """Return the customers that something is left with, by person."""
    answer = told(shop.connection, SHARE_OF_CUSTOMER, now=YEAR, limit=1000, **asked)
    return {row["person"]: row for row in answer.tables["gaps"]}


def test_a_stated_wallet_counts_by_its_latest_word(shop: Shop) -> None:
    """Net of returns; who says less than they spend with us spends it all with us."""
    shop.tell(bought(300), ReturnAccepted(order="o", currency="GBP", amount_minor=50), by="customer:1")
    shop.tell(wallet(1000), by="customer:1", time=NOON + DAY)
    shop.tell(wallet(9999), by="customer:1")
    shop.tell(bought(300), wallet(200), by="customer:2")
    shop.tell(wallet(700), by="customer:3")
    shop.tell(wallet(700), by="visitor:a")

    answer = told(shop.catch_up(), SHARE_OF_CUSTOMER, now=YEAR)

    shown = [(row["person"], row["year_minor"], row["gap_minor"], row["share"]) for row in answer.tables["gaps"]]
    assert shown == [("customer:1", 250, 750, 0.25), ("customer:3", 0, 700, 0.0)]
    assert {row["basis"] for row in answer.tables["gaps"]} == {"stated"}
    figures = {
        name: answer.figures[name] for name in ("customers", "customers_who_stated", "covered_days", "gap_minor")
    }
    assert figures == {"customers": 3, "customers_who_stated": 3, "covered_days": 365, "gap_minor": 1450}
    assert answer.figures["share"] == 550 / 2000
    assert answer.tables["gaps"][0]["stated_on"] == "2024-05-18"


def test_a_house_of_less_than_a_year_is_scaled_to_one(shop: Shop) -> None:
    """From its first order in the period on, by four weeks at least."""
    shop.tell(bought(100), wallet(10_000), by="customer:1")
    connection = shop.catch_up()

    def covered(**asked: Any) -> tuple[int, int]:  # noqa: ANN401 - what a report is asked
        figures = told(connection, SHARE_OF_CUSTOMER, **asked).figures
        return figures["covered_days"], figures["year_minor"]

    assert covered(now=NOON) == (28, round(100 * 365 / 28))
    assert covered(now=NOON + 72 * DAY) == (73, 500)
    assert covered(now=YEAR + 300 * DAY) == (365, 0)
    assert covered(now=YEAR, begin=NOON.date() - DAY, end=NOON.date() + 72 * DAY) == (73, 500)
    assert covered(now=YEAR, begin=date(2024, 6, 1)) == (350, 0)


def test_the_estimate_is_the_ninetieth_percentile_of_peers_with_the_same_needs(shop: Shop) -> None:
    """Thirty of one mix are enough, and the customer is among them; their 27th is the least that nine in ten reach."""
    for number in range(1, 31):
        shop.tell(bought(10 * number, "lamps"), by=f"customer:l{number:02}")
    for number in range(1, 30):
        shop.tell(bought(1000 * number, "cars"), by=f"customer:c{number:02}")
    shop.catch_up()

    rows = shares(shop)

    assert (rows["customer:l01"]["wallet_minor"], rows["customer:l01"]["basis"], rows["customer:l01"]["peers"]) == (
        270,
        "peers_of_both",
        30,
    )
    assert (rows["customer:l26"]["gap_minor"], "customer:l27" in rows, "customer:l30" in rows) == (10, False, False)
    assert (rows["customer:c01"]["wallet_minor"], rows["customer:c01"]["basis"], rows["customer:c01"]["peers"]) == (
        24_000,
        "all",
        59,
    )


def test_peers_of_the_first_category_where_those_of_both_are_few(shop: Shop) -> None:
    """What was spent most in comes first; whoever bought nothing in the period is nobody's peer."""
    for number in range(1, 31):
        shop.tell(bought(10 * number, "lamps", *(["cars"] if number > 25 else [])), by=f"customer:{number:02}")
    for number in range(26, 31):
        shop.tell(bought(5, "lamps"), by=f"customer:{number:02}")
    shop.tell(bought(5000, "lamps"), by="customer:99", time=NOON - DAY)
    shop.catch_up()

    rows = shares(shop)

    assert (rows["customer:26"]["basis"], rows["customer:26"]["peers"]) == ("peers_of_first", 30)
    assert (rows["customer:26"]["first_category"], rows["customer:26"]["second_category"]) == ("lamps", "cars")
    assert rows["customer:01"]["wallet_minor"] == rows["customer:99"]["wallet_minor"] == 275
    assert (rows["customer:99"]["year_minor"], rows["customer:99"]["share"]) == (0, 0.0)


def test_single_categories_that_were_stated_raise_the_estimate_to_their_sum(shop: Shop) -> None:
    """They are not all that somebody spends, so they never lower it."""
    shop.tell(bought(100), wallet(300, "lamps"), wallet(200, "cars"), by="customer:1")
    shop.tell(bought(90), wallet(1, "lamps"), by="customer:2")
    shop.catch_up()

    rows = shares(shop)

    assert [(row["wallet_minor"], row["basis"]) for row in rows.values()] == [(500, "stated_in_parts"), (100, "all")]


def test_what_is_bought_elsewhere_is_stated_or_what_the_best_served_have_in_common(shop: Shop) -> None:
    """Half of the best-served is enough; postage is no need, and what was said of a category is not guessed at."""
    for number in range(1, 31):
        best = ["cars", "charge"] if number >= 27 else []
        shop.tell(bought(1200, *best), by=f"customer:{number:02}") if best else None
        shop.tell(bought(10_000 + number, "lamps"), by=f"customer:{number:02}")
    shop.tell(bought(30, "toys"), by="customer:30", time=NOON + DAY)
    shop.tell(wallet(50, "cars"), wallet(9, "lamps"), by="customer:02")
    shop.tell(bought(7, "cars"), by="customer:03", time=NOON - 2 * DAY)
    shop.catch_up()

    answer = told(shop.connection, SHARE_OF_CUSTOMER, now=YEAR, about="customer:01")

    assert answer.tables["bought_elsewhere"] == [{"category": "cars", "basis": "peers", "gap_minor": 600}]
    assert [(row["person"], row["peers"]) for row in answer.tables["customer"]] == [("customer:01", 30)]
    shown = [(row["category"], row["basis"], row["customers"], row["gap_minor"]) for row in answer.tables["elsewhere"]]
    assert shown == [("cars", "peers", 25, 25 * 600), ("cars", "stated", 1, 50)]


def test_a_product_bought_within_and_before_counts_with_the_part_of_its_time_that_lies_within(shop: Shop) -> None:
    """Evenly between its first and its last purchase: 30 of 40 days here."""
    begin = (NOON - 12 * DAY / 24).replace(hour=0)
    shop.tell(bought(300, "lamps"), by="customer:1", time=begin - 10 * DAY)
    shop.tell(bought(100, "lamps"), wallet(1000, "lamps"), by="customer:1", time=begin + 30 * DAY)
    shop.catch_up()

    answer = told(shop.connection, SHARE_OF_CUSTOMER, now=YEAR, about="customer:1")

    assert answer.tables["bought_elsewhere"] == [{"category": "lamps", "basis": "stated", "gap_minor": 700}]


def test_one_person_is_one_customer_and_may_be_asked_about_by_any_identifier(shop: Shop) -> None:
    """What the card bought, and what was said with it, is the holder's."""
    shop.tell(bought(100, "lamps"), wallet(1000), by="card:1")
    shop.tell(bought(150, "lamps"), by="customer:1")
    shop.link("customer:1", "card:1")

    answer = told(shop.catch_up(), SHARE_OF_CUSTOMER, now=YEAR, about="card:1")

    assert [(row["person"], row["year_minor"], row["share"]) for row in answer.tables["customer"]] == [
        ("customer:1", 250, 0.25)
    ]
    section = page(shop.connection, "card:1", YEAR, [each for each in SECTIONS if each.name == "share_of_customer"])
    (row,) = section["share_of_customer"]
    assert (row["currency"], row["last_365_days_minor"], row["stated_minor"], row["basis"]) == (
        "GBP",
        250,
        1000,
        "interview",
    )
    assert (row["stated_share"], row["stated_at"], row["categories"]) == (0.25, NOON + timedelta(microseconds=1), None)


def test_nobody_yet(shop: Shop) -> None:
    """A shop without customers leaves nothing on the table."""
    answer = told(shop.catch_up(), SHARE_OF_CUSTOMER, about="customer:1")

    assert (answer.figures["customers"], answer.figures["gap_minor"], answer.figures["share"]) == (0, 0, 0.0)
    assert not any(answer.tables.values())


def test_real_orders_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: the days, the peers and their 90th percentile, by DuckDB from the raw file."""
    ((days, peers, estimate, customers, spent),) = raw.rows(raw_retail, ESTIMATE)

    answer = told(retail, SHARE_OF_CUSTOMER, limit=10_000)

    assert (answer.figures["covered_days"], answer.figures["customers"]) == (days, customers)
    assert answer.figures["year_minor"] == spent
    (row,) = (row for row in answer.tables["bases"] if row["basis"] == "peers_of_both")
    assert row["wallet_minor"] - row["year_minor"] == row["gap_minor"] > 0
    assert {gap["estimate_minor"] for gap in answer.tables["gaps"]} == {estimate}
    assert {gap["peers"] for gap in answer.tables["gaps"]} == {peers}
