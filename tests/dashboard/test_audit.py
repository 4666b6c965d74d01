"""Audit: states of the past, verifications, who looked at whom, who signed in, and who decided what."""

import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from events.catalog.access import ListLooked, Looked, SignInRefused
from services.access import sessions, telling
from services.access.roles import Role
from services.access.telling import hashed
from services.desk.deciding import Order
from services.desk.desk import Desk
from services.desk.policy import Publish
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import notes, post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

PAGE = "/audit"
WAIT_SECONDS = 30.0


@pytest.fixture(scope="module")
def auditor(browsing: Browsing) -> httpx.Client:
    """Return an auditor's client."""
    return browsing(Role.AUDITOR)


def test_a_verification_is_begun_and_its_digests_are_kept(dashboard: Dashboard, auditor: httpx.Client) -> None:
    """An auditor begins it; each projection is told with both digests and the verdict."""
    dashboard.catch_up()

    status, page = post(auditor, f"{PAGE}/verify", PAGE)
    for thread in threading.enumerate():
        if thread.name.startswith("job-verify-"):
            thread.join(WAIT_SECONDS)
    told = auditor.get(f"{PAGE}.json").json()

    assert status == 303
    assert "The verification has begun" in notes(page)
    assert told["last"]["state"] in {"done", "failed"}
    assert told["last"]["started_by"] == "auditor"
    rows = {row["name"]: row for row in told["tables"]["verified"]}
    assert rows["complaint_cases"]["digest"] == rows["complaint_cases"]["folded_again"]
    assert rows["complaint_cases"]["positions"] == {
        str(part): end for part, end in dashboard.installation.journal().ends().items()
    }


def test_what_guards_the_log_is_said_as_it_is(auditor: httpx.Client) -> None:
    """There is no chain of hashes, and the page does not pretend that there is one."""
    read = Html(auditor.get(PAGE).text)

    assert "No chain of hashes" in read.text
    assert "an event that was altered in the database itself is not shown by one" in read.text


@pytest.mark.parametrize(
    ("asked", "path", "query"),
    [
        ({"subject": "customer:42"}, "/customers/customer:42", {"known_at": ["2011-03-01T09:30:00Z"]}),
        (
            {"what": "complaints", "clock": "happened_by"},
            "/reports/complaints",
            {"happened_by": ["2011-03-01T09:30:00Z"]},
        ),
    ],
)
def test_the_form_leads_to_any_state(
    auditor: httpx.Client, asked: dict[str, str], path: str, query: dict[str, list[str]]
) -> None:
    """Of a customer or a report, by either clock; the instant is in UTC."""
    answer = auditor.get(f"{PAGE}/as-of", params={"at": "2011-03-01T09:30", **asked})

    there = urlsplit(answer.headers["location"])
    assert (answer.status_code, there.path, parse_qs(there.query)) == (303, path, query)


@pytest.mark.parametrize(
    "asked", [{"subject": "nobody"}, {"what": "nonsense"}, {"subject": "customer:1", "at": "then"}, {"clock": "mine"}]
)
def test_a_state_that_is_none_is_said(auditor: httpx.Client, asked: dict[str, str]) -> None:
    """In a sentence on a page; it leads nowhere else."""
    answer = auditor.get(f"{PAGE}/as-of", params={"at": "2011-03-01T09:30", "subject": "customer:1", **asked})

    assert answer.status_code == 422
    assert Html(answer.text).all(class_="note-bad")


