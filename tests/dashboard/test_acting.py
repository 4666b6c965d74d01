"""Doing something from a page: who may, that it counts once, where it leads back to, and how a refusal is shown."""

from secrets import token_hex
from typing import Any

import httpx
import pytest

from events.catalog.complaints import ComplaintRaised
from events.catalog.tasks import TaskOpened
from services.access.roles import Role
from services.dashboard.flash import COOKIE
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH, Person

FORM = {"_back": "/projections", "_form": "the-form"}


def raised(dashboard: Dashboard, person: Person = NORTH) -> str:
    """Let somebody complain, and return the complaint."""
    complaint = f"acting-{token_hex(4)}"
    told = ComplaintRaised(complaint=complaint, channel="email", cause="late", store=person.store)
    dashboard.tell(told, by=person.subject)
    return complaint


def send(client: httpx.Client, complaint: str, command: str, **said: Any) -> httpx.Response:  # noqa: ANN401
    """Send a form of a complaint."""
    return client.post(f"/desk/complaint/{complaint}/{command}", data={**FORM, **said})


def facts(dashboard: Dashboard, complaint: str) -> list[str]:
    """Return what the desk decided about a complaint."""
    asked = "SELECT topic FROM desk.stored_events WHERE originator_id = %s ORDER BY originator_version"
    return [topic.split(".")[2] for (topic,) in dashboard.connection.execute(asked, [f"complaint:{complaint}"])]


def test_what_was_done_is_told_once_on_the_page_where_it_was_done(dashboard: Dashboard, browsing: Browsing) -> None:
    """The form leads back to its page, which says it in a sentence; the next page says it no more."""
    complaint, client = raised(dashboard), browsing(Role.MANAGER)

    answer = send(client, complaint, "reply", text="We are on it.")
    pages = [Html(client.get(answer.headers["location"]).text).text for _ in range(2)]

    assert (answer.status_code, answer.headers["location"]) == (303, "/projections")
    assert [f"Complaint {complaint} is answered." in page for page in pages] == [True, False]
    assert facts(dashboard, complaint) == ["replied"]


def test_a_form_that_is_sent_twice_counts_once(dashboard: Dashboard, browsing: Browsing) -> None:
    """A double click, or going back and sending it again, does nothing more; nor does the key with another text."""
    complaint, client = raised(dashboard), browsing(Role.MANAGER)

    answers = [send(client, complaint, "reply", text=text, _key=f"{complaint}-1") for text in ("One", "One", "Other")]

    assert [answer.status_code for answer in answers] == [303, 303, 422]
    assert "was sent before" in answers[2].text
    assert facts(dashboard, complaint) == ["replied"]


def test_a_refusal_is_the_page_with_the_sentence(dashboard: Dashboard, browsing: Browsing) -> None:
    """What the desk refuses is said on the form's page, which follows nothing: its address is no page's."""
    complaint, client = raised(dashboard), browsing(Role.MANAGER)

    answer = send(client, complaint, "resolve", outcome="replaced")
    page = Html(answer.text)

    assert answer.status_code == 422
    assert "Projections" in page.title
    assert "has no reply: reply first, then resolve it." in page.text
    assert not page.all(id="stream")
    assert [each.attributes["href"] for each in page.all("a", class_="why")][:1] == ["#the-form"]
    assert facts(dashboard, complaint) == []


def test_who_saw_an_older_version_is_told_to_look_again(dashboard: Dashboard, browsing: Browsing) -> None:
    """Two look at one complaint: the second to decide sees that somebody was first."""
    complaint, client = raised(dashboard), browsing(Role.MANAGER)

    answers = [send(client, complaint, "reply", text=text, _version="0") for text in ("One", "Two")]

    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Somebody decided first: look again, then decide." in answers[1].text
    assert facts(dashboard, complaint) == ["replied"]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "", "/a b"])
def test_a_form_leads_to_pages_of_ours_alone(back: str, browsing: Browsing) -> None:
    """Whoever writes the form cannot lead its sender to another site."""
    complaint = f"acting-{token_hex(4)}"

    answer = send(browsing(Role.MANAGER), complaint, "raise", subject=NORTH.subject, _back=back)

    assert (answer.status_code, answer.headers.get("location")) == (303, "/")


def test_staff_act_for_customers_whom_they_see(dashboard: Dashboard, browsing: Browsing) -> None:
    """Whoever works in the north does nothing for a customer of the south, however they are named, nor in its name."""
    client = browsing(Role.STAFF, "north")
    north, south = raised(dashboard), raised(dashboard, SOUTH)
    dashboard.tell(TaskOpened(task=south, title="Call", store="south"), by=SOUTH.subject)
    plan, assign = f"/desk/contact-plan/2011:{SOUTH.subject}/record", f"/desk/ownership/{SOUTH.subject}/assign"

    answers = [
        send(client, north, "reply", text="Yes"),
        send(client, south, "reply", text="Yes"),
        send(client, f"{south}-new", "raise", subject=SOUTH.subject),
        client.post(plan, data={**FORM, "contact": "spring"}),
        client.post(assign, data={**FORM, "manager": "staff-north"}),
        send(client, f"{north}-other", "raise", subject=NORTH.subject, store="south"),
        client.post(f"/complain/{NORTH.subject}", data={**FORM, "text": "Cold!", "store": "south"}),
    ]

    assert [answer.status_code for answer in answers] == [303, *[403] * 6]
    assert all("You may not" in Html(answer.text).text for answer in answers[1:])
    assert facts(dashboard, south) == []


def test_who_may_not_act_does_not(dashboard: Dashboard, browsing: Browsing) -> None:
    """An auditor looks, and acts for nobody; a manager does not set what anybody may offer."""
    complaint, authority = raised(dashboard), {"limit_minor": "900.00", "currency": "EUR"}

    answers = [
        send(browsing(Role.AUDITOR), complaint, "reply", text="Yes"),
        browsing(Role.MANAGER).post("/desk/portfolio/anna/set-authority", data={**FORM, **authority}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert facts(dashboard, complaint) == []


def test_another_site_does_nothing(dashboard: Dashboard, browsing: Browsing) -> None:
    """The browser sends the cookie by itself; a form of another site is refused all the same."""
    complaint, client = raised(dashboard), browsing(Role.MANAGER)

    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"},
    ):
        answer = client.post(f"/desk/complaint/{complaint}/reply", data={**FORM, "text": "Hi"}, headers=headers)

        assert answer.status_code == 403
    assert facts(dashboard, complaint) == []


def test_what_is_told_cannot_be_forged_and_is_for_its_doer(dashboard: Dashboard, browsing: Browsing) -> None:
    """A sentence that we did not sign is not shown, nor is one to somebody else in the same browser."""
    client, other = browsing(Role.MANAGER), browsing(Role.ADMIN)
    answer = send(client, raised(dashboard), "reply", text="We are on it.")
    signed = answer.cookies[COOKIE]
    client.cookies.delete(COOKIE)

    for cookie in (signed, signed[:-1], "anything"):
        page = other.get("/projections", headers={"Cookie": f"{_session(other)}; {COOKIE}={cookie}"})
        assert "is answered" not in page.text


def _session(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items() if name != COOKIE)
