"""The complaints board: what stands in which column, what is done in place, and the page of one complaint."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

import httpx

from events.catalog.complaints import ComplaintRaised, ComplaintReplied, ComplaintResolved, ComplaintWaiting
from events.event import Event
from services.access.roles import Role
from services.desk.deciding import Order
from services.desk.desk import Desk
from services.desk.portfolio import Open, SetAuthority
from services.house.clock import clock_of
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

HOUR = timedelta(hours=1)


def told(dashboard: Dashboard, hours_ago: float, *after: Event | str) -> str:
    """Let a customer of the north complain so long ago, and more happen at once, and return the complaint."""
    complaint, at = f"board-{token_hex(4)}", clock_of(dashboard.connection).now() - hours_ago * HOUR
    raised = ComplaintRaised(complaint=complaint, channel="email", cause="board", text="It is broken.", store="north")
    steps = {
        "waiting": ComplaintWaiting(complaint=complaint, by="anna", text="Which one?"),
        "replied": ComplaintReplied(complaint=complaint, by="anna", text="Sorry"),
        "resolved": ComplaintResolved(complaint=complaint, by="anna", outcome="replaced"),
    }
    dashboard.tell(raised, *(steps[step] for step in after if isinstance(step, str)), by=NORTH.subject, at=at)
    return complaint


def board(client: httpx.Client, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the board's rows, by complaint."""
    document = client.get("/complaints.json", params={"cause": "board", "limit": 500, **asked}).json()
    return {row["complaint"]: row for row in document["tables"]["complaints"]}


def test_complaints_stand_by_what_is_left_of_the_promise(dashboard: Dashboard, browsing: Browsing) -> None:
    """Past, within four hours, with more time, waiting (the clock stands still), or resolved."""
    wanted = {
        told(dashboard, 30): "past",
        told(dashboard, 21): "at_risk",
        told(dashboard, 2): "on_track",
        told(dashboard, 30, "waiting"): "waiting",
        told(dashboard, 3, "replied", "resolved"): "resolved",
    }

    found = board(browsing())
    page = Html(browsing().get("/complaints", params={"cause": "board"}).text).text

    assert {complaint: found[complaint]["state"] for complaint in wanted} == wanted
    late, risky = (found[complaint] for complaint in list(wanted)[:2])
    assert abs(late["left_seconds"] + 6 * 3600) < 60
    assert abs(risky["left_seconds"] - 3 * 3600) < 60
    assert 0.8 < risky["gone_share"] < 0.9
    assert (late["name"], late["looked_after_by"], late["dial"] > 0) == ("Milo Birchbrook", "anna", True)
    assert "Overdue" in page
    assert "The clock stands still" in page


def test_the_board_is_narrowed_by_its_address(dashboard: Dashboard, browsing: Browsing) -> None:
    """Store, manager, cause and column are in the URL; a column that there is not is refused in words."""
    late = told(dashboard, 40)

    assert late in board(browsing(), state="past", manager="anna", store="north")
    assert late not in board(browsing(), state="on_track")
    assert late not in board(browsing(), manager="ben")
    assert late not in board(browsing(), store="south")
    refused = browsing().get("/complaints", params={"state": "lost"})
    assert (refused.status_code, "there are past, at_risk" in refused.text) == (422, True)


def test_everything_is_in_the_csv_with_the_promises_instants(dashboard: Dashboard, browsing: Browsing) -> None:
    """The columns hold the most urgent ones; the CSV has all of them, flat, with when they are due."""
    complaints = [told(dashboard, 50 + number) for number in range(2)]

    shown = board(browsing(), state="past", limit=1)
    lines = browsing().get("/complaints.csv", params={"cause": "board", "state": "past", "limit": 1}).text.splitlines()

    assert len(shown) == 1
    header, rows = lines[0].split(","), {line.split(",")[4]: line.split(",") for line in lines[1:]}
    assert set(complaints) <= set(rows)
    assert rows[complaints[0]][header.index("due")].endswith("Z")


def test_a_complaint_is_taken_answered_and_resolved_in_place(dashboard: Dashboard, browsing: Browsing) -> None:
    """The forms of a case stand on the board where its address says so; what was done moves it, and leads back."""
    complaint, client = told(dashboard, 5), browsing(Role.MANAGER, name="mia")
    here = f"/complaints?cause=board&open={complaint}"

    def send(command: str, **said: str) -> httpx.Response:
        form = next(
            each
            for each in Html(client.get(here).text).all("form")
            if each.attributes.get("action", "").endswith(command) and complaint in each.attributes["action"]
        )
        answer = client.post(form.attributes["action"], data={"_back": here, "_form": form.attributes["id"], **said})
        dashboard.catch_up()
        return answer

    answers = [
        send("/escalate", to="mia", reason="taken"),
        send("/resolve", outcome="replaced"),
        send("/reply", text="A new one is on its way."),
        send("/resolve", outcome="replaced"),
    ]

    assert [answer.status_code for answer in answers] == [303, 422, 303, 303]
    assert {answer.headers.get("location") for answer in answers} == {here, None}
    assert "has no reply: reply first" in Html(answers[1].text).text
    assert (board(client)[complaint]["state"], board(client)[complaint]["owner"]) == ("resolved", "mia")


