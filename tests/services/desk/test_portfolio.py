"""A portfolio: opened and closed, with limits that others set, and with one at a time who stands in."""

from datetime import date, timedelta

import pytest

from events.catalog.customers import ManagerAssigned
from events.catalog.staff import AuthoritySet, CoverArranged, CoverCancelled, PortfolioClosed, PortfolioOpened
from services.desk.portfolio import ArrangeCover, CancelCover, Close, Open, SetAuthority
from tests.services.desk.house import DAY, NOW, TODAY, House


def on(days: int) -> date:
    """Return a day that is so many days from today."""
    return TODAY + timedelta(days=days)


def cover(name: str, first: int, last: int) -> ArrangeCover:
    """Return the command that somebody stands in from one day to another, counted from today."""
    return ArrangeCover(cover=name, first_day=on(first), last_day=on(last), reason="holiday")


def opened(house: House, *names: str) -> None:
    """Open portfolios of these names."""
    for name in names:
        house.give("portfolio", name, Open(name=name.title()))


def test_a_portfolio_is_opened_told_anew_and_closed(house: House) -> None:
    """What is said again comes to nothing; a limit counts while it is open."""
    first = house.give("portfolio", "p1-ann", Open(name="Ann", email="ann@example.org", escalates_to="p1-boss"))
    again = house.give("portfolio", "p1-ann", Open(name="Ann", email="ann@example.org", escalates_to="p1-boss"))
    anew = house.give("portfolio", "p1-ann", Open(name="Ann B."))
    limit = house.give("portfolio", "p1-ann", SetAuthority(limit_minor=2000, currency="GBP"))
    open_limit = house.state("portfolio", "p1-ann").limit_minor("GBP")

    closed = house.give("portfolio", "p1-ann", Close(reason="left"))

    assert first == [
        PortfolioOpened(manager="p1-ann", name="Ann", email="ann@example.org", escalates_to="p1-boss", by="boss")
    ]
    assert (again, anew) == ([], [PortfolioOpened(manager="p1-ann", name="Ann B.", by="boss")])
    assert limit == [AuthoritySet(manager="p1-ann", limit_minor=2000, currency="GBP", by="boss")]
    assert closed == [PortfolioClosed(manager="p1-ann", reason="left", by="boss")]
    stood = house.state("portfolio", "p1-ann")
    assert (open_limit, stood.limit_minor("GBP"), stood.limit_minor("EUR")) == (2000, 0, 0)
    assert house.refuses("portfolio", "p1-ann", Close())[0] == "not_open"


def test_nobody_sets_their_own_authority(house: House) -> None:
    """And nobody's who looks after no customers."""
    opened(house, "p2-ann")

    own = house.refuses("portfolio", "p2-ann", SetAuthority(limit_minor=9, currency="GBP"), by="p2-ann")
    nobody = house.refuses("portfolio", "p2-bob", SetAuthority(limit_minor=9, currency="GBP"))

    assert own == ("own_authority", "Nobody sets their own authority: somebody other than p2-ann must say so.")
    assert nobody == ("not_open", "p2-bob looks after no customers: open their portfolio first.")


def test_an_address_is_one_and_whom_to_ask_next_goes_up(house: House) -> None:
    """Neither oneself nor somebody who would ask back."""
    house.give("portfolio", "p3-bob", Open(escalates_to="p3-cid"))
    house.give("portfolio", "p3-cid", Open(escalates_to="p3-ann"))

    address = house.refuses("portfolio", "p3-ann", Open(email="ann at home"))
    oneself = house.refuses("portfolio", "p3-ann", Open(escalates_to="p3-ann"))
    circle = house.refuses("portfolio", "p3-ann", Open(escalates_to="p3-bob"))

    assert (address[0], oneself[0]) == ("no_address", "escalates_in_circle")
    assert circle == (
        "escalates_in_circle",
        "Whom to ask next would go round in a circle (p3-ann, p3-bob, p3-cid, p3-ann): name another.",
    )


def test_who_looks_after_customers_is_not_closed(house: House) -> None:
    """Customers whom somebody else has by now do not count, as the log has it."""
    opened(house, "p4-ann")
    house.tell(ManagerAssigned(manager="p4-ann"), ManagerAssigned(manager="p4-bob"), by="customer:p4-1")
    house.tell(ManagerAssigned(manager="p4-bob"), ManagerAssigned(manager="p4-ann"), by="customer:p4-2")

    has = house.refuses("portfolio", "p4-ann", Close())
    house.tell(ManagerAssigned(manager="p4-bob"), by="customer:p4-2", at=NOW)
    closed = house.give("portfolio", "p4-ann", Close())

    assert has == ("has_customers", "p4-ann looks after 1 customer still: hand them over first.")
    assert len(closed) == 1


