"""In a house of very many customers what reads everybody is kept: the same as worked out anew, as old as it says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

import httpx
import pytest

from events.catalog.searches import SearchPerformed
from events.catalog.tasks import TaskDone, TaskOpened
from services.access.roles import Role
from services.installation import Connection
from services.views.keeping import KEPT
from services.views.kept import MOST_MEANWHILE, Asking, Made
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard

MANY = "UPDATE pg_class SET reltuples = 1000000 WHERE oid = 'projection.directory'::regclass"
CLOCKED = {"as_of", "now", "left_seconds", "gone_share", "headline"}
PATHS = (
    "/reports/concentration",
    "/zero-results?store=south",
    "/tasks",
    "/contacts",
    "/contacts?show=all",
    "/contact-plan",
    "/checklists",
    "/complaints",
)


@contextmanager
def very_many(dashboard: Dashboard) -> Iterator[None]:
    """Have the house be thought to hold a million customers."""
    dashboard.connection.execute(MANY)
    try:
        yield
    finally:
        dashboard.connection.execute("ANALYZE projection.directory")


@contextmanager
def busy(dashboard: Dashboard) -> Iterator[None]:
    """Have as much be worked out as may be at a time, so that whatever else is asked for waits until the block ends."""
    go_on = Event()

    def long(_: Connection) -> Made:
        go_on.wait()
        return Made(None, {}, datetime.now(UTC))

    asking = Asking({}, dashboard.connection, dashboard.installation.connect, much=True)
    for number in range(MOST_MEANWHILE):
        KEPT.of(("busy", number), asking, long)
    try:
        yield
    finally:
        go_on.set()


def asked(client: httpx.Client, path: str) -> dict[str, Any]:
    """Return a document once it is there, however long it is worked out."""
    while (answer := client.get(path)).status_code == 202:
        KEPT.wait()
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def without_clock(told: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a document without what is reckoned by the clock to the second."""
    match told:
        case dict():
            return {
                name: without_clock(each)
                for name, each in told.items()
                if name not in {"as_of", "now", "left_seconds", "gone_share", "headline"}
                and not name.endswith("_hours")
            }
        case list():
            return [without_clock(each) for each in told]
        case other:
            return other


@pytest.mark.parametrize("path", PATHS)
def test_what_is_kept_is_the_same(dashboard: Dashboard, browsing: Browsing, path: str) -> None:
    """Lists and figures are those that are worked out anew in a small house."""
    path = path.replace("?", ".json?") if "?" in path else f"{path}.json"
    live = asked(browsing(), path)

    with very_many(dashboard):
        kept = asked(browsing(), path)

    assert without_clock(kept) == without_clock(live)


def test_what_is_kept_is_as_old_as_it_says(dashboard: Dashboard, browsing: Browsing) -> None:
    """Its positions and its clock are those of its figures; whoever wants newer ones is told those, or to ask again."""
    client, path = browsing(), "/zero-results.json?store=kept"
    with very_many(dashboard):
        before = asked(client, path)
        dashboard.tell(SearchPerformed(query="kept", result_count=0, store="kept"), by="visitor:kept")
        again = asked(client, path)
        ends = ",".join(f"{part}:{end}" for part, end in enumerate(dashboard.installation.journal().ends().values()))
        newer = asked(client, f"{path}&min_position={ends}")

    assert (again["figures"], again["as_of"]["positions"]) == (before["figures"], before["as_of"]["positions"])
    assert newer["figures"] != before["figures"]
    assert newer["as_of"]["positions"] == dict(zip("0123", map(int, re.findall(r":(\d+)", ends)), strict=True))


def test_open_tasks_are_of_now(dashboard: Dashboard, browsing: Browsing) -> None:
    """What somebody has just done is in the list no more, though the figures beside it are a little older."""
    client = browsing(Role.MANAGER)
    dashboard.tell(TaskOpened(task="kept", title="Call", reason="tests"), by="customer:kept-task")
    path = "/tasks.json?reason=tests&limit=1000"
    with very_many(dashboard):
        before = asked(client, path)
        dashboard.tell(TaskDone(task="kept", by="bob"), by="customer:kept-task")
        after = asked(client, path)

    listed = [{row["task"] for row in each["tables"]["tasks"]} for each in (before, after)]
    assert ["kept" in tasks for tasks in listed] == [True, False]


def test_who_asks_first_is_told_that_it_is_being_worked_out(dashboard: Dashboard, browsing: Browsing) -> None:
    """The page says so, and comes by itself; nobody waits, and however many ask, it is worked out once."""
    with very_many(dashboard):
        KEPT.wait()
        with busy(dashboard):
            page = browsing().get("/reports/visits?limit=7")
            figures = browsing().get("/reports/visits.json?limit=7")
        told = asked(browsing(), "/reports/visits.json?limit=7")

    assert (page.status_code, figures.status_code) == (202, 202)
    assert "being worked out over all customers" in Html(page.text).text
    assert "Refresh" in page.headers
    assert told["figures"]
