"""Who looked at whom: counted by day, told by member of the house and by person, and nothing of the customer's."""

from events.catalog.access import Looked
from events.catalog.visits import VisitStarted
from projections.accesses import Place, looks, looks_at
from tests.projections.shop import Shop, at


def look(shop: Shop, by: str, at_whom: str, clock: str, **said: str) -> None:
    """Tell that somebody looked at a customer."""
    data = Looked(**{"actor": by, "role": "staff", "what": "customer", "how": "page", **said})
    shop.tell(data, by=at_whom, time=at(clock))


def test_looks_of_a_day_are_one_row_by_who_and_at_what(shop: Shop) -> None:
    """With how often, from when to when, and how often it was the past."""
    look(shop, "anna", "customer:1", "09:00")
    look(shop, "anna", "customer:1", "11:00", as_of="2024-01-01T00:00:00Z")
    look(shop, "anna", "customer:1", "10:00", what="timeline")
    look(shop, "bob", "customer:1", "08:00")

    found = looks_at(shop.catch_up(), "customer:1")

    assert [(each["actor"], each["what"], each["times"], each["of_the_past"]) for each in found] == [
        ("anna", "customer", 2, 1),
        ("anna", "timeline", 1, 0),
        ("bob", "customer", 1, 0),
    ]
    assert (found[0]["first_looked"], found[0]["last_looked"]) == (at("09:00"), at("11:00"))


def test_looks_at_any_of_a_persons_identifiers_are_looks_at_them(shop: Shop) -> None:
    """As all that is known of a person."""
    look(shop, "anna", "card:7", "09:00")
    shop.link("customer:1", "card:7")

    assert [each["actor"] for each in looks_at(shop.catch_up(), "customer:1")] == ["anna"]


def test_the_last_looks_come_first_page_by_page(shop: Shop) -> None:
    """Of one member of the house, or of all; none is left out where two looked at the same instant."""
    for subject in ("customer:1", "customer:2", "customer:3"):
        look(shop, "anna", subject, "09:00")
    look(shop, "bob", "customer:1", "10:00")
    connection = shop.catch_up()

    first = looks(connection, limit=2)
    last = first[-1]
    rest = looks(connection, after=Place(last["last_looked"], last["subject"], last["actor"], last["what"]))

    assert [(each["actor"], each["subject"]) for each in first + rest] == [
        ("bob", "customer:1"),
        ("anna", "customer:3"),
        ("anna", "customer:2"),
        ("anna", "customer:1"),
    ]
    assert {each["actor"] for each in looks(connection, actor="bob")} == {"bob"}


def test_who_was_looked_at_was_not_here(shop: Shop) -> None:
    """Neither seen nor counted: their profile and everything else is as if nobody had looked; and nobody reacts."""
    shop.tell(VisitStarted(), by="customer:1", time=at("08:00"))
    look(shop, "anna", "customer:1", "09:00")
    look(shop, "anna", "customer:2", "09:00")
    connection = shop.catch_up()

    seen = connection.execute("SELECT subject, last_seen FROM profile").fetchall()
    signals = connection.execute("SELECT count(*) FROM engine.signal").fetchall()

    assert seen == [("customer:1", at("08:00"))]
    assert signals == [(0,)]
