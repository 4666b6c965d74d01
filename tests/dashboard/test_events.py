"""The list of events behind a figure: who sees which of them, a page at a time, and what it cannot be asked."""

import csv
import io
from datetime import UTC, datetime

import pytest

from services.access.roles import Role
from services.views.event_candidates import BegunVisits, Candidates, Window
from services.views.event_kinds import KINDS, Narrowed
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH


def test_the_pages_of_a_list_are_all_of_it_once(browsing: Browsing) -> None:
    """Page by page, each event comes once, the newest first; the CSV has the same at once."""
    client, asked = browsing(), {"what": "contacts", "limit": "3"}
    paged, following = [], ""
    while True:
        told = client.get("/v1/events", params={**asked, "after": following}).json()
        paged += [(row["time"], row["partition"], row["offset"]) for row in told["tables"]["events"]]
        following = told["next"]
        if not following:
            break
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/events.csv", params={"what": "contacts"}).text)))

    assert len(paged) == len(set(paged)) > 9
    assert [time for time, _, _ in paged] == sorted((time for time, _, _ in paged), reverse=True)
    assert [(row["partition"], row["offset"]) for row in rows] == [(str(at), str(offset)) for _, at, offset in paged]


def test_visits_are_listed_once_however_few_events_are_looked_at(dashboard: Dashboard, browsing: Browsing) -> None:
    """Where each visit began, a few events at a time and page by page, is where all of them began."""
    client, asked = browsing(), {"what": "visits", "from": "2011-03-20", "to": "2011-03-31"}
    whole = client.get("/v1/events", params={**asked, "limit": "1000"}).json()
    events = [row["offset"] for row in whole["tables"]["events"]]
    first = client.get("/v1/events", params={**asked, "limit": "7"}).json()
    then = client.get("/v1/events", params={**asked, "limit": "1000", "after": first["next"]}).json()

    found: list[int] = []
    last: tuple[datetime | str, str] | None = ("infinity", "")
    visits = begun_visits(dashboard, at_once=5)
    while last is not None:
        rows, last = visits.before(Window("2011-03-20 00:00Z", "2011-04-01 00:00Z", *last))
        found += [row["offset"] for row in rows]

    assert found == events
    assert [row["offset"] for row in then["tables"]["events"]] == events[7:]
    assert whole["figures"]["events"] == len(events) > 10


def begun_visits(dashboard: Dashboard, at_once: int) -> BegunVisits:
    """Return what looks for visits so many events at a time."""
    candidates = Candidates(dashboard.connection, KINDS["visits"], Narrowed(), now=True, at_once=at_once)
    asked = {"store": None, "about": "", "outcome": "", "now": datetime(2011, 12, 31, tzinfo=UTC)}
    return BegunVisits(dashboard.connection, candidates, asked)


def test_staff_see_what_happened_in_their_store(browsing: Browsing) -> None:
    """Of what names a store, theirs alone; of what names none, what happened to customers whom they see."""
    staff = browsing(Role.STAFF, "north")
    orders = staff.get("/v1/events", params={"what": "orders", "limit": "1000"}).json()["tables"]["events"]
    steps = staff.get("/v1/events", params={"what": "complaint_steps", "limit": "1000"}).json()["tables"]["events"]

    assert {row["store"] for row in orders} == {"north"}
    assert {row["store"] for row in steps} == {"north", ""}
    subjects = {row["subject"] for row in [*orders, *steps]}
    assert (NORTH.subject in subjects, SOUTH.subject in subjects) == (True, False)
    assert staff.get("/v1/events", params={"subject": SOUTH.subject}).status_code == 403
    assert staff.get("/v1/events", params={"store": "south"}).status_code == 403


def test_who_looked_at_whom_is_in_no_list(browsing: Browsing) -> None:
    """Not even among all events: that is told by the audit."""
    listed = browsing().get("/v1/events", params={"what": "all", "limit": "1000"}).json()["tables"]["events"]

    assert listed
    assert not [row["type"] for row in listed if ".access." in row["type"]]


def test_a_list_says_nothing_that_a_customer_wrote(browsing: Browsing) -> None:
    """Codes and figures alone: the words of a complaint are on the page of the event, which is written down."""
    page = browsing().get("/events", params={"what": "complaints"}).text

    assert "nobody answers" not in page
    assert Html(page).all(class_="place")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"what": "dreams"}, "what"),
        ({"from": "2011-03-02", "to": "2011-03-01"}, "from"),
        ({"after": "nonsense"}, "after"),
        ({"subject": "nobody"}, "subject"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, str], field: str, browsing: Browsing) -> None:
    """With the name of the parameter, and what to say instead."""
    answer = browsing().get("/v1/events", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
