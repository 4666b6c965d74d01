"""Reports as pages: any of them from its figures and tables alone, and what of them is shown to whom."""

import json
import re

import pytest

from services.access.roles import Capability, Role
from services.dashboard.formats import spoken
from services.dashboard.registered import PAGES
from services.dashboard.report_pages import IN_THE_SHOP
from services.views.reports import ABOUT_SOMEBODY, REPORT_VIEWS
from services.views.view import View
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

SOMEBODY = re.compile(r"(?:customer|visitor):[\w-]+")
NAMES = "SELECT traits -> 'name' ->> 2 FROM profile WHERE traits -> 'name' IS NOT NULL"
OPEN_TO_FIGURES = [view for view in REPORT_VIEWS if view.capability is Capability.FIGURES]
OF_A_STORE = [view for view in REPORT_VIEWS if "store" in view.parameters.__struct_fields__]
PLACES = {page.view.name: page.at for page in PAGES}
ABOUT = {
    "unmet_demand_report": "blue kettle",
    "complaints_report": "late",
    "contacts_report": "problem_resolution",
    "associations_report": "85123A",
}


def named(view: View) -> str:
    """Return what a test over reports calls one."""
    return view.name


@pytest.mark.parametrize("view", REPORT_VIEWS, ids=named)
def test_every_report_has_a_page(view: View, browsing: Browsing) -> None:
    """The finding comes first, then what it means, the form, and a CSV of each table that has rows."""
    at = PLACES[view.name]
    read, document = Html(browsing().get(at).text), browsing().get(f"{at}.json").json()

    assert read.all(class_="finding")[0].text == " ".join(spoken(document["headline"]).split())
    assert " ".join(view.about.partition("\n\n")[0].split()) in read.all(class_="definition")[0].text
    fields = {field.attributes.get("name") for field in read.all("input")}
    assert {"currency", "limit", "known_at", "happened_by"} <= fields
    csvs = {link.attributes["href"] for link in read.all("a") if "table=" in link.attributes.get("href", "")}
    assert all(href.startswith(f"{at}.csv?table=") for href in csvs)
    if at.startswith("/reports/"):
        filled = {name for name, rows in document["tables"].items() if rows}
        assert {href.rpartition("=")[2] for href in csvs} == filled


@pytest.mark.parametrize("view", OPEN_TO_FIGURES, ids=named)
def test_whoever_may_look_at_figures_is_told_of_nobody(view: View, dashboard: Dashboard, browsing: Browsing) -> None:
    """Neither an id nor a name stands in a report that is open to all, whatever it is narrowed to."""
    viewer, names = browsing(Role.VIEWER), {name for (name,) in dashboard.connection.execute(NAMES).fetchall()}
    questions: list[dict[str, str]] = [{"limit": "500"}]
    questions += [{"store": "north", "limit": "500"}] if view in OF_A_STORE else []
    questions += [{"about": ABOUT[view.name], "limit": "500"}] if view.name in ABOUT else []

    told = [viewer.get(f"/v1{view.path}", params=asked).json() for asked in questions]

    for document in told:
        text = json.dumps(document["tables"]) + json.dumps(document["figures"]) + document["headline"]
        assert not SOMEBODY.findall(text)
        assert not [name for name in names if name in text]
    assert any(any(document["tables"].values()) for document in told)


def test_whoever_may_look_at_figures_may_not_ask_of_somebody(browsing: Browsing) -> None:
    """Reports that name customers are refused, and so is narrowing another one to somebody or to an order of theirs."""
    viewer, named_ones = browsing(Role.VIEWER), [view for view in REPORT_VIEWS if view not in OPEN_TO_FIGURES]

    refused = {viewer.get(f"/v1{view.path}").status_code for view in named_ones}
    narrowed = {viewer.get(f"/v1/reports/{name}?about={NORTH.subject}").status_code for name in ("visits", "retention")}

    assert (refused, narrowed) == ({403}, {403})
    assert len(named_ones) >= len(REPORT_VIEWS) // 4
    assert viewer.get("/v1/reports/order_status?about=537851").status_code == 403


