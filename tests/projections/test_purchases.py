"""What customers buy: money that adds up by day, and who of them matter or went quiet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderAmended, OrderCancelled, OrderItemV1, OrderLine, OrderPlaced, OrderPlacedV1
from events.event import Event
from projections._engine.reference import as_mappings, fold
from projections.purchases import (
    Purchases,
    best_customers,
    currencies,
    gone_quiet,
    last_order,
    revenue_share,
)
from tests.projections.shop import NOON, Shop, at

LINES = (
    OrderLine(product="a", quantity=2, unit_price_minor=100),
    OrderLine(product="b", quantity=1, unit_price_minor=50),
)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def placed(total_minor: int, *, currency: str = "GBP", store: str = "web", channel: str = "") -> OrderPlaced:
    """Return an order of three pieces for so much."""
    return OrderPlaced(
        order="o-1", currency=currency, lines=LINES, total_minor=total_minor, store=store, channel=channel
    )


def cancelled(total_minor: int) -> OrderCancelled:
    """Return a cancellation."""
    return OrderCancelled(order="o-1", currency="GBP", total_minor=total_minor)


def returned(amount_minor: int) -> ReturnAccepted:
    """Return a refund."""
    return ReturnAccepted(currency="GBP", amount_minor=amount_minor)


def amended(total_minor: int, delta_minor: int | None = None) -> OrderAmended:
    """Return a change of an order, by so much where that is told."""
    return OrderAmended(
        order="o-1", currency="GBP", lines=LINES, total_minor=total_minor, total_delta_minor=delta_minor
    )


def rows_of(*told: tuple[Event, datetime]) -> list[dict[str, Any]]:
    """Return the rows of one customer's history."""
    return as_mappings(Purchases(), fold(Purchases(), Shop.facts(*told)))


def test_the_channel_is_that_of_the_days_last_order_which_tells_one() -> None:
    """Whatever is heard first."""
    told = [(placed(1), NOON + HOUR), (placed(1, channel="phone"), NOON), (placed(1, channel="till"), NOON - HOUR)]

    assert [row["channel"] for row in rows_of(*told)] == ["phone"]


def test_an_order_counts_with_what_the_customer_pays() -> None:
    """Pieces of all lines, and the total rather than the sum of the lines: there may be a discount."""
    assert rows_of((placed(199), NOON), (placed(1), NOON + HOUR)) == [
        {
            "subject": "customer:1",
            "store": "web",
            "day": date(2024, 5, 17),
            "currency": "GBP",
            "orders": 2,
            "items": 6,
            "spend_minor": 200,
            "unpriced_amendments": 0,
            "cancelled_orders": 0,
            "cancelled_minor": 0,
            "returns": 0,
            "returned_minor": 0,
            "first_order": NOON,
            "last_order": NOON + HOUR,
            "channel": None,
        }
    ]


def test_an_order_of_the_first_version_counts_with_the_sum_of_its_lines() -> None:
    """There was no total then, and only the web shop."""
    old = OrderPlacedV1(order_id="o-1", currency="GBP", items=(OrderItemV1(sku="a", qty=3, price_minor=25),)).upcast()

    (row,) = rows_of((old, NOON))

    assert (row["spend_minor"], row["items"], row["store"]) == (75, 3, "web")


def test_what_happens_later_counts_on_its_own_day_and_is_kept_apart() -> None:
    """A return in June does not change May; an amendment counts with the difference it makes."""
    june = datetime(2024, 6, 2, tzinfo=UTC)

    rows = rows_of((placed(250), NOON), (amended(200, -50), NOON), (cancelled(200), june), (returned(30), june))

    shown = [(row["day"].month, row["orders"], row["spend_minor"]) for row in rows]
    apart = [(row["cancelled_orders"], row["cancelled_minor"], row["returns"], row["returned_minor"]) for row in rows]
    assert shown == [(5, 1, 200), (6, 0, 0)]
    assert apart == [(0, 0, 0, 0), (1, 200, 1, 30)]


def test_an_amendment_that_does_not_say_by_how_much_changes_no_spend() -> None:
    """What the order cost before may not be here yet, so a difference would be a guess; it is counted instead."""
    rows = rows_of((placed(250), NOON), (amended(200), NOON), (amended(190, -10), NOON), (amended(180, 0), NOON))

    assert [(row["spend_minor"], row["orders"], row["unpriced_amendments"]) for row in rows] == [(240, 1, 1)]


def test_a_day_begins_at_midnight_utc() -> None:
    """The last microsecond of May is May's, and of its last day."""
    first = datetime(2024, 6, 1, tzinfo=UTC)

    rows = rows_of((placed(1), first - timedelta(microseconds=1)), (placed(2), first))

    assert [(row["day"].month, row["spend_minor"]) for row in rows] == [(5, 1), (6, 2)]


