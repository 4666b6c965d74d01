"""What happens by itself when a complaint is opened, settled, reopened, passed up and rated."""

from hashlib import sha256

import pytest

from services.desk.complaint import Acknowledge
from services.desk.promise import Keep, Make
from services.desk.task import Assign, Drop, Open
from services.reactions import (
    complaint_escalated,
    complaint_opened,
    complaint_rated,
    complaint_reopened,
    complaint_settled,
    promise_due,
)
from services.reactions._engine.reaction import Announce, Hold, Signal, Tell
from tests.projections.shop import NOON
from tests.services.reactions.complaining import CLERK, MOMENT, complain, heard, owed, reminders
from tests.services.reactions.house import DAY, HOUR, House, commands, of_kind, only, signal, task


@pytest.fixture(scope="module", autouse=True)
def _complaints(house: House) -> None:
    complain(house)


def test_a_complaint_is_acknowledged_promised_and_given_to_somebody(house: House) -> None:
    """The customer hears of the deadline, the manager has the task, and reminders stand for what may come."""
    actions = house.react(complaint_opened.REACTION, heard(house, "complaint_opened", "plain"), NOON)

    ((_, promise, made),) = commands(actions, Make)
    name, opened = task(actions, Open)
    assert (promise, made.subject, made.kind, made.due_at) == ("answer:plain", CLERK, "answer", NOON + DAY)
    assert (made.about, made.store) == ("complaint:plain", "leeds")
    assert [(where, which) for where, which, _ in commands(actions, Acknowledge)] == [("complaint", "plain")]
    assert (name, opened.assignee, opened.reason, opened.due_at) == (promise, "ann", "complaint_opened", NOON + DAY)
    assert opened.title == "Answer the complaint of Cy"
    assert opened.why.startswith("They complained on 17 May 2024, 12:00 UTC, because of 'late', about order o-1. They")
    customer, staff = of_kind(actions, Tell)
    assert (customer.audience, customer.to, customer.purpose) == ("customer", CLERK, "service")
    assert "by 18 May 2024, 12:00 UTC" in customer.text
    assert (staff.audience, staff.to) == ("staff", "ann")
    assert only(actions, Announce).type == "complaint.opened"
    assert reminders(actions) == [
        ("answer:plain:promise_at_risk:0", NOON + 18 * HOUR),
        ("answer:plain:promise_due:0", NOON + DAY + MOMENT),
    ]


def test_the_deadline_is_of_the_policy_that_was_in_force_in_the_store(house: House) -> None:
    """Eight working hours from a Friday's noon are over on Monday at noon; the customer hears of it in that zone."""
    actions = house.react(complaint_opened.REACTION, heard(house, "complaint_opened", "hours"), NOON)

    ((_, _, made),) = commands(actions, Make)
    assert made.due_at == NOON + 3 * DAY
    assert reminders(actions)[0][1] == NOON + 3 * DAY - 2 * HOUR


def test_what_was_answered_before_it_is_heard_of_is_promised_alone(house: House) -> None:
    """So that the promise can be kept; there is nothing to do any more, and nothing to tell the customer."""
    actions = house.react(complaint_opened.REACTION, heard(house, "complaint_opened", "kept"), NOON + DAY)

    assert len(commands(actions, Make)) == 1
    assert [*commands(actions, Open), *commands(actions, Acknowledge), *of_kind(actions, Tell)] == []


def test_a_solution_without_a_reply_settles_it_too(house: House) -> None:
    """The task need not be done any more."""
    actions = house.react(complaint_settled.REACTION, heard(house, "complaint_resolved", "phone"), NOON + HOUR)

    assert len(commands(actions, Keep)) == 1
    assert task(actions, Drop) == ("answer:phone", Drop(reason="settled"))
    assert only(actions, Announce).type == "complaint.resolved"


def short(reopened: Signal) -> str:
    """Return what the name of an answer says of what reopened the complaint."""
    return sha256(reopened.event_id.encode()).hexdigest()[:12]


def test_what_is_reopened_is_promised_anew(house: House) -> None:
    """Under a name of its own, from then on; the reply to it settles that one, and an old reminder says nothing."""
    again = heard(house, "complaint_reopened", "kept")
    replied = house.raised("complaint_replied", CLERK)
    answer = f"answer:kept:{short(again)}"

    opened = house.react(complaint_reopened.REACTION, again, NOON + 3 * DAY)
    old = house.react(promise_due.REACTION, owed("kept", "promise_due", NOON + 3 * DAY), NOON + 3 * DAY)

    ((_, promise, made),) = commands(opened, Make)
    assert (promise, made.due_at) == (answer, NOON + 4 * DAY)
    assert task(opened, Open)[0] == answer
    assert only(old, Hold).code == "answered"
    assert replied.kind == "complaint_replied"


def test_the_reply_to_what_was_reopened_keeps_the_second_promise(house: House) -> None:
    """Each reply belongs to the round in which it came."""
    rows = house.connection.execute(
        "SELECT event_id, happened_at FROM engine.signal"
        " WHERE kind = 'complaint_replied' AND detail ->> 'complaint' = 'kept' ORDER BY id"
    ).fetchall()
    first, second = (
        signal("complaint_replied", CLERK, at=at, event_id=event_id, detail={"complaint": "kept"})
        for event_id, at in rows
    )
    now = NOON + 4 * DAY

    kept = [commands(house.react(complaint_settled.REACTION, each, now), Keep) for each in (first, second)]

    again = heard(house, "complaint_reopened", "kept")
    assert [name for ((_, name, _),) in kept] == ["answer:kept", f"answer:kept:{short(again)}"]


def test_whoever_it_is_passed_up_to_has_the_task(house: House) -> None:
    """What a reaction passed up itself was seen to already; webhooks hear of both."""
    now = NOON + 31 * HOUR
    said = {"complaint": "up", "to": "boss", "reason": "late", "by": "reaction:promise_due"}
    ours = signal("complaint_escalated", CLERK, detail=said)

    theirs = house.react(complaint_escalated.REACTION, heard(house, "complaint_escalated", "up"), now)
    own = house.react(complaint_escalated.REACTION, ours, now)

    assert task(theirs, Assign) == ("answer:up", Assign(assignee="eve", reason="escalated"))
    assert only(theirs, Tell).to == "eve"
    assert [type(action) for action in own] == [Announce]


def test_whoever_is_not_content_is_asked_why(house: House) -> None:
    """Two of five is low; three is not, unless the house says so."""
    low = heard(house, "complaint_rated", "phone")
    middling = signal("complaint_rated", CLERK, detail={"complaint": "phone", "rating": "3"})

    asked = house.react(complaint_rated.REACTION, low, NOON + 2 * HOUR)
    content = house.react(complaint_rated.REACTION, middling, NOON + 2 * HOUR)

    name, opened = task(asked, Open)
    assert (name, opened.title, opened.assignee) == ("rated:phone", "Ask Cy what we should have done", "ann")
    assert content == [Hold("content", "They rated it 3 of 5: that is not low.")]


def test_a_complaint_that_nobody_raised_is_let_be(house: House) -> None:
    """A reply to it says nothing of any promise."""
    unheard = signal("complaint_replied", CLERK, detail={"complaint": "unheard-of"})

    assert house.react(complaint_settled.REACTION, unheard, NOON) == []
