"""Visits: what came of them, counted by hand; a person's own, before and after we know who they are."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from events.catalog.identity import IdentityUnlinked
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import CartChanged, PageViewed, ProductViewed
from projections._engine.registry import Connection
from services.reports.customer import Section, page
from services.reports.visits import LAST_VISITS, VISITS
from tests.projections.shop import NOON, Shop, at
from tests.services.reports.asked import told

VAIN = SearchPerformed(query="anvil", result_count=0)
CART = CartChanged(product="kettle", quantity_delta=1)
LINES = (OrderLine(product="kettle", quantity=1, unit_price_minor=100),)


def order(session: str = "", store: str = "web", number: str = "o-1") -> OrderPlaced:
    """Return an order, of a session or of none."""
    return OrderPlaced(order=number, currency="GBP", lines=LINES, total_minor=100, store=store, session=session)


def outcomes(connection: Connection, **asked: Any) -> dict[str, int]:  # noqa: ANN401 - what a report is asked
    """Return how many visits came to what."""
    return {row["outcome"]: row["visits"] for row in told(connection, VISITS, **asked).tables["outcomes"]}


def last_of(connection: Connection, subject: str, now: datetime = NOON + timedelta(days=9)) -> list[dict[str, Any]]:
    """Return the visits on a person's page."""
    visits: list[dict[str, Any]] = page(connection, subject, now, [Section("visits", LAST_VISITS)])["visits"]
    return visits


def test_what_came_of_visits(shop: Shop) -> None:
    """The first that holds of ordered, cart left, searched in vain, looked only."""
    shop.tell(PageViewed(page="/", session="s-1"), CART, order("s-1"), by="customer:1")
    shop.tell(PageViewed(page="/"), CART, VAIN, by="customer:2")
    shop.tell(PageViewed(page="/"), VAIN, by="visitor:3")
    shop.tell(PageViewed(page="/"), by="visitor:4")
    shop.tell(ProductViewed(product="kettle"), by="visitor:5")
    shop.tell(PageViewed(page="/"), PageViewed(page="/lamps"), by="visitor:5", time=at("15:00"))
    connection = shop.catch_up()

    figures = told(connection, VISITS).figures

    # The cart that names no session is a visit of its own, from which the session's order does not come.
    assert outcomes(connection) == {"ordered": 1, "cart_left": 2, "searched_in_vain": 1, "looked_only": 3}
    assert (figures["visits"], figures["known_visits"], figures["anonymous_visits"]) == (7, 3, 4)
    assert (figures["visitors"], figures["known_visitors"], figures["anonymous_visitors"]) == (5, 2, 3)
    assert (figures["bounces"], figures["ordering"], figures["ordering_by_time"]) == (2, 1, 0)


@pytest.mark.parametrize(
    ("clock", "store", "ordered"),
    [
        ("11:59:59", "web", 0),
        ("12:00:00", "web", 1),
        ("12:39:59", "web", 1),
        ("12:40:00", "web", 0),
        ("12:05:00", "leeds", 0),
    ],
)
def test_an_order_without_a_session_belongs_to_the_visit_around_it(
    shop: Shop, clock: str, store: str, ordered: int
) -> None:
    """From the entering until thirty minutes after the leaving, of the same person in the same store."""
    shop.tell(PageViewed(page="/"), by="visitor:a", time=at("12:00"))
    shop.tell(PageViewed(page="/cart"), by="customer:1", time=at("12:10"))
    shop.tell(order(store=store), by="customer:1", time=at(clock))
    shop.link("customer:1", "visitor:a")

    figures = told(shop.catch_up(), VISITS, now=at("20:00")).figures

    assert (figures["visits"], figures["ordering"], figures["ordering_by_time"]) == (1, ordered, ordered)


def test_an_order_belongs_to_one_visit(shop: Shop) -> None:
    """Of two sessions at once, to the one that began last."""
    shop.tell(PageViewed(page="/", session="s-1"), time=at("12:00"))
    shop.tell(PageViewed(page="/", session="s-2"), time=at("12:05"))
    shop.tell(PageViewed(page="/a", session="s-1"), time=at("12:10"))
    shop.tell(order(), time=at("12:11"))

    assert [(each["session"], each["outcome"]) for each in last_of(shop.catch_up(), "customer:1")] == [
        ("s-2", "ordered"),
        ("s-1", "looked_only"),
    ]
    assert outcomes(shop.connection) == {"looked_only": 1, "ordered": 1}


