"""Looks at lists: each look once, and once more for each whom it names."""

from events.catalog.access import ListLooked
from events.catalog.visits import VisitStarted
from projections._engine.reference import as_mappings, fold
from projections.list_accesses import ListAccesses
from tests.projections.shop import Shop, at


def look(*whom: str, **said: object) -> ListLooked:
    """Return a look at a list that names these people."""
    usual = {"actor": "anna", "role": "staff", "what": "customers", "how": "page", "people": len(whom)}
    return ListLooked(**{**usual, "whom": whom, **said})  # type: ignore[arg-type]


def test_a_look_at_a_list_is_told_with_whom_it_names() -> None:
    """What was asked tells looks apart, and not who saw whom; the order of hearing changes nothing."""
    told = Shop.facts(
        (look("customer:1", "customer:2"), at("09:00")),
        (look("customer:1", asked="store=leeds"), at("10:00")),
        (look(people=900, how="csv", rows=1200, as_of="0:7"), at("11:00")),
    )

    rows = as_mappings(ListAccesses(), fold(ListAccesses(), told[::-1]))

    assert sorted(
        (row["whom"], row["how"], row["asked"], row["times"], row["people"], row["rows"], row["of_the_past"])
        for row in rows
    ) == [
        ("", "csv", "", 1, 900, 1200, 1),
        ("", "page", "", 1, 2, 0, 0),
        ("", "page", "store=leeds", 1, 1, 0, 0),
        ("customer:1", "page", "", 2, 2, 0, 0),
        ("customer:2", "page", "", 1, 1, 0, 0),
    ]


def test_who_was_seen_in_a_list_was_not_here(shop: Shop) -> None:
    """Neither seen nor counted, under no identifier; and nobody reacts."""
    shop.tell(VisitStarted(), by="customer:1", time=at("08:00"))
    shop.tell(look("customer:1", "customer:2"), by="user:anna", time=at("09:00"))
    connection = shop.catch_up()

    seen = connection.execute("SELECT subject, last_seen FROM profile").fetchall()
    signals = connection.execute("SELECT count(*) FROM engine.signal").fetchall()

    assert seen == [("customer:1", at("08:00"))]
    assert signals == [(0,)]
