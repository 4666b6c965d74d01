"""My day: what a member of staff has to do, and what happens among the customers they look after."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from events.catalog.complaints import ComplaintRaised
from events.catalog.contacts import ContactPlanned, ContactReceived
from events.catalog.customers import CustomerRegistered, ManagerAssigned
from events.catalog.promises import PromiseMade
from events.catalog.staff import CoverArranged, PortfolioOpened
from events.catalog.tasks import TaskAssigned, TaskOpened
from services.access.roles import Role
from services.house.clock import clock_of
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import MANAGER, NORTH, SOUTH, WEB

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def day_of(client: httpx.Client, manager: str = "") -> dict[str, Any]:
    """Return the document of somebody's day."""
    answer = client.get("/my-day.json", params={"manager": manager})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def persons(document: dict[str, Any], table: str) -> list[str]:
    """Return whom a table tells of, in order."""
    return [row["person"] for row in document["tables"][table]]


@pytest.fixture(scope="module")
def mona(dashboard: Dashboard) -> str:
    """Return a manager with a customer of whom everything is due, and a colleague whom she stands in for."""
    now = clock_of(dashboard.connection).now()
    today = now.date()
    dashboard.tell(PortfolioOpened(manager="mona", name="Mona Lund"), by="staff:mona")
    dashboard.tell(PortfolioOpened(manager="olaf", name="Olaf Berg"), by="staff:olaf")
    cover = CoverArranged(manager="olaf", cover="mona", first_day=today - DAY, last_day=today + 3 * DAY, reason="leave")
    dashboard.tell(cover, by="staff:olaf")
    born = f"1980-{today + 3 * DAY:%m-%d}"
    dashboard.tell(
        ManagerAssigned(manager="mona"),
        CustomerRegistered(name="Ida Holm", birthday=born),
        PromiseMade(promise="p-due", kind="reply", due_at=now + HOUR),
        PromiseMade(promise="p-late", kind="reply", due_at=now - HOUR),
        PromiseMade(promise="p-far", kind="reply", due_at=now + 30 * DAY),
        ContactPlanned(plan="2011", contact="c-today", due_on=today, purpose="thanks", by="mona"),
        ContactPlanned(plan="2011", contact="c-later", due_on=today + 9 * DAY, by="mona"),
        ContactReceived(contact="c-asks", bucket="problem_resolution", channel="phone"),
        ComplaintRaised(complaint="k-mona", cause="late"),
        TaskOpened(task="t-late", title="Ring up", due_at=now - DAY, assignee="mona"),
        TaskOpened(task="t-given-away", title="Ring up", due_at=now, assignee="mona"),
        TaskAssigned(task="t-given-away", assignee="somebody"),
        by="customer:ida",
        at=now - 2 * HOUR,
    )
    dashboard.tell(
        ManagerAssigned(manager="olaf"),
        TaskOpened(task="t-olaf", title="Write", due_at=now + DAY, assignee="olaf"),
        by="customer:of-olaf",
        at=now - HOUR,
    )
    return "mona"


def test_a_day_has_what_is_due_and_nothing_else(browsing: Browsing, mona: str) -> None:
    """Tasks by deadline, promises due and past, who waits, contacts of today, birthdays near; others stay away."""
    document = day_of(browsing(Role.STAFF, "north", name=mona))

    tables = document["tables"]
    assert [(row["task"], row["overdue"]) for row in tables["tasks"]] == [("t-late", True), ("t-olaf", False)]
    assert [(row["promise"], row["state"]) for row in tables["promises"]] == [("p-late", "broken"), ("p-due", "due")]
    assert [row["contact"] for row in tables["planned"]] == ["c-today"]
    assert {(row["kind"], row["about"]) for row in tables["waiting"]} == {
        ("question", "c-asks"),
        ("complaint", "k-mona"),
    }
    assert [(row["person"], row["name"], row["days"]) for row in tables["birthdays"]] == [
        ("customer:ida", "Ida Holm", 3)
    ]
    assert (document["shown_as"], document["figures"]["customers"]) == ("Mona Lund", 2)
    assert document["covered"] == [{"manager": "olaf", "shown_as": "Olaf Berg"}]


def test_whose_day_may_be_looked_at(browsing: Browsing, mona: str) -> None:
    """Staff have their own and that of whom they stand in for; managers anybody's."""
    staff = browsing(Role.STAFF, "north", name=mona)

    own, covered, another = (staff.get("/my-day.json", params={"manager": name}) for name in (mona, "olaf", MANAGER))

    assert [own.status_code, covered.status_code, another.status_code] == [200, 200, 403]
    assert persons(covered.json(), "tasks") == ["customer:of-olaf"]
    assert covered.json()["away"] == mona
    assert set(persons(day_of(browsing(Role.MANAGER), MANAGER), "tasks")) >= {NORTH.subject, SOUTH.subject, WEB.subject}


def test_a_task_is_done_from_the_day(dashboard: Dashboard, browsing: Browsing) -> None:
    """Its form says so to the desk, and it is there no more."""
    client = browsing(Role.MANAGER)
    opened = {"subject": NORTH.subject, "title": "Send a card", "assignee": "manager"}
    client.post("/desk/task/t-card/open", data=opened)
    dashboard.catch_up()
    before = [row["task"] for row in day_of(client)["tables"]["tasks"]]
    page = Html(client.get("/my-day").text)

    done = client.post("/desk/task/t-card/complete", data={"outcome": "sent", "_back": "/my-day"})
    dashboard.catch_up()

    assert before == ["t-card"]
    assert "/desk/task/t-card/complete" in {form.attributes.get("action") for form in page.all("form")}
    assert (done.status_code, done.headers["location"]) == (303, "/my-day")
    assert persons(day_of(client), "tasks") == []


def test_an_empty_day_says_whose_it_is(browsing: Browsing) -> None:
    """And how a customer gets a manager."""
    read = Html(browsing(Role.AUDITOR).get("/my-day", params={"manager": "nobody-yet"}).text)

    (empty,) = read.texts("div", class_="empty")
    assert "nobody-yet" in empty
    assert "gets a manager" in empty
