"""Staff and covers: who there is, what they may decide, and who stands in on a day."""

from datetime import timedelta

from events.catalog.staff import AuthoritySet, CoverArranged, CoverCancelled, PortfolioClosed, PortfolioOpened
from projections.covers import standing_in
from projections.staff import members
from tests.projections.shop import NOON, Shop

DAY = timedelta(days=1)
TODAY = NOON.date()


def test_what_is_known_of_staff_and_who_stands_in(shop: Shop) -> None:
    """The last word on each; a cover that was cancelled stands in for nobody, on its days another may."""
    shop.tell(
        PortfolioOpened(manager="ann", name="Ann", email="ann@example.org", store="leeds"),
        PortfolioOpened(manager="ann", name="Ann B.", email="ann@example.org", escalates_to="bob"),
        AuthoritySet(manager="ann", limit_minor=1000, currency="EUR"),
        AuthoritySet(manager="ann", limit_minor=2000, currency="EUR"),
        AuthoritySet(manager="ann", limit_minor=500, currency="GBP"),
        by="staff:ann",
    )
    shop.tell(PortfolioOpened(manager="bob"), PortfolioClosed(manager="bob"), by="staff:bob")
    shop.tell(
        CoverArranged(manager="ann", cover="bob", first_day=TODAY, last_day=TODAY + 2 * DAY),
        CoverArranged(manager="ann", cover="cid", first_day=TODAY + DAY, last_day=TODAY + DAY),
        CoverCancelled(manager="ann", first_day=TODAY + DAY),
        CoverArranged(manager="dan", cover="cid", first_day=TODAY + 2 * DAY, last_day=TODAY + 2 * DAY),
        by="staff:ann",
    )

    connection = shop.catch_up()
    ann, bob = members(connection)
    days = [standing_in(connection, TODAY + number * DAY) for number in (-1, 0, 1, 2, 3)]

    assert ann == {
        "manager": "ann",
        "open": True,
        "manager_name": "Ann B.",
        "email": "ann@example.org",
        "store": "",
        "escalates_to": "bob",
        "authority": {"EUR": 2000, "GBP": 500},
    }
    assert (bob["manager"], bob["open"], bob["authority"]) == ("bob", False, {})
    assert members(connection, "bob") == [bob]
    assert days == [{}, {"ann": "bob"}, {"ann": "bob"}, {"ann": "bob", "dan": "cid"}, {}]
    assert standing_in(connection, TODAY, "dan") == {}
