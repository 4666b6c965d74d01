"""Unmet demand: who asked in vain, what stands at stake, and what can be done, counted by hand."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from events.catalog.consent import ConsentGiven, ConsentWithdrawn
from events.catalog.operations import ProductListed, StockArrived
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from projections._engine.registry import Connection
from services.reports.customer import Section, page
from services.reports.report import Row
from services.reports.unmet_asked import WISHES_OF
from services.reports.unmet_demand import UNMET_DEMAND
from tests.projections.shop import NOON, Shop, at
from tests.services.reports.asked import told

LATER = at("12:00", days=20)


def ask(shop: Shop, query: str, by: str = "customer:1", time: datetime = NOON, *, found: int = 0) -> None:
    """Tell that somebody searched."""
    shop.tell(SearchPerformed(query=query, result_count=found), by=by, time=time)


def buy(  # noqa: PLR0913, PLR0917 - an order and whose it is
    shop: Shop,
    total_minor: int,
    by: str = "customer:1",
    time: datetime = NOON,
    product: str = "a",
    currency: str = "GBP",
) -> None:
    """Tell that somebody ordered."""
    line = OrderLine(product=product, quantity=1, unit_price_minor=total_minor)
    order = OrderPlaced(order=f"{by}-{time}", currency=currency, lines=(line,), total_minor=total_minor)
    shop.tell(order, by=by, time=time)


def shown(rows: Sequence[Row], *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table."""
    return [tuple(row[name] for name in names) for row in rows]


def test_a_wish_and_the_period_before(shop: Shop) -> None:
    """Thirty days by the clock, and the thirty before them; a search that found goods is none."""
    for days, query in ((0, "Anvil"), (1, "anvil "), (1, "bellows"), (-29, "anvil"), (-30, "anvil"), (-58, "tongs")):
        ask(shop, query, time=at("12:00", days=days))
    ask(shop, "anvil", time=at("12:30", days=-59))
    ask(shop, "anvil", time=at("13:00"), found=3)

    answer = told(shop.catch_up(), UNMET_DEMAND, now=at("20:00", days=1))

    assert (answer.figures["first_day"], answer.figures["last_day"]) == (date(2024, 4, 19), date(2024, 5, 18))
    assert shown(answer.tables["wishes"], "query", "without_result", "without_result_before", "change") == [
        ("anvil", 2, 2, 0),
        ("bellows", 1, 0, 1),
    ]
    assert {name: answer.figures[name] for name in ("wishes", "without_result", "without_result_before", "askers")} == {
        "wishes": 2,
        "without_result": 3,
        "without_result_before": 3,
        "askers": 1,
    }
    assert told(shop.connection, UNMET_DEMAND, now=LATER, store="leeds").tables["wishes"] == []


@pytest.mark.parametrize(
    ("bought", "at_stake"),
    [
        (timedelta(days=-1), 1),
        (timedelta(seconds=-1), 1),
        (timedelta(), 0),
        (timedelta(days=7), 0),
        (timedelta(days=7, microseconds=1), 1),
    ],
)
def test_at_stake_is_who_bought_nothing_in_seven_days(shop: Shop, bought: timedelta, at_stake: int) -> None:
    """Of anything, by any identifier of theirs; from the last asking to the microsecond seven days later."""
    ask(shop, "anvil", by="visitor:a", time=NOON - timedelta(hours=3))
    ask(shop, "anvil", by="customer:1")
    buy(shop, 300, time=NOON + bought)
    shop.link("customer:1", "visitor:a")

    (wish,) = told(shop.catch_up(), UNMET_DEMAND, now=LATER).tables["wishes"]

    assert (wish["askers"], wish["at_stake_people"], wish["at_stake_minor"]) == (1, at_stake, 300 * at_stake)


def test_what_stands_at_stake_is_the_usual_order(shop: Shop) -> None:
    """In one currency, whole minor units; once a person in the figures; who never bought counts without money."""
    for days, minor, currency in ((-3, 100, "GBP"), (-2, 201, "GBP"), (-1, 9000, "EUR")):
        buy(shop, minor, time=at("10:00", days=days), currency=currency)
    for query in ("anvil", "bellows"):
        ask(shop, query)
        ask(shop, query, by="visitor:x")
    ask(shop, "anvil", by="customer:2", time=at("12:00", days=14))

    answer = told(shop.catch_up(), UNMET_DEMAND, now=LATER, currency="GBP")

    columns = ("query", "askers", "regulars", "at_stake_people", "at_stake_minor", "too_early_people")
    assert shown(answer.tables["wishes"], *columns) == [("anvil", 3, 1, 2, 150, 1), ("bellows", 2, 1, 2, 150, 0)]
    assert shown([answer.figures], *columns[1:]) == [(3, 1, 2, 150, 1)]


def test_who_asked_for_one_wish(shop: Shop) -> None:
    """However it is typed: regulars first, and everything is about that wish alone."""
    for number in range(4):
        buy(shop, 100, by="customer:2", time=at("10:00", days=-1 - number))
        buy(shop, 100, by="visitor:x", time=at("10:00", days=-1 - number))
    for by in ("visitor:x", "customer:1", "customer:2", "customer:2"):
        ask(shop, "anvil", by=by)
    ask(shop, "bellows", by="customer:3")

    answer = told(shop.catch_up(), UNMET_DEMAND, now=LATER, about=" ANVIL")

    assert shown(answer.tables["askers"], "person", "regular", "without_result", "orders") == [
        ("customer:2", True, 2, 4),
        ("visitor:x", False, 1, 4),
        ("customer:1", False, 1, 0),
    ]
    assert [row["query"] for row in answer.tables["wishes"]] == ["anvil"]
    assert told(shop.connection, UNMET_DEMAND, now=LATER).tables["askers"] == []


