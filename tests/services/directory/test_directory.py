"""The directory: what follows the log comes to the same as what is worked out of everybody."""

from datetime import timedelta
from typing import Any

import pytest

from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintResolved
from events.catalog.customers import CardIssued, CustomerRegistered, ManagerAssigned, TraitsChanged
from events.catalog.identity import IdentityLinked, IdentityUnlinked, MergeConfirmed
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced
from events.catalog.visits import PageViewed
from events.log.postgres import Journal
from projections import PROJECTIONS
from services.directory import finding
from services.directory.filling import fill
from services.directory.following import follow
from services.installation import Connection
from tests.projections.engine.tables import Connect
from tests.projections.shop import NOON, Shop

NOW = NOON + timedelta(days=30)
HOUR = timedelta(hours=1)
LINE = OrderLine(product="kettle", quantity=1, unit_price_minor=500)

ROWS = "SELECT * FROM directory ORDER BY person"
KEYS = "SELECT kind, key, person FROM directory_key ORDER BY kind, key, person"


@pytest.fixture
def shop(journal: Journal, connect: Connect) -> Shop:
    """Return a shop in which nothing has happened yet."""
    return Shop(journal, connect, connect(), PROJECTIONS)


def rows(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return the directory by person, without the rank, which is of the last whole fill."""
    with connection.cursor() as cursor:
        found = cursor.execute(ROWS)
        names = [column.name for column in found.description or ()]
        told = [dict(zip(names, row, strict=True)) for row in found]
    return {
        row.pop("person"): {name: value for name, value in row.items() if name not in {"rank", "place"}} for row in told
    }


def everything(connection: Connection) -> tuple[dict[str, dict[str, Any]], list[Any]]:
    """Return the directory and its keys."""
    return rows(connection), connection.execute(KEYS).fetchall()


def order(number: str, store: str = "web", minor: int = 500) -> OrderPlaced:
    """Return an order."""
    return OrderPlaced(order=number, currency="GBP", lines=(LINE,), total_minor=minor, store=store)


def test_a_customer_is_listed_with_what_is_known_of_them(shop: Shop) -> None:
    """What they brought, where they came, who looks after them, and what is open, under whatever identifier."""
    shop.tell(CustomerRegistered(name="Ágnes Nagy", email="Agnes@Example.org", phone="+36 1 234 5678"), by="customer:1")
    shop.tell(IdentityLinked(identifier="visitor:7"), by="customer:1")
    shop.tell(PageViewed(page="/", store="york"), by="visitor:7", time=NOON + HOUR)
    shop.tell(order("o-1", minor=900), order("o-2", "leeds"), by="customer:1")
    shop.tell(OrderCancelled(order="o-2", total_minor=500, currency="GBP", store="leeds"), by="customer:1")
    shop.tell(ManagerAssigned(manager="bert"), ComplaintRaised(complaint="k-1", store="hull"), by="customer:1")
    shop.tell(PageViewed(page="/"), by="visitor:8")
    connection = shop.catch_up()

    follow(connection, shop.log, NOW)

    (found,) = rows(connection).items()
    assert found[0] == "customer:1"
    expected = {"name": "Ágnes Nagy", "words": " agnes nagy", "net_minor": 900, "orders": 2, "manager": "bert"}
    expected |= {"open_complaints": 1, "stores": ["hull", "leeds", "web", "york"], "last_seen": NOON + HOUR, "dial": -1}
    assert found[1] | expected == found[1]
    assert connection.execute(KEYS).fetchall() == [
        ("email", "agnes@example.org", "customer:1"),
        ("phone", "8765432163", "customer:1"),
        ("word", "agnes", "customer:1"),
        ("word", "nagy", "customer:1"),
    ]


STORY: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("customer:1", (CustomerRegistered(name="Anna Smith"), order("o-1"))),
    ("customer:2", (CustomerRegistered(name="A. Smith", phone="01234 567890"), order("o-2", "york"))),
    ("visitor:7", (PageViewed(page="/"),)),
    ("customer:1", (IdentityLinked(identifier="visitor:7"), CardIssued(card="9"))),
    ("card:9", (order("o-3", "leeds", 100),)),
    ("customer:2", (MergeConfirmed(other="customer:1", by="ann"),)),
    ("customer:2", (TraitsChanged(traits={"name": "Anna Jones", "phone": ""}), ManagerAssigned(manager="bert"))),
    (
        "customer:1",
        (ComplaintRaised(complaint="k"), ComplaintResolved(complaint="k"), ComplaintReopened(complaint="k")),
    ),
    ("customer:1", (IdentityUnlinked(identifier="customer:2", by="ann"),)),
    ("customer:1", (IdentityUnlinked(identifier="visitor:7"), ComplaintResolved(complaint="k"))),
    ("customer:3", (CustomerRegistered(), ManagerAssigned(manager="bert"), ManagerAssigned(manager="carl"))),
)


def test_following_comes_to_the_same_as_working_out_everybody(shop: Shop) -> None:
    """After each step of a story of names, links, merges and partings, every row and key is what a whole fill makes."""
    seen = []
    for number, (by, told) in enumerate(STORY):
        for place, event in enumerate(told):
            shop.tell(event, by=by, time=NOON + (10 * number + place) * HOUR)
        connection = shop.catch_up()

        follow(connection, shop.log, NOW)
        followed = everything(connection)
        fill(connection, shop.log.log_id, NOW)

        assert followed == everything(connection), f"after {told} by {by}"
        seen.append(sorted(followed[0]))
    assert ["customer:1", "customer:2"] in seen
    assert seen[5] == ["customer:1"], "two are one person"
    assert seen[-1] == ["customer:1", "customer:2", "customer:3"]


def test_ranks_are_by_dial_then_by_what_they_brought(shop: Shop) -> None:
    """Who came after the last whole fill has no rank, and stands behind everybody until the next one."""
    for number, minor in ((1, 300), (2, 700), (3, 500)):
        shop.tell(order(f"o-{number}", minor=minor), by=f"customer:{number}")
    fill(shop.catch_up(), shop.log.log_id, NOW)
    shop.tell(order("o-4", minor=900), by="customer:4")
    connection = shop.catch_up()
    follow(connection, shop.log, NOW)

    ranked = "SELECT person FROM directory ORDER BY place, person"
    before = [row[0] for row in connection.execute(ranked).fetchall()]
    fill(connection, shop.log.log_id, NOW)
    after = [row[0] for row in connection.execute(ranked).fetchall()]

    assert before == ["customer:2", "customer:3", "customer:1", "customer:4"]
    assert after == ["customer:4", "customer:2", "customer:3", "customer:1"]


@pytest.mark.parametrize(("most", "many"), [(100, 100), (3, 100), (0, 100), (100, 0)])
def test_a_name_is_found_by_all_its_words_however_many_share_them(shop: Shop, most: int, many: int) -> None:
    """Whichever way it is looked for, all the words count, and the loudest come first."""
    for number, name in enumerate(
        ("Anna Smith", "Anna Jones", "Arno Smith", "Bea Smith", "Joan Smithson-Annan"), start=1
    ):
        shop.tell(CustomerRegistered(name=name), order(f"o-{number}", minor=100 * number), by=f"customer:{number}")
    connection = shop.catch_up()
    fill(connection, shop.log.log_id, NOW)
    everything_seen = {"narrowed": False, "stores": [], "me": ""}

    named = finding.called(connection, "smith ANN", most=most, many=many)
    found = [row["name"] for row in finding.listed(connection, named, everything_seen, 20)]

    assert found == ["Joan Smithson-Annan", "Anna Smith"]