@pytest.mark.parametrize("view", OF_A_STORE, ids=named)
def test_staff_are_told_of_their_own_customers_alone(view: View, browsing: Browsing) -> None:
    """Whoever works in the north is told of customers who came to the north: the last digits say who did."""
    document = browsing(Role.STAFF, "north").get(f"/v1{view.path}", params={"limit": "500"}).json()

    assert document["question"]["store"] == "north"
    people = set(SOMEBODY.findall(json.dumps(document["tables"])))
    customers = {person for person in people if person.removeprefix("customer:").isdigit()}
    assert {person[-2:] for person in customers} <= {NORTH.subject[-2:]}


def test_staff_may_not_ask_of_a_customer_of_another_store(browsing: Browsing) -> None:
    """Narrowing a report to somebody is looking at them; and what names customers of all stores is not for staff."""
    staff = browsing(Role.STAFF, "north")
    whole_house = {view.path.rpartition("/")[2] for view in REPORT_VIEWS if view.whole_house}
    asked = sorted(ABOUT_SOMEBODY - whole_house)

    others = {name: staff.get(f"/v1/reports/{name}?about={SOUTH.subject}").status_code for name in asked}
    own = {name: staff.get(f"/v1/reports/{name}?about={NORTH.subject}").status_code for name in asked}

    assert others == dict.fromkeys(asked, 403)
    assert own == dict.fromkeys(asked, 200)
    assert {staff.get(f"/v1/reports/{name}").status_code for name in whole_house} == {403}


def test_a_report_of_a_past_wears_the_band(browsing: Browsing) -> None:
    """What is asked of a past says so, keeps the point in every link of the page, and leads back to now."""
    page = browsing().get("/stores?happened_by=2011-02-01T00:00:00Z")
    read = Html(page.text)

    assert read.all(class_="past-band")
    ways = [link.attributes["href"] for link in read.all("a") if "store=north" in link.attributes["href"]]
    assert ways
    assert all("happened_by=2011-02-01" in href for href in ways)
    assert {"known_at", "happened_by"} <= {field.attributes.get("name") for field in read.all("input")}


@pytest.mark.parametrize(("path", "place"), [(path, place[0]) for path, place in IN_THE_SHOP.items()])
def test_a_report_that_has_a_page_in_the_shop_is_found_there(path: str, place: str, browsing: Browsing) -> None:
    """Its address among the reports leads there, with what was asked."""
    found = [browsing().get(f"{path}{suffix}?limit=5") for suffix in ("", ".json", ".csv")]

    assert [(each.status_code, each.headers["location"]) for each in found] == [
        (303, f"{place}{suffix}?limit=5") for suffix in ("", ".json", ".csv")
    ]


def test_a_report_that_there_is_not_is_said(browsing: Browsing) -> None:
    """By page and by API, with where to look."""
    page, answer = browsing().get("/reports/nonsense"), browsing().get("/v1/reports/nonsense")

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "the page of all reports lists what there is" in Html(page.text).text


def test_the_list_of_reports_shows_what_one_may_ask(browsing: Browsing) -> None:
    """Each with its parameters, its path, and the first of what it means; what is not open is not shown."""
    listed = browsing(Role.VIEWER).get("/v1/reports").json()["tables"]["reports"]
    shown = {link.attributes["href"] for link in Html(browsing(Role.VIEWER).get("/reports").text).all("a")}

    assert {f"/reports/{each['name']}" for each in listed if each["open"]} <= shown
    assert not {f"/reports/{each['name']}" for each in listed if not each["open"]} & shown
    stores = next(each for each in listed if each["name"] == "store")
    assert stores["parameters"] == ["table", "currency", "limit", "about", "now", "store", "from", "to"]