def test_a_cover_is_arranged_and_cancelled(house: House) -> None:
    """Again it comes to nothing; after it was cancelled its days are free."""
    opened(house, "p5-ann", "p5-bob")

    arranged = house.give("portfolio", "p5-ann", cover("p5-bob", 3, 9))
    again = house.give("portfolio", "p5-ann", cover("p5-bob", 3, 9))
    cancelled = house.give("portfolio", "p5-ann", CancelCover(first_day=on(3)))
    shorter = house.give("portfolio", "p5-ann", cover("p5-bob", 3, 5))

    assert arranged == [
        CoverArranged(manager="p5-ann", cover="p5-bob", first_day=on(3), last_day=on(9), reason="holiday", by="boss")
    ]
    assert (again, cancelled) == ([], [CoverCancelled(manager="p5-ann", first_day=on(3), by="boss")])
    assert len(shorter) == 1
    assert [str(each) for each in house.state("portfolio", "p5-ann").covers] == [
        "p5-bob stands in from 2026-03-05 to 2026-03-07"
    ]


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (cover("p6-ann", 1, 2), "covers_self", "name another"),
        (cover("p6-bob", 2, 1), "days_reversed", "turn the days round"),
        (cover("p6-bob", -3, -1), "in_the_past", "from 2026-03-02 on"),
        (cover("p6-bob", 12, 14), "covers_overlap", "p6-bob stands in from 2026-03-12 to 2026-03-14"),
        (cover("p6-nobody", 1, 2), "cover_not_open", "open their portfolio first"),
        (cover("p6-cid", 20, 22), "cover_is_away", "p6-bob stands in from 2026-03-24 to 2026-03-24"),
        (CancelCover(first_day=on(11)), "no_such_cover", "p6-bob stands in from 2026-03-12"),
    ],
)
def test_a_cover_that_makes_no_sense_is_refused(
    house: House, command: ArrangeCover | CancelCover, code: str, words: str
) -> None:
    """One at a time, somebody else, who is there, in days to come."""
    opened(house, "p6-ann", "p6-bob", "p6-cid")
    house.give("portfolio", "p6-ann", cover("p6-bob", 10, 12))
    house.give("portfolio", "p6-cid", cover("p6-bob", 22, 22))

    refused = house.refuses("portfolio", "p6-ann", command)

    assert refused[0] == code
    assert words in refused[1]


def test_what_others_said_of_staff_counts(house: House) -> None:
    """A system of the staff opens portfolios, sets limits and arranges covers on the log; the last word counts."""
    house.tell(
        PortfolioOpened(manager="p7-ann", escalates_to="p7-boss"),
        AuthoritySet(manager="p7-ann", limit_minor=500, currency="EUR"),
        CoverArranged(manager="p7-ann", cover="p7-bob", first_day=on(-9), last_day=on(-8)),
        PortfolioOpened(manager="p7-bob"),
        CoverArranged(manager="p7-bob", cover="p7-ann", first_day=on(5), last_day=on(6)),
        by="staff:p7",
    )
    stood = house.state("portfolio", "p7-ann")
    same = house.give("portfolio", "p7-ann", SetAuthority(limit_minor=500, currency="EUR"))
    more = house.give("portfolio", "p7-ann", SetAuthority(limit_minor=900, currency="EUR"))

    over = house.refuses("portfolio", "p7-ann", CancelCover(first_day=on(-9)))
    standing_in = house.refuses("portfolio", "p7-ann", cover("p7-bob", 6, 6))
    closing = house.refuses("portfolio", "p7-ann", Close())
    house.tell(AuthoritySet(manager="p7-ann", limit_minor=100, currency="EUR"), by="staff:p7", at=NOW + DAY)

    assert (stood.open, stood.details.escalates_to, stood.limit_minor("EUR")) == (True, "p7-boss", 500)
    assert (same, len(more)) == ([], 1)
    assert over == ("cover_is_over", "That cover was over on 2026-02-22: it stays in the books as it was.")
    assert standing_in[0] == "cover_is_away"
    assert closing[0] == "is_covering"
    assert house.state("portfolio", "p7-ann").limit_minor("EUR") == 100
