"""The overview: its figures are those of the lists behind them, and three clicks lead from each to the events."""

import json
import re

import httpx
import pytest

from services.access.roles import Role
from services.views.inflow import lately
from services.views.keeping import KEPT
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH, WEB

SOMEBODY = re.compile(r"(?:customer|visitor):[\w-]+")
EVENT = re.compile(r"^/events/\d+/\d+$")
ONE_OF_THEM = re.compile(r"^/(?:customers|complaints)/[^/?]+$")
"""A page of one customer, or of one complaint."""


def links(client: httpx.Client, path: str) -> list[str]:
    """Return where the links of a page lead that stand in its content, not in the navigation around it."""
    answer = client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
    return [link.attributes["href"] for link in Html(answer.text).all("a") if "href" in link.attributes]


def test_the_events_behind_any_figure_are_three_clicks_away(browsing: Browsing) -> None:
    """From each figure to its list, from the list to a customer or a complaint, from there to an event, or sooner."""
    client = browsing()
    page = Html(client.get("/overview").text)
    whys = [link.attributes["href"] for link in page.all("a", class_="why")]
    figures = [href for href in whys if href != "/zero-results"]  # each wish there has a figure of its own here
    rows = [href for href in links(client, "/overview") if href.startswith(("/zero-results?about", "/customers/"))]

    lost = [href for href in dict.fromkeys([*figures, *rows]) if not leads_to_an_event(client, href)]

    assert len(figures) >= 7
    assert not lost


def leads_to_an_event(client: httpx.Client, first: str) -> bool:
    """Return whether an event can be reached by two further clicks."""
    found = links(client, first)
    if any(map(EVENT.match, found)):
        return True
    further = next((href for href in found if ONE_OF_THEM.match(href)), None)
    return further is not None and any(map(EVENT.match, links(client, further)))


def test_its_figures_are_those_of_the_lists_behind_them(dashboard: Dashboard, browsing: Browsing) -> None:
    """The log, the report of the best customers, the report of stores, and the board say the same."""
    client = browsing()
    told = client.get("/overview.json").json()
    figures = told["figures"]
    best = client.get("/v1/reports/concentration").json()["figures"]
    stores = client.get("/v1/reports/store").json()["figures"]
    board = client.get("/v1/complaints").json()["figures"]

    assert figures["events"] == sum(dashboard.installation.journal().ends().values())
    assert [figures[name] for name in ("bringing", "bringing_share", "revenue_minor")] == [
        best[name] for name in ("bringing", "bringing_share", "revenue_minor")
    ]
    assert figures["regulars"] == stores["regulars"]
    assert [figures[f"complaints_{state}"] for state in ("past", "at_risk", "on_track")] == [
        board[f"count_{state}"] for state in ("past", "at_risk", "on_track")
    ]
    assert told["curve"][-1] == [1.0, 1.0]
    assert told["curve"] == sorted(told["curve"])


def test_complaints_are_shown_by_how_they_stand(browsing: Browsing) -> None:
    """The tabs are in the URL; the one whose promise ends first stands at the top."""
    client = browsing(Role.MANAGER)
    everything = client.get("/overview.json").json()["tables"]["complaints"]
    late = client.get("/overview.json?state=past").json()["tables"]["complaints"]
    wrong = client.get("/v1/overview?state=lost")

    open_ones = [row["complaint"] for row in everything]
    by_hand = [WEB.complaint, SOUTH.complaint, NORTH.complaint]  # some of which another test may have settled
    assert [each for each in open_ones if each in by_hand] == [each for each in by_hand if each in open_ones]
    assert WEB.complaint in [row["complaint"] for row in late]
    assert {row["state"] for row in late} == {"past"}
    assert (wrong.status_code, wrong.json()["field"]) == (422, "state")


def test_whoever_may_look_at_figures_sees_no_names(browsing: Browsing) -> None:
    """The figures are there, and neither customers nor their complaints; no link leads where they may not go."""
    client = browsing(Role.VIEWER)
    told, page = client.get("/overview.json").json(), client.get("/overview").text

    assert told["figures"]["customers"] > 50
    assert not SOMEBODY.findall(json.dumps(told) + page)
    assert not told["tables"]["moved"]
    statuses = {href: client.get(href).status_code for href in links(client, "/overview")}
    assert set(statuses.values()) == {200}, statuses


def test_staff_see_their_store(browsing: Browsing) -> None:
    """The figures, the complaints and the movers are of the north alone."""
    told = browsing(Role.STAFF, "north").get("/overview.json").json()
    whole = browsing().get("/overview.json").json()

    assert 0 < told["figures"]["revenue_minor"] < whole["figures"]["revenue_minor"]
    assert {row["store"] for row in told["tables"]["complaints"]} == {"north"}
    customers = {each for each in SOMEBODY.findall(json.dumps(told)) if each.startswith("customer:")}
    assert {each[-2:] for each in customers} == {NORTH.subject[-2:]}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_an_empty_installation_says_how_to_begin(empty_dashboard: Dashboard, role: Role) -> None:
    """In place of empty charts there is the command for a key, and what sends the first event."""
    with empty_dashboard.client(role) as client:
        read = Html(client.get("/overview").text)

    assert "regulars sources add shop" in read.text
    assert "/v1/track" in read.text
    assert not read.all(class_="figure")


def test_how_much_came_lately_is_what_the_log_recorded(dashboard: Dashboard) -> None:
    """The steps come to all that was recorded within the ten minutes; the clock goes on between the three looks."""
    count = "SELECT count(*) FROM journal.event WHERE recorded_at > clock_timestamp() - interval '10 minutes'"

    before = dashboard.connection.execute(count).fetchall()[0][0]
    told = lately(dashboard.installation.journal(), dashboard.connection)
    after = dashboard.connection.execute(count).fetchall()[0][0]

    assert before >= sum(told.steps) >= after
    assert told.per_second == sum(told.steps[-2:]) / 60


def test_of_very_many_customers_nobody_waits(dashboard: Dashboard, browsing: Browsing) -> None:
    """The first who asks of a store sees at once what is there, and that the rest is being worked out; then it is."""
    many = "UPDATE pg_class SET reltuples = 1000000 WHERE oid = 'projection.directory'::regclass"
    dashboard.connection.execute(many)
    try:
        first = browsing().get("/overview?store=south")
    finally:
        dashboard.connection.execute("ANALYZE projection.directory")
    KEPT.wait()
    then = browsing().get("/overview.json?store=south").json()

    assert first.status_code == 200
    assert "being worked out" in Html(first.text).text
    assert not then["pending"]
    assert then["figures"]["customers"] > 10