def test_who_looked_at_whom_is_told_and_counted(dashboard: Dashboard, auditor: httpx.Client) -> None:
    """One by one, and by customer, by user and by day; of one customer it finds looks at any identifier of theirs."""
    dashboard.tell(Looked(actor="otto", role="manager", what="customer", how="page"), by=NORTH.subject)
    dashboard.tell(Looked(actor="otto", role="manager", what="why", how="json", as_of="0:1"), by=SOUTH.subject)

    def looks(**asked: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = auditor.get(f"{PAGE}/looks.json", params=asked).json()["tables"]["looks"]
        return found

    assert {(row["subject"], row["what"]) for row in looks(actor="otto")} == {
        (NORTH.subject, "customer"),
        (SOUTH.subject, "why"),
    }
    assert {row["subject"] for row in looks(subject=NORTH.subject)} == {NORTH.subject}
    (by_user,) = looks(by="user", actor="otto")
    assert (by_user["times"], by_user["customers"], by_user["role"]) == (2, 2, "manager")
    assert NORTH.subject in {row["subject"] for row in looks(by="customer")}
    assert sum(int(str(row["times"])) for row in looks(by="day", actor="otto")) == 2
    page = auditor.get(f"{PAGE}/looks", params={"actor": "otto", "limit": "1"})
    assert [link for link in Html(page.text).all("a") if link.attributes.get("rel") == "next"]


def test_looks_at_lists_are_told_beside_the_others(dashboard: Dashboard, auditor: httpx.Client) -> None:
    """Each look is one line; of one customer also the lists that named them; and who searched for what is found."""
    said: dict[str, Any] = {"actor": "olga", "role": "manager", "how": "page"}
    typed = hashed(sessions.secret(dashboard.connection), "Ada")
    dashboard.tell(
        ListLooked(**said, what="customers", people=2, whom=(NORTH.subject, SOUTH.subject)),
        ListLooked(**said, what="search", asked=f"q={typed}"),
        ListLooked(**{**said, "how": "csv"}, what="customers", people=4000, rows=4000),
        by="user:olga",
    )
    dashboard.tell(Looked(actor="olga", role="manager", what="customer", how="page"), by=NORTH.subject)

    def looks(**asked: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = auditor.get(f"{PAGE}/looks.json", params={"actor": "olga", **asked}).json()[
            "tables"
        ]["looks"]
        return found

    assert [(row["what"], row["how"], row["people"]) for row in looks()] == [
        ("customer", "", 1),
        ("customers", "csv", 4000),
        ("search", "page", 0),
        ("customers", "page", 2),
    ]
    assert [row["rows"] for row in looks(kind="csv")] == [4000]
    assert [row["what"] for row in looks(kind="customers")] == ["customer"]
    assert [row["what"] for row in looks(subject=NORTH.subject)] == ["customer", "customers"]
    assert [row["what"] for row in looks(typed="Ada")] == ["search"]
    assert looks(typed="Eve") == []
    (by_user,) = looks(by="user")
    assert (by_user["times"], by_user["customers"]) == (4, 2)
    assert [(row["subject"], row["times"]) for row in looks(by="customer")] == [(NORTH.subject, 2), (SOUTH.subject, 1)]
    walked, place = [], ""
    while page := auditor.get(f"{PAGE}/looks.json", params={"actor": "olga", "limit": "1", "after": place}).json():
        walked += page["tables"]["looks"]
        if not (place := page["next"]):
            break
    assert len(walked) == 4
    read = Html(auditor.get(f"{PAGE}/looks", params={"actor": "olga"}).text)
    assert "4 000 people" in read.text.replace("\u2009", " ")


def test_sign_ins_and_refusals_are_told(dashboard: Dashboard, auditor: httpx.Client) -> None:
    """Who signed in, who was refused and why, and whose rights were changed by whom; each leads to its event."""
    now = datetime.now(UTC)
    telling.user_signed_in(dashboard.connection, "otto", "password", "192.0.2.1", now)
    telling.user_changed(dashboard.connection, "otto", "changed", "admin", now, role="manager")
    dashboard.tell(SignInRefused(reason="password", how="password", address="192.0.2.9"), by="user:otto")
    dashboard.catch_up()

    rows = auditor.get(f"{PAGE}/sign-ins.json", params={"user": "otto"}).json()["tables"]["sign_ins"]
    read = Html(auditor.get(f"{PAGE}/sign-ins", params={"user": "otto", "kind": "refused"}).text)

    told = {(row["kind"], row["address"], row["changed_by"]) for row in rows}
    assert told == {("signed_in", "192.0.2.1", None), ("user_changed", None, "admin"), ("refused", "192.0.2.9", None)}
    assert "192.0.2.9" in read.text
    assert "192.0.2.1 " not in f"{read.text} "
    assert [link for link in read.all("a") if link.attributes["href"].startswith("/events/")]


def test_decisions_are_told_with_who_made_them(dashboard: Dashboard, auditor: httpx.Client) -> None:
    """With what was decided on, and the event that came of it."""
    desk = Desk(dashboard.installation.dsn)
    try:
        command = Publish(content={"hours": "20"})
        desk.perform(Order("policy", "complaint_promise.audit", command, "otto"), desk.now())
    finally:
        desk.close()
    dashboard.catch_up()

    (row,) = auditor.get(f"{PAGE}/decisions.json", params={"actor": "otto"}).json()["tables"]["decisions"]

    assert (row["aggregate"], row["name"], row["command"]) == ("policy", "complaint_promise.audit", "publish")
    assert auditor.get(f"/events/{row['partition']}/{row['offset']}.json").json()["data"]["by"] == "otto"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_nobody_else_sees_who_looked(browsing: Browsing, role: Role) -> None:
    """Nor who signed in; an event that tells of it is not for them either."""
    client = browsing(role)

    statuses = {client.get(f"{PAGE}{part}").status_code for part in ("", "/looks", "/sign-ins", "/decisions.csv")}
    status, _ = post(client, f"{PAGE}/verify", PAGE)

    assert (statuses, status) == ({403}, 403)
