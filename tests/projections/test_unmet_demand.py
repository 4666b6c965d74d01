"""What was searched for in vain: counted by wish, store and day, and told by who asked."""

import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed, SearchPerformedV1
from projections._engine.reference import as_mappings, fold
from projections.unmet_demand import MAX_QUERY_CHARACTERS, UnmetDemand, askers, normalised, wishes
from tests.projections.shop import Shop, at

LINES = (OrderLine(product="a", quantity=1, unit_price_minor=100),)


def search(shop: Shop, query: str, *, found: int = 0, by: str = "customer:1", clock: str = "12:00") -> None:
    """Tell of a search that found so many goods."""
    shop.tell(SearchPerformed(query=query, result_count=found), by=by, time=at(clock))


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("Kettle", "kettle"),
        ("  red \t KETTLE\n", "red kettle"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("", ""),
        ("x" * 500, "x" * MAX_QUERY_CHARACTERS),
    ],
)
def test_a_query_is_counted_without_its_case_and_spaces(typed: str, wish: str) -> None:
    """What stays apart are other words and other letters; what is very long is cut."""
    assert normalised(typed) == wish


def test_spelling_variants_of_a_query_are_one_wish(shop: Shop) -> None:
    """'Kettle' and ' kettle ' are one wish; a search that found goods counts as a search and not as a miss."""
    search(shop, "Kettle")
    search(shop, " kettle ", clock="12:05")
    search(shop, "KETTLE", found=3, clock="12:10")

    assert wishes(shop.catch_up()) == [
        {
            "query": "kettle",
            "searches": 3,
            "without_result": 2,
            "askers": 1,
            "regulars": 0,
            "last_asked": at("12:10"),
        }
    ]


def test_what_was_found_every_time_is_no_wish(shop: Shop) -> None:
    """Only misses are unmet demand."""
    search(shop, "lantern", found=1)

    assert wishes(shop.catch_up()) == []


def test_the_wish_that_most_searches_missed_comes_first(shop: Shop) -> None:
    """Of two with as many misses, the one that is first in the alphabet."""
    for query in ("teapot", "kettle", "teapot", "anvil", "kettle"):
        search(shop, query)

    assert [(each["query"], each["without_result"]) for each in wishes(shop.catch_up())] == [
        ("kettle", 2),
        ("teapot", 2),
        ("anvil", 1),
    ]
    assert [each["query"] for each in wishes(shop.connection, limit=1)] == ["kettle"]


def test_one_person_asks_once_under_all_their_identifiers(shop: Shop) -> None:
    """A visitor and the customer they turned out to be are one asker."""
    search(shop, "kettle", by="visitor:a")
    search(shop, "kettle", by="customer:1")
    search(shop, "kettle", by="visitor:b")
    shop.link("customer:1", "visitor:a")

    assert wishes(shop.catch_up())[0]["askers"] == 2
    assert [(each["person"], each["without_result"]) for each in askers(shop.connection, " Kettle")] == [
        ("customer:1", 2),
        ("visitor:b", 1),
    ]


@pytest.mark.parametrize(("orders", "regulars"), [(2, 0), (3, 1)])
def test_a_regular_is_a_customer_with_three_orders(shop: Shop, orders: int, regulars: int) -> None:
    """An anonymous visitor with as many orders is none."""
    for subject in ("customer:1", "visitor:a"):
        search(shop, "kettle", by=subject)
        for number in range(orders):
            order = OrderPlaced(order=f"{subject}-{number}", currency="GBP", lines=LINES, total_minor=100)
            shop.tell(order, by=subject)

    (wish,) = wishes(shop.catch_up())
    assert (wish["askers"], wish["regulars"]) == (2, regulars)


def test_wishes_of_one_store_leave_the_others_out(shop: Shop) -> None:
    """What Leeds lacks, York may have."""
    shop.tell(SearchPerformed(query="kettle", result_count=0, store="leeds"))
    shop.tell(SearchPerformed(query="teapot", result_count=0, store="york"))

    assert [each["query"] for each in wishes(shop.catch_up(), store="leeds")] == ["kettle"]


def test_a_day_ends_at_midnight_and_keeps_the_latest_phrasing() -> None:
    """One row for each subject, store, day and wish; the old version of the event counts as the new one does."""
    searches = Shop.facts(
        (SearchPerformed(query="Kettle", result_count=0), at("23:59:59.999999")),
        (SearchPerformedV1(q="kettle ", hits=0).upcast(), at("10:00")),
        (SearchPerformed(query="KETTLE", result_count=0), at("00:00", days=1)),
    )

    rows = as_mappings(UnmetDemand(), fold(UnmetDemand(), searches))

    assert [(row["day"].day, row["searches"], row["phrasing"]) for row in rows] == [
        (17, 2, "Kettle"),
        (18, 1, "KETTLE"),
    ]
