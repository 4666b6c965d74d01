"""Segments' members: who entered and left when, by the clock of each refresh."""

from datetime import date, timedelta
from typing import Any

import pytest

from events.catalog.identity import IdentityUnlinked
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from events.log.postgres import Journal
from projections import PROJECTIONS
from services.installation import Connection
from services.segments.definitions import Wanted, all_segments, definition, named, publish
from services.segments.errors import BadRule, BadSegment
from services.segments.members import refresh, refreshed_at
from tests.projections.engine.tables import Connect
from tests.projections.shop import NOON, Shop

HELD = "SELECT segment, person, entered_at, left_at FROM membership WHERE segment = %s ORDER BY person, entered_at"
DAY = timedelta(days=1)


@pytest.fixture
def shop(journal: Journal, connect: Connect) -> Shop:
    """Return a shop in which nothing has happened yet."""
    return Shop(journal, connect, connect(), PROJECTIONS)


def buy(shop: Shop, by: str, days: float = 0, minor: int = 100) -> None:
    """Tell of an order."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=minor)
    placed = OrderPlaced(order=f"{by}-{days}", currency="GBP", lines=(line,), total_minor=minor)
    shop.tell(placed, by=by, time=NOON + days * DAY)


def define(shop: Shop, name: str, rule: str, days: int = 0) -> None:
    """Define a segment."""
    publish(shop.log, definition(shop.catch_up(), Wanted(name, rule, by="staff:ann"), NOON + days * DAY))


def held(connection: Connection, segment: str) -> list[Any]:
    """Return the memberships of a segment: who, from which day on, until which."""
    rows = connection.execute(HELD, [segment]).fetchall()
    return [
        (one, (entered - NOON).days, None if left is None else (left - NOON).days) for _, one, entered, left in rows
    ]


def test_members_enter_leave_and_come_back(shop: Shop) -> None:
    """Each stay has its own row; a refresh in between changes nothing."""
    buy(shop, "customer:1")
    buy(shop, "customer:2", 8)
    define(shop, "recent", "last_order_days <= 5")
    for days in (1, 2, 9):
        if days == 9:
            buy(shop, "customer:1", 8.5)
        refresh(shop.catch_up(), NOON + days * DAY, "GBP")

    told = refresh(shop.connection, NOON + 15 * DAY, "GBP")

    assert held(shop.connection, "recent") == [("customer:1", 1, 15), ("customer:2", 9, 15)]
    assert [row for row in told if row.segment == "recent"] == [("recent", 0, 0, 2)]
    buy(shop, "customer:1", 15.5)
    refresh(shop.catch_up(), NOON + 16 * DAY, "GBP")
    assert held(shop.connection, "recent")[:2] == [("customer:1", 1, 15), ("customer:1", 16, None)]
    sizes = "SELECT day, customers FROM segment_size WHERE segment = 'recent' ORDER BY day"
    assert shop.connection.execute(sizes).fetchall() == [
        (date(2024, 5, 18), 1),
        (date(2024, 5, 19), 1),
        (date(2024, 5, 26), 2),
        (date(2024, 6, 1), 0),
        (date(2024, 6, 2), 1),
    ]


def test_time_goes_one_way(shop: Shop) -> None:
    """The same clock may come again, and undoes what it did; an earlier one is refused, and changes nothing."""
    buy(shop, "customer:1")
    define(shop, "some", "orders >= 1")
    refresh(shop.catch_up(), NOON + DAY, "GBP")
    define(shop, "some", "orders >= 2", 1)
    refresh(shop.catch_up(), NOON + DAY, "GBP")
    gone = held(shop.connection, "some")
    define(shop, "some", "orders >= 1", 2)
    refresh(shop.catch_up(), NOON + DAY, "GBP")

    with pytest.raises(BadSegment, match="time goes one way"):
        refresh(shop.connection, NOON, "GBP")

    assert (gone, held(shop.connection, "some")) == ([("customer:1", 1, 1)], [("customer:1", 1, None)])
    assert refreshed_at(shop.connection) == NOON + DAY


def test_a_merged_customer_leaves_under_the_old_name(shop: Shop) -> None:
    """And comes back under it when the link is taken back: membership is by person as of the refresh."""
    buy(shop, "customer:1")
    buy(shop, "visitor:a")
    define(shop, "twice", "orders >= 2")
    refresh(shop.catch_up(), NOON, "GBP")
    shop.link("customer:1", "visitor:a")
    refresh(shop.catch_up(), NOON + DAY, "GBP")

    shop.tell(IdentityUnlinked(identifier="visitor:a"), by="customer:1", time=NOON + DAY)
    refresh(shop.catch_up(), NOON + 2 * DAY, "GBP")

    assert held(shop.connection, "twice") == [("customer:1", 1, 2)]


def test_the_last_definition_holds_and_an_empty_one_withdraws(shop: Shop) -> None:
    """Versions count up; whoever was in it has left with the next refresh."""
    buy(shop, "customer:1")
    define(shop, "some", "orders>=1 AND NOT complaint_open")
    refresh(shop.catch_up(), NOON, "GBP")
    one = named(all_segments(shop.connection), "some")
    define(shop, "some", "", 1)
    refresh(shop.catch_up(), NOON + DAY, "GBP")

    assert (one.text, one.version, one.by) == ("orders >= 1 and not complaint_open", "1", "staff:ann")
    assert [segment.name for segment in all_segments(shop.connection)] == [
        "tier.top",
        "tier.high",
        "tier.middle",
        "tier.rest",
        "tier.none",
    ]
    assert held(shop.connection, "some") == [("customer:1", 0, 1)]
    define(shop, "some", "orders >= 5", 2)
    assert named(all_segments(shop.catch_up()), "some").version == "3"


def test_a_rule_that_cannot_be_read_leaves_its_segment_as_it_was(shop: Shop) -> None:
    """Somebody may publish anything by another way; it is told, and no member is lost by it."""
    buy(shop, "customer:1")
    define(shop, "some", "orders >= 1")
    refresh(shop.catch_up(), NOON, "GBP")
    for policy, rule in (("segment.some", "orders >> 1"), ("segment.100%(now)s", "orders > 1"), ("segment.odd", "x")):
        data = PolicyPublished(policy=policy, version="9", content={"rule": rule})
        shop.tell(data, by=f"policy:{policy}", time=NOON + DAY)

    refresh(shop.catch_up(), NOON + DAY, "GBP")

    assert held(shop.connection, "some") == [("customer:1", 0, None)]
    problems = {segment.name: segment.problem for segment in all_segments(shop.connection) if segment.problem}
    assert problems == {
        "100%(now)s": "'100%(now)s' is no name of a segment",
        "odd": "at character 1: 'x' is no field; see 'regulars segments explain'",
        "some": "at character 9: orders asks for a number, such as 60, and not '>'",
    }


def test_what_cannot_be_defined_is_refused_before_it_is_published(shop: Shop) -> None:
    """A name, a rule, a title; and a definition that somebody overtook."""
    connection = shop.catch_up()
    fact = definition(connection, Wanted("some", "orders > 1"), NOON)
    publish(shop.log, fact)

    with pytest.raises(BadSegment, match="somebody else defined"):
        publish(shop.log, definition(connection, Wanted("some", "orders > 2"), NOON))
    with pytest.raises(BadRule, match="did you mean orders"):
        definition(connection, Wanted("some", "order > 1"), NOON)
    for name in ("", "Some", "tier.top", "a b", "9", "a" * 64):
        with pytest.raises(BadSegment, match="is no name of a segment"):
            definition(connection, Wanted(name, "orders > 1"), NOON)
    with pytest.raises(BadSegment, match="200 characters"):
        definition(connection, Wanted("some", "orders > 1", title="x" * 201), NOON)
    with pytest.raises(BadSegment, match=r"there is no segment 'tier.tip'; did you mean tier\.top\?"):
        named(all_segments(connection), "tier.tip")
