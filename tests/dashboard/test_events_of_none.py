"""A figure of what has no cause, reason, channel, store or words leads to the events without one, and to no others."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from events.catalog.complaints import ComplaintRaised
from events.catalog.contacts import ContactReceived
from events.catalog.searches import SearchPerformed
from events.catalog.tasks import TaskOpened
from events.catalog.visits import PageViewed
from events.event import Event
from services.access.roles import Role
from services.access.viewer import Viewer
from services.dashboard.ways import Ways
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard

NOBODY = "visitor:of-none"
TOLD: tuple[Event, ...] = (
    ComplaintRaised(complaint="of-none"),
    TaskOpened(task="of-none"),
    ContactReceived(contact="of-none", bucket="access_to_people"),
    SearchPerformed(query=" ", result_count=0),
    PageViewed(page=""),
)
"""What says as little as an event may."""

ROWS = (
    ("complaints", "causes", "cause", "complaints"),
    ("tasks", "reasons", "reason", "tasks"),
    ("tasks", "stores", "store", "tasks"),
    ("contacts", "channels", "channel", "contacts"),
    ("unmet_demand", "wishes", "query", "without_result"),
    ("visits", "entry_pages", "page", "visits"),
)
"""Reports, their tables, what a row is of, and what it counts."""


@pytest.fixture(scope="module", autouse=True)
def _told(dashboard: Dashboard) -> None:
    """Have somebody say little."""
    dashboard.tell(*TOLD, by=NOBODY)


@pytest.mark.parametrize(("report", "table", "name", "counts"), ROWS)
def test_what_has_none_is_listed_alone(browsing: Browsing, report: str, table: str, name: str, counts: str) -> None:
    """As many as the figure says: not everything, as where nothing is asked for."""
    client = browsing()
    document = client.get(f"/v1/reports/{report}", params={"limit": 500}).json()
    (row,) = (each for each in document["tables"][table] if not each[name])

    href = Ways(document, Viewer("anna", Role.ADMIN), {}).row(table, counts)(row)
    listed = figures(client, href)

    assert listed["whole"]
    assert listed["events"] == row[counts] > 0


def test_the_page_says_that_it_lists_what_has_none(browsing: Browsing) -> None:
    """In words, for a dash says nothing to who reads it."""
    page = browsing().get("/events", params={"what": "tasks", "about": "-", "store": "-"})

    assert page.status_code == 200
    assert "about nothing that was said" in Html(page.text).text
    assert "no store" in Html(page.text).text


def figures(client: httpx.Client, href: str) -> Mapping[str, Any]:
    """Return what a list of events comes to."""
    answer = client.get(f"/v1{href}&limit=1")
    assert answer.status_code == 200, answer.text
    told: Mapping[str, Any] = answer.json()["figures"]
    return told
