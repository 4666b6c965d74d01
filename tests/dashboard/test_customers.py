"""Customers: the list with its filters, orders and pages, movers, segments, and the search."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import httpx
import pytest

from events.catalog.customers import CardIssued, CustomerRegistered, ManagerAssigned
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderLine, OrderPlaced
from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import MANAGER, NORTH, SOUTH, WEB

SORTS = ("dial", "-dial", "heading", "-heading", "revenue", "-revenue", "seen", "-seen", "name", "-name")
KEYS = {"dial": "rank", "heading": "heading", "revenue": "net_minor", "seen": "last_seen"}


def rows(
    client: httpx.Client,
    path: str,
    table: str = "customers",
    **asked: Any,  # noqa: ANN401 - as the query has it
) -> list[dict[str, Any]]:
    """Return the rows of a table of a page's document."""
    answer = client.get(f"{path}.json", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["tables"][table])


@pytest.fixture(scope="module")
def agnes(dashboard: Dashboard) -> str:
    """Return a customer with a name, an address, a number, a card, an order, and a visitor who is she."""
    registered = CustomerRegistered(name="Ágnes O'Neil", email="Agnes@Example.org", phone="+36 1 234 5678")
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=500)
    placed = OrderPlaced(order="A-77/9", currency="GBP", lines=(line,), total_minor=500, store="north")
    linked = (CardIssued(card="99-1"), IdentityLinked(identifier="visitor:agnes-1"))
    dashboard.tell(registered, placed, *linked, by="customer:agnes")
    return "customer:agnes"


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_in_every_order(browsing: Browsing, sort: str) -> None:
    """Page after page, everybody comes once, in the order that one long page has."""
    client = browsing()
    whole = rows(client, "/customers", sort=sort, limit=1000)

    found: list[dict[str, Any]] = []
    token = ""
    while True:
        document = client.get("/customers.json", params={"sort": sort, "limit": 17, "after": token}).json()
        found += document["tables"]["customers"]
        token = document["next"]
        if not token:
            break

    assert found == whole
    assert len({row["person"] for row in found}) == len(found) > 50
    if key := KEYS.get(sort.removeprefix("-")):
        values = [row[key] for row in found if row[key] is not None]
        assert values == sorted(values, reverse=(sort in {"-dial", "heading", "revenue", "seen"}))


def test_filters_narrow_the_list(browsing: Browsing, agnes: str) -> None:
    """Each filter leaves those of whom it holds, as their rows say, and some of them; together they are one query."""
    client = browsing()
    everybody = rows(client, "/customers", limit=1000)

    def left(**asked: Any) -> set[str]:  # noqa: ANN401 - as the query has it
        return {row["person"] for row in rows(client, "/customers", limit=1000, **asked)}

    def those(test: Callable[[dict[str, Any]], bool]) -> set[str]:
        return {row["person"] for row in everybody if test(row)}

    assert left(band="loud") == those(lambda row: row["dial"] is not None and row["dial"] >= 67) != set()
    assert left(heading="falling") == those(lambda row: row["heading"] is not None and row["heading"] < 45) != set()
    assert left(manager=MANAGER) == those(lambda row: row["manager"] == MANAGER) != set()
    assert left(manager="-") == those(lambda row: not row["manager"])
    assert left(store="north") == those(lambda row: "north" in row["stores"]) != set()
    assert left(complaint="true") == those(lambda row: row["open_complaints"]) >= {NORTH.subject, SOUTH.subject}
    assert left(tier="top") == those(lambda row: "tier.top" in row["segments"]) != set()
    assert left(q="o'nei agn") == left(q="AGNES") == left(q="99-1") == {agnes}
    assert left(band="loud", store="north", complaint="false") == left(band="loud") & left(store="north") & left(
        complaint="false"
    )


def test_the_csv_has_everybody_who_matches(browsing: Browsing) -> None:
    """However short the page is."""
    client = browsing()

    text = client.get("/customers.csv", params={"store": "north", "limit": 2}).text

    told = list(csv.DictReader(StringIO(text)))
    assert [row["person"] for row in told] == [
        row["person"] for row in rows(client, "/customers", store="north", limit=1000)
    ]
    assert len(told) > 2


@pytest.mark.parametrize("path", ["/customers.json", "/customers.csv", "/v1/customers", "/v1/customers.csv"])
def test_staff_see_their_stores_and_their_portfolio_alone(dashboard: Dashboard, browsing: Browsing, path: str) -> None:
    """By page, CSV and API: who came to the north, and whom they look after; another store is refused."""
    client = browsing(Role.STAFF, "north", name="nora")
    dashboard.tell(ManagerAssigned(manager="nora"), by="customer:norahs-own")

    told, refused = client.get(path, params={"limit": 1000}), client.get(path, params={"store": "south"})

    assert NORTH.subject in told.text
    assert "customer:norahs-own" in told.text
    assert SOUTH.subject not in told.text
    assert WEB.subject not in told.text
    assert refused.status_code == 403


