"""Visits end when nothing happens for thirty minutes; a session that the source names is a visit of its own."""

from datetime import datetime, timedelta
from random import Random

import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import CartChanged, InteractionRecorded, PageViewed, ProductViewed, VisitEnded, VisitStarted
from projections.visits import visits_of
from tests.projections.shop import Shop, at

ORDER = OrderPlaced(
    order="o-1", currency="GBP", lines=(OrderLine(product="a", quantity=1, unit_price_minor=100),), total_minor=100
)


def view(shop: Shop, *clocks: str, by: str = "customer:1", store: str = "web", session: str = "") -> None:
    """Tell that somebody viewed a page at each of these times of the day, in this order of arrival."""
    for clock in clocks:
        shop.tell(PageViewed(page=f"/{clock}", store=store, session=session), by=by, time=at(clock))


def spans(shop: Shop, person: str = "customer:1") -> list[tuple[datetime, datetime, int]]:
    """Return when each visit began and ended, and how many pages it had."""
    return [(visit["entered"], visit["left"], visit["pages"]) for visit in visits_of(shop.catch_up(), person)]


def test_a_visit_goes_on_while_less_than_thirty_minutes_pass(shop: Shop) -> None:
    """From the first to the last thing that happened, however long it takes in all."""
    view(shop, "10:00", "10:29", "10:58", "11:27:59.999999")

    assert spans(shop) == [(at("10:00"), at("11:27:59.999999"), 4)]


@pytest.mark.parametrize(("second", "visits"), [("10:29:59.999999", 1), ("10:30:00.000000", 2), ("10:30:00.000001", 2)])
def test_thirty_minutes_to_the_microsecond_end_a_visit(shop: Shop, second: str, visits: int) -> None:
    """It is the union of the half-open intervals of thirty minutes that each event begins."""
    view(shop, "10:00:00.000000", second)

    assert len(spans(shop)) == visits


@pytest.mark.parametrize("offset_minutes", [0, 7, 23, 29])
def test_where_the_half_hour_begins_does_not_matter(shop: Shop, offset_minutes: int) -> None:
    """The gap counts from what happened, not from the clock's half hours."""
    times = [at("09:00") + timedelta(minutes=offset_minutes + each) for each in (0, 20, 45, 75, 104, 134)]
    for time in times:
        shop.tell(PageViewed(page="/"), time=time)

    assert spans(shop) == [(times[0], times[2], 3), (times[3], times[4], 2), (times[5], times[5], 1)]


def test_a_late_event_joins_two_visits_into_one(shop: Shop) -> None:
    """What happened between them arrives last, and there was no gap after all."""
    view(shop, "10:00", "10:50")
    before = spans(shop)
    view(shop, "10:25")

    assert before == [(at("10:00"), at("10:00"), 1), (at("10:50"), at("10:50"), 1)]
    assert spans(shop) == [(at("10:00"), at("10:50"), 3)]


def test_a_visit_may_last_over_midnight(shop: Shop) -> None:
    """A day's end is no gap."""
    shop.tell(PageViewed(page="/"), time=at("23:50"))
    shop.tell(PageViewed(page="/"), time=at("00:10", days=1))

    assert spans(shop) == [(at("23:50"), at("00:10", days=1), 2)]


def test_a_session_id_wins_over_the_gap(shop: Shop) -> None:
    """The source knows better: hours apart is one visit, and minutes apart are two."""
    view(shop, "10:00", "13:00", session="s-1")
    view(shop, "10:05", session="s-2")
    view(shop, "10:06")

    assert spans(shop) == [
        (at("10:00"), at("13:00"), 2),
        (at("10:05"), at("10:05"), 1),
        (at("10:06"), at("10:06"), 1),
    ]


def test_two_stores_are_two_visits(shop: Shop) -> None:
    """Somebody may stand in a shop and look at the web at the same time."""
    view(shop, "10:00", "10:20", store="leeds")
    view(shop, "10:10")

    assert [(each["store"], each["pages"]) for each in visits_of(shop.catch_up(), "customer:1")] == [
        ("leeds", 2),
        ("web", 1),
    ]


def test_what_an_anonymous_visitor_did_belongs_to_the_customer_they_turn_out_to_be(shop: Shop) -> None:
    """Before and after the login is one visit; without the link they are two people's."""
    view(shop, "10:00", by="visitor:a")
    view(shop, "10:20", by="customer:1")
    apart = spans(shop)
    shop.link("customer:1", "visitor:a")

    assert apart == [(at("10:20"), at("10:20"), 1)]
    assert spans(shop) == [(at("10:00"), at("10:20"), 2)]


def test_a_visit_tells_what_was_done_in_it(shop: Shop) -> None:
    """First and last page, products, searches and those in vain, the cart, and orders that name the session."""
    view(shop, "10:00:00", "10:01", "10:02", session="s-1")
    shop.tell(
        VisitStarted(session="s-1"),
        ProductViewed(product="a", session="s-1"),
        SearchPerformed(query="kettle", result_count=0, session="s-1"),
        SearchPerformed(query="lantern", result_count=4, session="s-1"),
        CartChanged(product="a", quantity_delta=-1, session="s-1"),
        InteractionRecorded(name="zoomed", session="s-1"),
        OrderPlaced(order="o-2", currency="GBP", lines=ORDER.lines, total_minor=100, session="s-1"),
        time=at("10:03"),
    )
    shop.tell(VisitEnded(session="s-1"), time=at("10:09"))

    assert visits_of(shop.catch_up(), "customer:1") == [
        {
            "store": "web",
            "session": "s-1",
            "entered": at("10:00"),
            "left": at("10:09"),
            "entry_page": "/10:00:00",
            "exit_page": "/10:02",
            "pages": 3,
            "products": 1,
            "searches": 2,
            "searches_in_vain": 1,
            "cart_changes": 1,
            "orders": 1,
        }
    ]


def test_an_order_without_a_session_is_no_visit(shop: Shop) -> None:
    """It may have come by telephone while somebody else was in the shop."""
    shop.tell(ORDER)

    assert visits_of(shop.catch_up(), "customer:1") == []


def test_visits_are_those_that_a_scan_in_order_finds(shop: Shop) -> None:
    """For any times, in any order of arrival: sorted, a visit ends where thirty minutes pass before the next event."""
    dice = Random(30)
    times = {
        f"customer:{number}": [at("08:00") + timedelta(seconds=dice.randint(0, 40) * 450) for _ in range(12)]
        for number in range(30)
    }
    for subject, seen in times.items():
        for time in seen:
            shop.tell(PageViewed(page="/"), by=subject, time=time)

    connection = shop.catch_up()
    for subject, seen in times.items():
        expected: list[list[datetime]] = []
        for time in sorted(seen):
            if expected and time - expected[-1][-1] < timedelta(minutes=30):
                expected[-1].append(time)
            else:
                expected.append([time])
        found = [(visit["entered"], visit["left"], visit["pages"]) for visit in visits_of(connection, subject)]
        assert found == [(visit[0], visit[-1], len(visit)) for visit in expected]
