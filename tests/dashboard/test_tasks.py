"""The tasks of everybody: by deadline and reason, taken, put off, handed over and done where they stand."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

import httpx

from events.catalog.tasks import TaskOpened
from services.access.roles import Role
from services.house.clock import clock_of
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH

HOUR = timedelta(hours=1)


def opened(dashboard: Dashboard, hours: float, reason: str = "for_a_test") -> str:
    """Open a task of a customer of the north that is due in so many hours, and return it."""
    task, now = f"test-{token_hex(4)}", clock_of(dashboard.connection).now()
    told = TaskOpened(task=task, title="Ring them", reason=reason, due_at=now + hours * HOUR, store="north")
    dashboard.tell(told, by=NORTH.subject)
    return task


def tasks(client: httpx.Client, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what a URL says
    """Return the listed tasks, by name."""
    document = client.get("/tasks.json", params={"limit": 500, **asked}).json()
    return {row["task"]: row for row in document["tables"]["tasks"]}


def test_tasks_are_listed_by_deadline_reason_and_manager(dashboard: Dashboard, browsing: Browsing) -> None:
    """What is due first stands first; every narrowing is in the URL, and every row leads to its event."""
    late, soon = opened(dashboard, -3), opened(dashboard, 5)
    client = browsing()

    found = tasks(client, reason="for_a_test")
    places = [f"/events/{row['partition']}/{row['offset']}" for row in found.values()]
    links = {
        each.attributes["href"] for each in Html(client.get("/tasks?reason=for_a_test").text).all("a", class_="place")
    }

    assert list(found) == sorted(found, key=lambda task: found[task]["due"])
    assert (found[late]["deadline"], found[soon]["deadline"]) == ("overdue", "today")
    assert late in tasks(client, deadline="overdue", manager="-")
    assert soon not in tasks(client, deadline="overdue")
    assert late not in tasks(client, manager="anna")
    assert set(places) <= links
    assert client.get("/tasks", params={"deadline": "someday"}).status_code == 422


def test_a_task_is_taken_put_off_handed_over_and_done(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each by its form on the page that the address opens; what was decided is seen in the list."""
    task, client = opened(dashboard, 5, "for_doing"), browsing(Role.STAFF, "north", name="nora")
    here = f"/tasks?reason=for_doing&open={task}"

    def send(command: str, **said: str) -> dict[str, Any]:
        answer = client.post(f"/desk/task/{task}/{command}", data={"_back": here, "_form": "it", **said})
        assert (answer.status_code, answer.headers.get("location")) == (303, here), Html(answer.text).texts(
            "p", class_="note"
        )
        dashboard.catch_up()
        found: dict[str, Any] = tasks(client, reason="for_doing").get(task, {})
        return found

    forms = [
        form.attributes["action"].rpartition("/")[2] for form in Html(client.get(here).text).all("form", class_="form")
    ]
    due = clock_of(dashboard.connection).now() + 72 * HOUR

    assert {"complete", "put-off", "assign", "drop"} <= set(forms)
    assert send("take")["manager"] == "nora"
    assert send("put-off", due_at=f"{due:%Y-%m-%dT%H:%M}")["due"] == f"{due:%Y-%m-%dT%H:%M}:00Z"
    assert send("assign", assignee="anna")["manager"] == "anna"
    assert send("complete", outcome="called") == {}


def test_a_time_that_is_over_is_refused_beside_its_field(dashboard: Dashboard, browsing: Browsing) -> None:
    """What was typed stands there still, in its form, which is open."""
    task, client = opened(dashboard, 5), browsing(Role.MANAGER)
    form = f"task-{task}-put-off"
    said = {"_back": f"/tasks?open={task}", "_form": form, "due_at": "2010-01-02T10:00", "reason": "busy"}

    answer = client.post(f"/desk/task/{task}/put-off", data=said)
    page = Html(answer.text)

    values = {each.attributes.get("id", ""): each.attributes.get("value") for each in page.all("input")}
    assert answer.status_code == 422
    assert values[f"field-{form}-due_at"] == "2010-01-02T10:00"
    assert values[f"field-{form}-reason"] == "busy"
    assert [each.attributes["id"] for each in page.all("p", class_="field-error")] == [f"error-{form}-due_at"]
    assert [each for each in page.all("details", class_="disclosure") if "open" in each.attributes]