def test_stores_and_currencies_are_never_added_up() -> None:
    """A pound is no euro, and Leeds is not the web."""
    rows = rows_of((placed(1), NOON), (placed(2, currency="EUR"), NOON), (placed(3, store="leeds"), NOON))

    assert [(row["store"], row["currency"], row["spend_minor"]) for row in rows] == [
        ("leeds", "GBP", 3),
        ("web", "EUR", 2),
        ("web", "GBP", 1),
    ]


def test_the_best_customers_bring_most_after_cancellations_and_returns(shop: Shop) -> None:
    """Net of what was cancelled and returned, over all identifiers of a person, and known customers alone."""
    shop.tell(placed(1000), cancelled(600), by="customer:1")
    shop.tell(placed(300), amended(250, -50), by="customer:2")
    shop.tell(placed(400), returned(50), by="card:2", time=at("13:00"))
    shop.tell(placed(9999), by="visitor:nobody")
    shop.link("customer:2", "card:2")

    rows = best_customers(shop.catch_up(), "GBP")

    assert [(row["person"], row["orders"], row["net_minor"]) for row in rows] == [
        ("customer:2", 2, 600),
        ("customer:1", 1, 400),
    ]
    assert (rows[0]["first_order"], rows[0]["last_order"]) == (at("12:00"), at("13:00"))
    assert [row["person"] for row in best_customers(shop.connection, "GBP", limit=1)] == ["customer:2"]
    assert best_customers(shop.connection, "EUR") == []


@pytest.mark.parametrize(
    ("spent", "percent", "bringing"),
    [
        ((800, 100, 60, 40), 80, 1),
        ((799, 101, 60, 40), 80, 2),
        ((25, 25, 25, 25), 80, 4),
        ((25, 25, 25, 25), 75, 3),
        ((1, 1, 1), 1, 1),
    ],
)
def test_the_fewest_customers_that_bring_the_share(
    shop: Shop, spent: tuple[int, ...], percent: int, bringing: int
) -> None:
    """To the penny: who brings exactly the share brings it. Who brings nothing or less is no customer of it."""
    for number, total in enumerate(spent):
        shop.tell(placed(total), by=f"customer:{number}")
    shop.tell(placed(70), returned(90), by="customer:returns-more-than-they-bought")

    share = revenue_share(shop.catch_up(), "GBP", percent)

    assert share == {"customers": len(spent), "net_minor": sum(spent), "bringing": bringing}


def test_without_revenue_nobody_brings_a_share(shop: Shop) -> None:
    """A shop that opens today has an empty report."""
    assert revenue_share(shop.catch_up(), "GBP") == {"customers": 0, "net_minor": 0, "bringing": 0}
    assert (currencies(shop.connection), last_order(shop.connection)) == ([], None)


def buys_every(shop: Shop, customer: str, days: int, orders: int = 3, total_minor: int = 1000) -> None:
    """Tell of orders at even intervals, the last of them at noon."""
    for number in range(orders):
        shop.tell(placed(total_minor), by=customer, time=NOON - number * days * DAY)


@pytest.mark.parametrize(("every", "silent"), [(10, 45), (15, 45), (20, 60)])
def test_a_good_customer_has_gone_quiet_after_three_usual_intervals(shop: Shop, every: int, silent: int) -> None:
    """And after 45 days at least; not a moment sooner."""
    buys_every(shop, "customer:1", every)
    shop.catch_up()

    before = gone_quiet(shop.connection, "GBP", NOON + silent * DAY - timedelta(seconds=1))
    (quiet,) = gone_quiet(shop.connection, "GBP", NOON + silent * DAY)

    assert before == []
    assert quiet == {
        "person": "customer:1",
        "orders": 3,
        "net_minor": 3000,
        "last_order": NOON,
        "usual_days": every,
        "silent_days": silent,
    }


def test_only_the_best_fifth_with_three_orders_is_missed(shop: Shop) -> None:
    """Of ten customers two are good; who ordered twice has no habit yet."""
    for number in range(9):
        buys_every(shop, f"customer:{number}", 7, total_minor=1000 - number)
    buys_every(shop, "customer:rich-but-new", 14, orders=2, total_minor=10**6)

    quiet = gone_quiet(shop.catch_up(), "GBP", NOON + 100 * DAY)

    assert [row["person"] for row in quiet] == ["customer:0"]


@pytest.mark.parametrize(("every", "missed"), [(3, 0), (4, 1)])
def test_who_ordered_within_one_week_never_had_an_interval(shop: Shop, every: int, missed: int) -> None:
    """Three orders of some days are a project and no habit; over more than a week they are one."""
    buys_every(shop, "customer:1", every)

    assert len(gone_quiet(shop.catch_up(), "GBP", NOON + 100 * DAY)) == missed


def test_the_shop_s_own_currencies_and_its_last_order(shop: Shop) -> None:
    """The commonest currency first; the last order is the shop's now, where its data end in the past."""
    shop.tell(placed(1, currency="EUR"), time=NOON + DAY)
    shop.tell(placed(1), placed(1))

    assert currencies(shop.catch_up()) == ["GBP", "EUR"]
    assert last_order(shop.connection) == NOON + DAY
