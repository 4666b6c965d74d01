"""Whoever looks at a customer, a list or a search, by page, twin or api, is written down, and nobody else is."""

import json
from typing import Any

import httpx
import pytest

from events.catalog.customers import CardIssued, CustomerRegistered
from services.access import sessions
from services.access.roles import Capability, Role
from services.access.telling import hashed
from services.dashboard.page import Page
from services.views.registered import VIEWS
from services.views.view import View
from tests.dashboard.samples import PERSONAL, api_path_of, named, path_of, view_path_of
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

KEPT = tuple(f"SELECT * FROM {name} WHERE actor = 'looks-for-zeb'" for name in ("accesses", "list_accesses"))
LISTS = tuple(view for view in VIEWS if view.capability is Capability.PERSONAL and not view.personal)
TOLD = "SELECT convert_from(state, 'UTF8') FROM access.said WHERE event_id LIKE 'access:look:%' ORDER BY id"


def looks_of(dashboard: Dashboard, actor: str) -> set[tuple[str, str, str]]:
    """Return at whom, at what and how somebody looked."""
    rows = [json.loads(row) for (row,) in dashboard.connection.execute(TOLD).fetchall()]
    told = [(row["subject"], row["data"]) for row in rows if row["data"]["actor"] == actor]
    return {(subject, data["what"], data["how"]) for subject, data in told}


@pytest.mark.parametrize("page", PERSONAL, ids=named)
def test_a_look_at_a_customer_is_written_down(page: Page, dashboard: Dashboard) -> None:
    """By page, JSON, CSV and api; what staff may not look at they have not looked at."""
    name = f"looks-at-{page.view.name}".replace("_", "-")
    with dashboard.client(Role.STAFF, ("north",), name) as client:
        ways: dict[str, httpx.Response] = {
            "page": client.get(path_of(page)),
            "json": client.get(api_path_of(page)),
            "csv": client.get(path_of(page, ".csv")),
        }
        refused = client.get(path_of(page, "", SOUTH))

    assert ({each.status_code for each in ways.values()}, refused.status_code) == ({200}, 403)
    assert looks_of(dashboard, name) == {(NORTH.subject, page.view.name, way) for way in ways}


def lists_of(dashboard: Dashboard, actor: str) -> list[dict[str, Any]]:
    """Return what is told of the looks of somebody at lists."""
    rows = [json.loads(row) for (row,) in dashboard.connection.execute(TOLD).fetchall()]
    return [row["data"] for row in rows if row["subject"] == f"user:{actor}"]


@pytest.mark.parametrize("view", LISTS, ids=lambda view: view.name)
def test_no_view_of_customers_is_looked_at_without_a_trace(view: View, dashboard: Dashboard) -> None:
    """Whatever it is, and whether or not it names anybody just now."""
    name = f"sees-{view.name}".replace("_", "-")
    with dashboard.client(Role.MANAGER, (), name) as client:
        status = client.get(view_path_of(view)).status_code

    ((subject, what, how),) = looks_of(dashboard, name)
    assert (status, what, how) == (200, view.name, "json")
    assert subject == f"user:{name}" or (view.tells_of is not None and subject.startswith("customer:"))


def test_a_list_is_told_with_whom_it_named(dashboard: Dashboard) -> None:
    """A page, and a CSV with how many rows it had; each once, and what was asked of it."""
    with dashboard.client(Role.STAFF, ("north",), "reads-lists") as client:
        client.get("/customers", params={"limit": "10"})
        client.get("/customers", params={"limit": "10"})
        csv = client.get("/customers.csv").text.splitlines()
        client.get("/overview")

    page, export, overview = lists_of(dashboard, "reads-lists")[-3:]
    assert (page["what"], page["how"], page["asked"], page["rows"]) == ("customers", "page", "limit=10", 0)
    assert NORTH.subject in page["whom"]
    assert page["people"] == len(page["whom"])
    assert (export["how"], export["rows"], export["people"]) == ("csv", len(csv) - 1, len(csv) - 1)
    assert (overview["what"], overview["people"]) == ("overview", len(overview["whom"]))
    assert overview["whom"], "a view of figures that names people is told for that"


def test_what_was_typed_is_told_as_a_hash_alone(dashboard: Dashboard) -> None:
    """It may be a name; who has the secret of the house can tell whether it was this one. Nobody found is told, too."""
    secret = sessions.secret(dashboard.connection)
    with dashboard.client(Role.MANAGER, (), "searches") as client:
        client.get("/v1/search", params={"q": "Nobody Atall"})
        client.get("/v1/live", params={"subject": NORTH.subject, "type": "order"})

    search, live = lists_of(dashboard, "searches")
    assert (search["asked"], search["people"]) == (f"q={hashed(secret, 'Nobody Atall')}", 0)
    assert live["asked"] == f"type={hashed(secret, 'order')} subject={hashed(secret, NORTH.subject)}"
    assert "Atall" not in str(search)


def test_who_watches_the_stream_of_events_is_told_once(dashboard: Dashboard) -> None:
    """When they open it: what it names later is not known, and not told."""
    with dashboard.client(Role.MANAGER, (), "watches") as client, client.stream("GET", "/live/events") as answer:
        assert answer.status_code == 200

    (told,) = lists_of(dashboard, "watches")
    assert (told["what"], told["how"], told["whom"]) == ("live", "live", [])


def test_looks_hold_nothing_of_a_person_but_what_the_house_calls_them(dashboard: Dashboard) -> None:
    """Whatever was typed, and wherever they were shown: so their erasure need not touch what is told of looks."""
    known = {"name": "Zebedee Quux", "email": "zeb@quux.example", "phone": "+44 7700 900999", "address": "9 Quux Row"}
    dashboard.tell(CustomerRegistered(**known), CardIssued(card="4711-08"), by="customer:zeb")
    typed = [*known.values(), "quux", "4711-08"]
    with dashboard.client(Role.MANAGER, (), "looks-for-zeb") as client:
        client.get("/v1/customers/customer:zeb")
        for text in typed:
            client.get("/search", params={"q": text})
            client.get("/v1/customers.csv", params={"q": text})
            client.get("/v1/audit/looks", params={"typed": text})
            client.get("/v1/customers/customer:zeb/timeline", params={"q": text})
            client.get("/v1/live", params={"subject": text})
    dashboard.catch_up()

    asked = (
        "SELECT convert_from(state, 'UTF8') FROM access.said WHERE convert_from(state, 'UTF8') LIKE '%%looks-for-zeb%%'"
    )
    rows = [str(row) for query in (asked, *KEPT) for row in dashboard.connection.execute(query).fetchall()]
    assert len(rows) > len(typed)
    assert [text for text in (*known.values(), "quux") if any(text.lower() in row.lower() for row in rows)] == []
