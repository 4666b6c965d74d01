"""Retention: counted by hand, and cohorts and win-backs against DuckDB over the raw file of real orders."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderLine, OrderPlaced
from services.installation import Connection
from services.reports.report import Answer
from services.reports.retention import RETENTION
from tests.projections.shop import NOON, Shop
from tests.services.demo import raw
from tests.services.reports.asked import told

TRIANGLE = """
WITH months AS (SELECT DISTINCT customer, date_trunc('month', happened)::DATE AS month FROM line
                 WHERE sale AND customer IS NOT NULL),
firsts AS (SELECT customer, min(month) AS first FROM months GROUP BY customer)
SELECT strftime(first, '%Y-%m'), date_diff('month', first, month), count(*)
  FROM months JOIN firsts USING (customer) GROUP BY ALL ORDER BY ALL
"""
DAYS = "SELECT customer, list(DISTINCT happened::DATE ORDER BY happened::DATE) FROM line WHERE sale AND {} GROUP BY ALL"
NET_FROM = "SELECT sum(pence)::BIGINT FROM line WHERE customer = ? AND happened::DATE >= ?::DATE"
AGAIN = """
SELECT count(*), count(*) FILTER (days > 1)
  FROM (SELECT count(DISTINCT happened::DATE) AS days FROM line WHERE sale AND customer IS NOT NULL GROUP BY customer)
"""


def buy(shop: Shop, by: str, *days: int, minor: int = 100, store: str = "web", currency: str = "GBP") -> None:
    """Tell of an order on each of these days."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=minor)
    for day in days:
        placed = OrderPlaced(
            order=f"{by}{day}", currency=currency, lines=(line,), total_minor=minor, store=store, channel="shop"
        )
        shop.tell(placed, by=by, time=NOON + timedelta(days=day))


def asked(shop: Shop, **question: Any) -> Answer:  # noqa: ANN401 - what a report is asked
    """Return the report."""
    return told(shop.catch_up(), RETENTION, **question)