def test_a_refused_form_keeps_what_was_typed(dashboard: Dashboard, browsing: Browsing) -> None:
    """A gesture above one's authority: the sentence stands beside its form, which is open, and what was typed in it."""
    complaint, client = told(dashboard, 5), browsing(Role.MANAGER, name="mia")
    form = f"complaint-{complaint}-offer-gesture"
    said = {"kind": "voucher <b>", "amount_minor": "12.50", "currency": "GBP"}

    answer = client.post(
        f"/desk/complaint/{complaint}/offer-gesture",
        data={"_back": f"/complaints/{complaint}", "_form": form, **said},
    )
    page = Html(answer.text)

    assert answer.status_code == 422
    assert "12.50 GBP is above the authority of mia" in page.text
    values = {each.attributes.get("id"): each.attributes.get("value") for each in page.all("input")}
    assert values[f"field-{form}-amount_minor"] == "12.50"
    assert values[f"field-{form}-kind"] == "voucher <b>"
    assert [each.attributes["id"] for each in page.all("p", class_="field-error")] == [f"error-{form}-amount_minor"]


def test_a_gesture_above_ones_authority_is_approved_by_whoever_is_signed_in(
    dashboard: Dashboard, browsing: Browsing
) -> None:
    """It waits on the day of those whose authority suffices, and on the complaint's page; nobody types an approver."""
    complaint = told(dashboard, 5)
    desk, now = Desk(dashboard.installation.dsn), clock_of(dashboard.connection).now()
    for command in (Open(name="Bea"), SetAuthority(limit_minor=10_000, currency="GBP")):
        desk.perform(Order("portfolio", "bea", command, "owner"), now)
    dashboard.catch_up()
    mia, bea = browsing(Role.MANAGER, name="mia"), browsing(Role.MANAGER, name="bea")
    here = f"/complaints/{complaint}"

    def send(client: httpx.Client, command: str, **said: str) -> int:
        status, _ = post(client, f"/desk/complaint/{complaint}/{command}", here, **said)
        dashboard.catch_up()
        return status

    def day(client: httpx.Client) -> list[str]:
        return [row["complaint"] for row in client.get("/my-day.json").json()["tables"]["approvals"]]

    fields = {each.attributes.get("name") for each in Html(mia.get(here).text).all("select")}
    asked = send(mia, "request-gesture", kind="voucher", amount_minor="12.50", currency="GBP")
    waits = (complaint in day(mia), complaint in day(bea))
    shown = Html(bea.get("/my-day").text).text
    own = send(mia, "approve-gesture")
    approved = send(bea, "approve-gesture")

    steps = bea.get(f"{here}.json").json()["tables"]["steps"]
    assert "approver" not in fields
    assert (asked, waits, own, approved) == (303, (False, True), 422, 303)
    assert "Gestures to approve" in shown
    assert (steps[-1]["kind"], steps[-1]["by"], steps[-1]["approved_by"]) == ("gesture", "mia", "bea")
    assert complaint not in day(bea)


def test_a_complaints_page_leads_to_the_event_of_each_step(dashboard: Dashboard, browsing: Browsing) -> None:
    """What was said, by whom and when; each step leads to its event on the log."""
    complaint = told(dashboard, 30, "waiting", "replied")

    document = browsing().get(f"/complaints/{complaint}.json").json()
    page = Html(browsing().get(f"/complaints/{complaint}").text)

    steps = document["tables"]["steps"]
    assert [(step["kind"], step["by"]) for step in steps] == [("raised", ""), ("waiting", "anna"), ("replied", "anna")]
    assert [step["said"] for step in steps] == ["It is broken.", "Which one?", "Sorry"]
    links = {each.attributes["href"] for each in page.all("a", class_="place")}
    assert links == {f"/events/{step['partition']}/{step['offset']}" for step in steps}


def test_staff_see_complaints_of_their_store_alone(browsing: Browsing) -> None:
    """Whoever works in the north sees the board of the north, and no complaint of the south."""
    client = browsing(Role.STAFF, "north")

    stores = {row["store"] for row in client.get("/complaints.json").json()["tables"]["complaints"]}
    statuses = [
        client.get(f"/complaints/{person.complaint}{kind}").status_code
        for person in (NORTH, SOUTH)
        for kind in ("", ".json", ".csv")
    ]

    assert stores == {"north"}
    assert statuses == [200] * 3 + [403] * 3


def test_the_board_of_a_past_shows_what_stood_then(dashboard: Dashboard, browsing: Browsing) -> None:
    """Asked of a time before it, a complaint is not there; and nothing can be done in a past."""
    complaint = told(dashboard, 3)
    then = (clock_of(dashboard.connection).now() - 4 * HOUR).isoformat()

    document = browsing().get("/complaints.json", params={"happened_by": then, "cause": "board"}).json()
    page = Html(browsing().get("/complaints", params={"happened_by": then}).text)

    assert complaint not in {row["complaint"] for row in document["tables"]["complaints"]}
    assert not [form for form in page.all("form", method="post") if "/desk/" in form.attributes["action"]]


def test_who_looks_at_a_complaint_looks_at_its_customer(dashboard: Dashboard, browsing: Browsing) -> None:
    """It is written down as any look at a customer is, though the address names no customer."""
    client = browsing(Role.MANAGER, name="lola")

    client.get(f"/complaints/{NORTH.complaint}")
    dashboard.catch_up()

    asked = "SELECT subject, what FROM accesses WHERE actor = 'lola'"
    assert dashboard.connection.execute(asked).fetchall() == [(NORTH.subject, "complaint_case")]
