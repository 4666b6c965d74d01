"""The contact plan: each state leads to its contacts; one is recorded, moved and left out where it stands."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

import httpx

from events.catalog.contacts import ContactPlanned
from services.access.roles import Role
from services.house.clock import clock_of
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import WEB

DAY = timedelta(days=1)


def planned(dashboard: Dashboard, days: int) -> str:
    """Plan a contact with a customer in so many days, and return it."""
    contact, now = f"call-{token_hex(4)}", clock_of(dashboard.connection).now()
    told = ContactPlanned(plan="tests", contact=contact, due_on=now.date() + days * DAY, purpose="thanks", by="anna")
    dashboard.tell(told, by=WEB.subject, at=now - 30 * DAY)
    return contact


def contacts(client: httpx.Client, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what a URL says
    """Return the listed contacts, by key."""
    document = client.get("/contact-plan.json", params={"limit": 500, **asked}).json()
    return {row["contact"]: row for row in document["tables"]["contacts"]}


def test_every_state_leads_to_its_contacts(dashboard: Dashboard, browsing: Browsing) -> None:
    """As many are listed as the figure says; what is missed and due stands first where nothing is said."""
    missed, due = planned(dashboard, -3), planned(dashboard, 3)
    client = browsing()

    states = client.get("/contact-plan.json").json()["states"]
    listed = {each["state"]: contacts(client, state=each["state"]) for each in states}

    assert {each["state"]: each["contacts"] for each in states} == {name: len(rows) for name, rows in listed.items()}
    assert (missed in listed["missed"], due in listed["due"]) == (True, True)
    assert set(contacts(client)) == set(listed["missed"]) | set(listed["due"])
    assert missed not in contacts(client, manager="ben")
    assert listed["missed"][missed]["partition"] is not None
    assert client.get("/contact-plan", params={"state": "lost"}).status_code == 422


def test_a_contact_is_moved_left_out_and_recorded(dashboard: Dashboard, browsing: Browsing) -> None:
    """By its forms, which the address opens; a reason is needed to leave one out."""
    contact, client = planned(dashboard, 2), browsing(Role.MANAGER)
    name = f"tests:{WEB.subject}"
    here = f"/contact-plan?open={name}:{contact}&limit=500"

    def send(command: str, **said: str) -> int:
        form = f"contact-plan-tests-{WEB.subject.replace(':', '-')}-{command}"
        data = {"_back": here, "_form": form, "contact": contact, **said}
        answer = client.post(f"/desk/contact-plan/{name}/{command}", data=data)
        dashboard.catch_up()
        return answer.status_code

    forms = {
        each.attributes["action"].rpartition("/")[2] for each in Html(client.get(here).text).all("form", class_="form")
    }
    later = clock_of(dashboard.connection).now().date() + 20 * DAY

    assert {"record", "adjust", "skip"} <= forms
    assert send("adjust", due_on=later.isoformat()) == 303
    assert contacts(client, state="to_come")[contact]["due_on"] == later.isoformat()
    assert send("skip", reason="") == 422
    assert send("skip", reason="complaint_open") == 303
    assert contacts(client, state="skipped")[contact]["reason"] == "complaint_open"
    assert send("record", channel="phone", text="They were glad.") == 303
    assert contact in contacts(client, state="kept")