FOUND = (
    ("customer:agnes", "identifier"),
    ("agnes", "identifier"),
    ("visitor:agnes-1", "identifier"),
    ("99-1", "identifier"),
    ("A-77/9", "order"),
    ("agnes@example.ORG", "email"),
    ("agnes@exam", "email"),
    ("+36 1 234 5678", "phone"),
    ("06 1 2345678", "phone"),
    ("oneil agn", ""),
    ("o neil ag", "name"),
)


@pytest.mark.parametrize(("typed", "matched"), FOUND)
def test_a_customer_is_found_by_whatever_is_theirs(browsing: Browsing, agnes: str, typed: str, matched: str) -> None:
    """Identifier, card, order, address, number and name; and nobody is found by words that are not theirs."""
    found = rows(browsing(), "/search", q=typed)

    kinds = {row["matched"] for row in found if row["person"] == agnes}
    assert (matched in kinds) if matched else not kinds


def test_an_exact_hit_leads_to_the_customer(browsing: Browsing, agnes: str) -> None:
    """What one customer alone has leads straight to their page; a name lists who is called so."""
    client = browsing()

    exact, name = client.get("/search", params={"q": "A-77/9"}), client.get("/search", params={"q": "agnes o"})

    assert (exact.status_code, exact.headers["location"]) == (303, f"/customers/{agnes}")
    assert name.status_code == 200
    assert agnes in name.text
    assert "Ágnes O&#39;Neil" in name.text


def test_staff_find_nobody_else(browsing: Browsing, agnes: str) -> None:
    """That there is somebody of another store is not told, by whatever they are asked for."""
    for typed, _ in FOUND:
        assert agnes not in {row["person"] for row in rows(browsing(Role.STAFF, "south"), "/search", q=typed)}
    assert rows(browsing(Role.STAFF, "north"), "/search", q="99-1")[0]["person"] == agnes


def test_movers_are_told_with_the_reason(browsing: Browsing) -> None:
    """Who rose most comes first, with what moved them; staff see their own."""
    rose, fell = (rows(browsing(), "/movers", table, limit=200) for table in ("rose", "fell"))

    assert [row["moved"] for row in rose] == sorted((row["moved"] for row in rose), reverse=True)
    assert all(row["moved"] > 0 and row["why"] for row in rose)
    assert all(row["moved"] < 0 and row["why"] for row in fell)
    assert rose
    assert fell
    north = {row["person"] for row in rows(browsing(Role.STAFF, "north"), "/movers", "rose", limit=200)}
    assert north < {row["person"] for row in rose}


def test_segments_say_who_is_in_them_and_what_they_brought(browsing: Browsing) -> None:
    """Tiers part everybody, and what they brought adds up."""
    document = browsing().get("/segments.json").json()

    told = {row["segment"]: row for row in document["tables"]["segments"]}
    tiers = [row for name, row in told.items() if name.startswith("tier.")]
    assert sum(row["net_minor"] for row in tiers) == document["figures"]["net_minor"]
    assert told["tier.top"]["in_words"] == 'The value tier is "top".'
    assert told["tier.top"]["revenue_share"] > told["tier.top"]["customers_share"]


def test_filters_are_saved_as_a_segment(dashboard: Dashboard, browsing: Browsing) -> None:
    """Where a rule can say them; it is defined by whoever saved it, and what no rule can ask is said."""
    client = browsing(Role.MANAGER)
    rule = client.get("/customers.json", params={"band": "loud", "complaint": "false"}).json()["rule"]
    named = {"name": "loud-and-content", "title": "Loud & content", "rule": rule}

    saved = client.post("/segments", data=named, follow_redirects=True)
    dashboard.catch_up()
    defined = {row["segment"]: row for row in rows(client, "/segments", "segments")}
    refused = client.post(
        "/segments", data={"name": "bad", "rule": "louder than 3", "_form": "define-segment", "_back": "/segments"}
    )
    unsaid = client.get("/customers.json", params={"manager": MANAGER}).json()

    assert rule == "dial >= 67 and not complaint_open"
    assert saved.status_code == 200
    assert (defined["loud-and-content"]["by"], defined["loud-and-content"]["rule"]) == ("manager", rule)
    assert refused.status_code == 422
    assert "is no field" in Html(refused.text).text
    assert (unsaid["rule"], "looks after" in unsaid["rule_problem"]) == ("", True)
    assert browsing(Role.STAFF, "north").post("/segments", data=named).status_code == 403