def rows(answer: Answer, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table."""
    return [tuple(row[name] for name in names) for row in answer.tables[table]]


def test_cohorts_are_months_of_first_orders(shop: Shop) -> None:
    """Noon is 17 May 2024: of two who came in May one ordered in June; the clock is in July, which has begun."""
    buy(shop, "customer:1", 0, 1, 40)
    buy(shop, "customer:2", 5)
    buy(shop, "customer:3", 30, 60)
    buy(shop, "visitor:x", 0, 40)

    answer = asked(shop)

    names = ("cohort", "customers", "month_1_share", "month_2_share", "month_3_share")
    assert rows(answer, "cohorts", *names) == [("2024-05", 2, 0.5, 0.0, None), ("2024-06", 1, 1.0, None, None)]
    assert rows(answer, "curve", "months_after", "customers", "ordering") == [(1, 3, 2), (2, 2, 0)]
    figures = {name: answer.figures[name] for name in ("customers", "repeat_customers", "repeat_share")}
    assert figures == {"customers": 3, "repeat_customers": 2, "repeat_share": 2 / 3}


def test_a_period_chooses_cohorts_and_a_store_the_orders(shop: Shop) -> None:
    """The first order in a store is the first there; a card's order is its customer's."""
    buy(shop, "customer:1", 0)
    buy(shop, "card:1", 40, 75, store="leeds")
    buy(shop, "customer:2", 31)
    shop.link("customer:1", "card:1")

    def cohorts(**question: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - what a report is asked
        return rows(asked(shop, **question), "cohorts", "cohort", "customers", "month_1_share")

    assert cohorts() == [("2024-05", 1, 1.0), ("2024-06", 1, 0.0)]
    assert cohorts(store="leeds") == [("2024-06", 1, 1.0)]
    assert cohorts(begin=date(2024, 6, 17)) == [("2024-06", 1, 0.0)]
    assert cohorts(end=date(2024, 6, 16)) == [("2024-05", 1, 1.0)]
    assert cohorts(limit=1) == [("2024-06", 1, 0.0)]


@pytest.mark.parametrize(
    ("days", "won_back"),
    [
        ((0, 10, 20, 64), False),  # 44 days: four usual intervals, and too few days
        ((0, 10, 20, 65), True),
        ((0, 20, 40, 99), False),  # 59 days: fewer than three intervals of 20
        ((0, 20, 40, 100), True),
        ((0, 20, 199), False),  # no usual interval yet
        ((0, 20, 200), True),
        ((0, 180), True),
        ((0, 179), False),
    ],
)
def test_who_comes_back_after_silence_is_won_back(shop: Shop, days: tuple[int, ...], won_back: bool) -> None:  # noqa: FBT001 - a column of the examples
    """Three of their own usual intervals and 45 days; without three days with an order before, 180 days."""
    buy(shop, "customer:1", *days)
    buy(shop, "customer:1", days[-1] + 1, minor=250)
    shop.tell(
        ReturnAccepted(order="o", currency="GBP", amount_minor=30),
        by="customer:1",
        time=NOON + timedelta(days=days[-1] + 2),
    )

    answer = asked(shop)

    returned = NOON.date() + timedelta(days=days[-1])
    expected = [("customer:1", returned, days[-1] - days[-2], 2, 320)] if won_back else []
    names = ("person", "returned", "silent_days", "orders_since", "net_since_minor")
    assert rows(answer, "win_backs", *names) == expected
    assert answer.figures["won_back_customers"] == len(expected)
    assert answer.figures["won_back_net_minor"] == 320 * len(expected)
    before = asked(shop, end=returned - timedelta(days=1))
    assert before.tables["win_backs"] == []


def test_who_has_fallen_silent_is_at_risk(shop: Shop) -> None:
    """Of those who brought something in the last 12 months; the dial finds more than their silence tells."""
    buy(shop, "customer:1", 0, 10, 20, minor=300)
    buy(shop, "customer:2", 0, 20, 40, minor=200)
    buy(shop, "customer:3", 0, minor=900)
    buy(shop, "customer:4", 0, 10, 20, minor=500)
    buy(shop, "customer:5", 90, minor=50)
    buy(shop, "customer:6", -400)
    connection = shop.catch_up()
    by_silence = asked(shop)
    dial(connection, "2024-07-01", {4: 500_000, 5: 499_999})
    dial(connection, "2024-09-01", {1: 1})

    answer = asked(shop, limit=1)

    assert rows(by_silence, "at_risk", "person", "basis", "silent_days", "usual_days") == [
        ("customer:4", "silence", 70, 10.0),
        ("customer:1", "silence", 70, 10.0),
    ]
    assert by_silence.figures["churn_share"] is None
    assert by_silence.tables["alive"] == []
    assert rows(answer, "at_risk", "person", "basis") == [("customer:4", "silence")]
    assert (answer.figures["at_risk_customers"], answer.figures["at_risk_net_minor"]) == (3, 2450)
    assert rows(asked(shop), "at_risk", "person", "basis", "probability_alive") == [
        ("customer:4", "silence", 0.5),
        ("customer:1", "silence", None),
        ("customer:5", "dial", 0.499999),
    ]


def test_churn_is_what_the_dial_expects(shop: Shop) -> None:
    """1 less the mean probability alive of the last month that has a dial; by bands, with what they brought."""
    for number in range(1, 5):
        buy(shop, f"customer:{number}", 0, minor=100 * number)
    connection = shop.catch_up()
    dial(connection, "2024-04-01", {1: 0})
    dial(connection, "2024-05-01", {1: 1_000_000, 2: 800_000, 3: 150_000, 4: 50_000})

    answer = asked(shop)

    assert rows(answer, "alive", "probability", "customers", "net_minor", "expected_12_minor") == [
        ("0 to 20 %", 2, 700, 14),
        ("80 to 100 %", 2, 300, 14),
    ]
    assert answer.figures["churn_share"] == pytest.approx(0.5)
    assert (answer.figures["dialled_customers"], answer.figures["expected_alive"]) == (4, 2)


def dial(connection: Connection, month: str, alive_ppm: dict[int, int]) -> None:
    """Keep a dial for some customers, as the fit of a month would."""
    fit = """
    INSERT INTO dial_fit (month, currency, day, event_id, positions, parameters, customers)
    VALUES (%s, 'GBP', %s, 'event', '{}', '{}', 1)
    """
    one = """
    INSERT INTO dial (month, currency, person, dial, now_part, heading_part, potential_part, store, first_day, last_day,
                      days, recent_minor, longer_minor, alive_ppm, value_minor, expected_12_milli, expected_3_minor,
                      expected_12_minor, expected_36_minor, place)
    VALUES (%s, 'GBP', %s, 0, 0, 0, 0, 'web', '2024-05-17', '2024-05-17', 1, 0, 0, %s, 0, 0, 0, 7, 0, 1)
    """
    connection.execute(fit, [month, month])
    for number, ppm in alive_ppm.items():
        connection.execute(one, [month, f"customer:{number}", ppm])


def days_of(raw_retail: duckdb.DuckDBPyConnection) -> dict[str, list[date]]:
    """Return the days on which each customer of the raw file ordered."""
    return dict(raw.rows(raw_retail, DAYS.format("customer IS NOT NULL")))


def test_real_cohorts_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: how many of each month's new customers ordered again, by DuckDB."""
    triangle: dict[str, dict[int, int]] = defaultdict(dict)
    for cohort, after, customers in raw.rows(raw_retail, TRIANGLE):
        triangle[cohort][after] = customers
    ((customers, again),) = raw.rows(raw_retail, AGAIN)

    answer = told(retail, RETENTION)

    assert rows(answer, "cohorts", "cohort", "customers") == [(name, after[0]) for name, after in triangle.items()]
    for row in answer.tables["cohorts"]:
        held = triangle[row["cohort"]]
        for after in range(1, 4):
            share = row[f"month_{after}_share"]
            assert (share is None and after not in held) or share == pytest.approx(held.get(after, 0) / held[0])
    assert len(triangle) >= 3
    assert (answer.figures["customers"], answer.figures["repeat_customers"]) == (customers, again)


def test_real_win_backs_as_another_engine_finds_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Every gap between two days with an order, judged in plain Python by the days before it."""
    expected = {}
    for customer, days in days_of(raw_retail).items():
        for place in range(1, len(days)):
            silent = (days[place] - days[place - 1]).days
            usual = (days[place - 1] - days[0]).days / (place - 1) if place >= 3 else None
            if silent >= (180 if usual is None else max(3 * usual, 45)):
                ((net,),) = raw_retail.execute(NET_FROM, [customer, days[place]]).fetchall()
                expected[customer] = (days[place], silent, net)

    answer = told(retail, RETENTION, limit=1000)

    found = rows(answer, "win_backs", "person", "returned", "silent_days", "net_since_minor")
    assert {person: rest for person, *rest in found} == {name: list(rest) for name, rest in expected.items()}
    assert expected
    assert answer.figures["won_back_net_minor"] == sum(net for _, _, net in expected.values())