def test_length_and_pages(shop: Shop) -> None:
    """The median and the 90th percentile lie between the two nearest; entry and exit pages count visits."""
    for number, minutes in enumerate((0, 10, 20, 29)):
        visitor = f"visitor:{number}"
        shop.tell(PageViewed(page="/"), by=visitor, time=at("12:00"))
        for page_number in range(number):
            end = at("12:00") + timedelta(minutes=minutes)
            shop.tell(PageViewed(page=f"/{number % 2}"), by=visitor, time=end - timedelta(seconds=page_number))

    answer = told(shop.catch_up(), VISITS, now=at("20:00"))

    figures = answer.figures
    assert (figures["median_seconds"], figures["p90_seconds"]) == (15 * 60, pytest.approx(60 * (20 + 0.7 * 9)))
    assert (figures["median_pages"], figures["p90_pages"], figures["bounce_share"]) == (2.5, pytest.approx(3.7), 0.25)
    assert [(row["page"], row["visits"]) for row in answer.tables["entry_pages"]] == [("/", 4)]
    assert [(row["page"], row["visits"], row["bounce_share"]) for row in answer.tables["exit_pages"]] == [
        ("/1", 2, 0.0),
        ("/", 1, 1.0),
        ("/0", 1, 0.0),
    ]


def test_a_visit_counts_on_the_day_on_which_it_began(shop: Shop) -> None:
    """Over midnight too, and in the period of that day alone; without a period it is the last 30 days."""
    shop.tell(PageViewed(page="/"), time=at("23:50"))
    shop.tell(PageViewed(page="/", store="leeds"), time=at("00:01", days=1))
    shop.tell(PageViewed(page="/"), time=at("00:10", days=1))
    shop.tell(PageViewed(page="/"), time=at("12:00", days=30))
    connection = shop.catch_up()
    today = NOON.date()

    def days(**asked: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - what a report is asked
        return [(row["day"], row["visits"]) for row in told(connection, VISITS, **asked).tables["days"]]

    assert days() == [("2024-05-18", 1), ("2024-06-16", 1)]
    assert days(begin=today, end=today) == [("2024-05-17", 1)]
    assert days(begin=date(2024, 5, 18), end=date(2024, 5, 18)) == [("2024-05-18", 1)]
    assert days(begin=today, store="web") == [("2024-05-17", 1), ("2024-06-16", 1)]
    assert days(begin=today, now=at("00:00", days=3)) == [("2024-05-17", 1), ("2024-05-18", 1)]


def test_an_anonymous_visit_joins_the_person_and_leaves_again(shop: Shop) -> None:
    """Once they are known it is the customer's, one visit with what followed; after the unlink it is nobody's again."""
    shop.tell(PageViewed(page="/lamps"), by="visitor:a", time=at("10:00"))
    shop.tell(PageViewed(page="/account"), by="customer:1", time=at("10:20"))
    seen = []
    for step in ("apart", "linked", "unlinked"):
        if step == "linked":
            shop.link("customer:1", "visitor:a")
        elif step == "unlinked":
            shop.tell(IdentityUnlinked(identifier="visitor:a"), by="customer:1", time=at("13:00"))
        connection = shop.catch_up()
        figures = told(connection, VISITS, now=at("20:00")).figures
        own = [(each["entry_page"], each["exit_page"], each["pages"]) for each in last_of(connection, "customer:1")]
        seen.append((own, figures["known_visits"], figures["anonymous_visits"]))

    assert seen == [
        ([("/account", "/account", 1)], 1, 1),
        ([("/lamps", "/account", 2)], 1, 0),
        ([("/account", "/account", 1)], 1, 1),
    ]


def test_the_visits_of_one_person_with_their_pages(shop: Shop) -> None:
    """By any of their identifiers, page by page in the order of the clock, and nobody else's."""
    for clock, by, path in (
        ("12:04", "customer:1", "/cart"),
        ("12:00", "visitor:a", "/"),
        ("12:02", "visitor:a", "/a"),
    ):
        shop.tell(PageViewed(page=path), by=by, time=at(clock))
    shop.tell(PageViewed(page="/elsewhere", store="leeds"), PageViewed(page="/s", session="s-1"), time=at("12:03"))
    shop.tell(PageViewed(page="/b"), by="visitor:b", time=at("12:01"))
    shop.tell(VAIN, time=at("15:00"))
    shop.link("customer:1", "visitor:a")

    answer = told(shop.catch_up(), VISITS, about="visitor:a", now=at("20:00"))

    assert [(row["entered"], row["store"], row["walked"], row["outcome"]) for row in answer.tables["visits"]] == [
        (at("15:00"), "web", [], "searched_in_vain"),
        (at("12:03:00.000001"), "web", ["/s"], "looked_only"),
        (at("12:03"), "leeds", ["/elsewhere"], "looked_only"),
        (at("12:00"), "web", ["/", "/a", "/cart"], "looked_only"),
    ]
    assert (answer.figures["visits"], answer.figures["visitors"]) == (4, 1)
    assert told(shop.connection, VISITS, now=at("20:00")).tables["visits"] == []


def test_nobody_came(shop: Shop) -> None:
    """Figures are zero, and there is no median."""
    answer = told(shop.catch_up(), VISITS)

    assert (answer.figures["visits"], answer.figures["median_seconds"], answer.figures["bounce_share"]) == (
        0,
        None,
        0.0,
    )
    assert not any(answer.tables.values())
