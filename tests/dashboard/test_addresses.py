"""Whatever a source calls somebody or something has a page, twins, an address in the API, and can be acted upon."""

from itertools import count
from urllib.parse import urlsplit

import httpx
import pytest

from events.catalog.complaints import ComplaintRaised
from events.catalog.customers import CustomerRegistered
from services.access.roles import Role
from services.views.addresses import named, part, routed
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard

STRANGE = [
    "12/3",
    "a/timeline",
    "50 % off?",
    "#1 & <b>",
    "%2F%25",
    "é-ü-漢",
    "file.json",
    "up/x.csv",
    '"quoted" \\ it',
    "l" * 120,
]
"""Among them what would be another page's path, a file's name, or quoted already."""

NUMBERS = count(1)


@pytest.fixture(scope="module")
def manager(browsing: Browsing) -> httpx.Client:
    """Return a manager's client."""
    return browsing(Role.MANAGER)


@pytest.mark.parametrize("strange", [*STRANGE, "/", "%", ".", "a%2fb", "%252F", "\n"])
def test_a_name_is_one_part_of_a_path(strange: str) -> None:
    """What is quoted comes back as it was, and nothing of it separates or ends a path."""
    path = routed(f"/customers/{part(strange)}")

    assert path.count("/") == 2
    assert not path.endswith((".json", ".csv"))
    assert named(path.split("/")[2]) == strange


@pytest.mark.parametrize("strange", STRANGE, ids=ascii)
def test_a_customer_has_a_page_whatever_they_are_called(
    strange: str, dashboard: Dashboard, manager: httpx.Client
) -> None:
    """With its twins, its parts, its address in the API, and links that lead to the same customer."""
    subject, name = f"card:{strange}", f"Strange {next(NUMBERS)}"
    dashboard.tell(CustomerRegistered(name=name), by=subject)
    at = f"/customers/{part(subject)}"

    page = manager.get(at)
    assert page.status_code == 200
    assert name in Html(page.text).text
    for path in (f"{at}.json", f"/v1{at}"):
        assert manager.get(path).json()["person"] == subject
    assert "regulars.customer.registered" in manager.get(f"{at}/timeline.csv").text
    assert manager.get(f"/v1{at}/profile.csv").status_code == 200
    links = {urlsplit(str(each.attributes.get("href", ""))).path for each in Html(page.text).all("a")}
    own = {link for link in links if "card:" in link}
    assert f"{at}/timeline" in own
    assert {link for link in own if not link.startswith(at)} == set()


@pytest.mark.parametrize("strange", [STRANGE[0], STRANGE[2], STRANGE[4], STRANGE[7]], ids=ascii)
def test_a_complaint_has_a_page_where_it_is_answered(strange: str, dashboard: Dashboard, manager: httpx.Client) -> None:
    """By the form of its page, which leads back there, and keeps what was typed where it is refused."""
    raised = ComplaintRaised(complaint=strange, channel="email", cause="odd", text="It is odd.", store="north")
    dashboard.tell(raised, by=f"customer:{next(NUMBERS)}-complains")
    at = f"/complaints/{part(strange)}"

    page = manager.get(at)
    assert (page.status_code, manager.get(f"/v1{at}").json()["case"]["complaint"]) == (200, strange)
    (form,) = {each.attributes["action"] for each in Html(page.text).all("form") if "/reply" in str(each.attributes)}
    refused, again = post(manager, str(form).replace("/reply", "/dance"), at)
    status, back = post(manager, str(form), at, text=f"We look at {strange!r}.")
    dashboard.catch_up()

    assert refused >= 400
    assert "It is odd." in again.text, "the same page again"
    assert (status, "It is odd." in back.text) == (303, True)
    assert "We look at" in Html(manager.get(at).text).text


def test_a_slash_as_it_is_separates(manager: httpx.Client) -> None:
    """A part of a customer's page that there is not is none, and no customer of that name."""
    assert manager.get("/customers/card:12/3").status_code == 404
    assert manager.get("/v1/customers/card:12/3/4").status_code == 404


@pytest.mark.parametrize("suffix", ["", ".json", ".csv"])
def test_what_was_found_elsewhere_before_leads_on(manager: httpx.Client, suffix: str) -> None:
    """With the same question."""
    answer = manager.get(f"/customers/movers{suffix}", params={"manager": "mia"})

    assert (answer.status_code, answer.headers["location"]) == (308, f"/movers{suffix}?manager=mia")