def test_the_nearest_that_we_carry(shop: Shop) -> None:
    """By the trigrams of the catalogue's names; where nothing was listed, of what was sold; without them it says so."""
    ask(shop, "lantren")
    line = OrderLine(product="l-0", quantity=1, unit_price_minor=1, name="PAPER LANTERN")
    shop.tell(OrderPlaced(order="o", currency="GBP", lines=(line,), total_minor=1))
    sold = told(shop.catch_up(), UNMET_DEMAND, now=LATER).tables["nearest"]
    for product, name in (("l-1", "RED LANTERN"), ("k-1", "KETTLE"), ("l-2", "LANTERN, SMALL")):
        shop.tell(ProductListed(product=product, name=name), by=f"product:{product}")
    listed = told(shop.catch_up(), UNMET_DEMAND, now=LATER)
    shop.connection.execute("DROP EXTENSION pg_trgm")
    without = told(shop.connection, UNMET_DEMAND, now=LATER)

    assert shown(sold, "query", "product", "name") == [("lantren", "l-0", "PAPER LANTERN")]
    assert shown(listed.tables["nearest"], "product", "likeness") == [("l-2", 0.5), ("l-1", 0.5)]
    assert listed.figures["nearest_by"] == "trigrams"
    assert without.figures["nearest_by"] == "nothing: this database has not the extension pg_trgm"
    assert (without.tables["nearest"], len(without.tables["wishes"])) == ([], 1)


def test_spellings_of_one_wish(shop: Shop) -> None:
    """They are one family under its commonest spelling; what stands alone is no family."""
    for query in ("bird feeder", "bird feeder", "brid feeder", "feeder bird", "anvil"):
        ask(shop, query)

    assert told(shop.catch_up(), UNMET_DEMAND, now=LATER).tables["families"] == [
        {"wish": "bird feeder", "without_result": 4, "spellings": ["bird feeder", "brid feeder", "feeder bird"]}
    ]


def test_now_carried_and_whom_to_tell(shop: Shop) -> None:
    """Who asked before it came and has not bought it since, and how many of them allow it."""
    offers = ConsentGiven(purpose="personal_offers", channel="email")
    ask(shop, "bird feeders", by="customer:1")
    ask(shop, "bird feeders", by="visitor:2")
    ask(shop, "bird feeders", by="customer:3")
    ask(shop, "bird feeders", by="customer:4", time=at("12:00", days=3))
    ask(shop, "bird house", by="customer:5")
    shop.tell(offers, by="customer:1")
    shop.tell(offers, ConsentWithdrawn(purpose="personal_offers"), by="visitor:2")
    shop.tell(ProductListed(product="b-1", name="FEEDER FOR BIRDS"), by="product:b-1", time=at("12:00", days=2))
    shop.tell(ProductListed(product="k-1", name="HOUSE MARTIN"), by="product:k-1", time=at("12:00", days=2))
    buy(shop, 100, by="customer:3", time=at("12:00", days=4), product="b-1")
    connection = shop.catch_up()

    def to_tell(connection: Connection, now: datetime = LATER) -> list[tuple[Any, ...]]:
        table = told(connection, UNMET_DEMAND, now=now).tables["now_carried"]
        return shown(table, "query", "name", "since", "people", "allowing_people")

    assert to_tell(connection) == [("bird feeders", "FEEDER FOR BIRDS", at("12:00", days=2), 2, 1)]
    assert to_tell(connection, now=at("12:00", days=1)) == []
    shop.tell(StockArrived(product="b-1", quantity=1), by="product:b-1", time=at("12:00", days=5))
    assert to_tell(shop.catch_up()) == [("bird feeders", "FEEDER FOR BIRDS", at("12:00", days=5), 4, 1)]


def test_a_persons_wishes(shop: Shop) -> None:
    """On their page: what they asked for in vain by any of their identifiers, the latest first, in their own words."""
    ask(shop, "Anvil")
    ask(shop, "ANVIL", by="visitor:a", time=at("13:00"))
    ask(shop, "bellows", time=at("14:00"))
    ask(shop, "bellows", time=at("15:00", days=30))
    shop.link("customer:1", "visitor:a")

    wishes = page(shop.catch_up(), "visitor:a", LATER, [Section("wishes", WISHES_OF)])["wishes"]

    assert shown(wishes, "query", "phrasing", "without_result", "last_asked") == [
        ("bellows", "bellows", 1, at("14:00")),
        ("anvil", "ANVIL", 2, at("13:00")),
    ]


def test_nobody_asked(shop: Shop) -> None:
    """Figures are zero, and every table is empty."""
    answer = told(shop.catch_up(), UNMET_DEMAND)

    assert shown([answer.figures], "wishes", "without_result", "askers", "at_stake_minor") == [(0, 0, 0, 0)]
    assert not any(answer.tables.values())
