"""What happens by itself about a complaint: promised, warned, passed up, kept; told once, and asked by any clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from events.catalog.complaints import (
    ComplaintAnsweredByCustomer,
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    SatisfactionRated,
)
from events.event import Event
from services.desk.complaint import Acknowledge, Escalate
from services.desk.promise import Break, Keep, Make, Move
from services.desk.task import Assign, Complete, Drop, Open
from services.reactions import (
    complaint_escalated,
    complaint_moved,
    complaint_opened,
    complaint_rated,
    complaint_reopened,
    complaint_settled,
    promise_at_risk,
    promise_due,
)
from services.reactions.reaction import Action, Announce, Forget, Hold, Remind, Signal, Tell
from tests.projections.shop import NOON
from tests.services.reactions.each.house import DAY, HOUR, House, commands, of_kind, only, signal, task

MOMENT = timedelta(microseconds=1)
CLERK = "customer:cy"

WAYS: dict[str, Sequence[tuple[Event, timedelta]]] = {
    "plain": [(ComplaintRaised(complaint="plain", cause="late", order="o-1", store="leeds"), timedelta())],
    "kept": [
        (ComplaintRaised(complaint="kept"), timedelta()),
        (ComplaintReplied(complaint="kept"), DAY),
        (ComplaintResolved(complaint="kept"), 2 * DAY),
        (ComplaintReopened(complaint="kept", reason="again"), 3 * DAY),
        (ComplaintReplied(complaint="kept"), 3 * DAY + 2 * HOUR),
    ],
    "late": [
        (ComplaintRaised(complaint="late"), timedelta()),
        (ComplaintReplied(complaint="late"), DAY + MOMENT),
    ],
    "waits": [
        (ComplaintRaised(complaint="waits"), timedelta()),
        (ComplaintWaiting(complaint="waits"), 20 * HOUR),
        (ComplaintAnsweredByCustomer(complaint="waits"), 60 * HOUR),
    ],
    "asked": [
        (ComplaintRaised(complaint="asked"), timedelta()),
        (ComplaintWaiting(complaint="asked"), HOUR),
        (ComplaintReplied(complaint="asked"), 50 * HOUR),
    ],
    "phone": [
        (ComplaintRaised(complaint="phone"), timedelta()),
        (ComplaintResolved(complaint="phone"), HOUR),
        (SatisfactionRated(complaint="phone", rating=2), 2 * HOUR),
    ],
    "up": [
        (ComplaintRaised(complaint="up"), timedelta()),
        (ComplaintEscalated(complaint="up", to="eve", by="ann"), HOUR),
        (ComplaintEscalated(complaint="up", to="boss", by="reaction:promise_due"), 30 * HOUR),
    ],
    "hours": [(ComplaintRaised(complaint="hours", store="york"), timedelta())],
}


@pytest.fixture(scope="module", autouse=True)
def _complaints(house: House) -> None:
    """Tell of complaints of one customer that go different ways."""
    house.staff()
    house.policy(NOON - DAY, "complaint_promise.york", hours="8", days="mon-fri", opens="09:00", closes="17:00")
    house.catch_up()
    house.customer("cy", orders=2)
    for way in WAYS.values():
        for said, after in way:
            house.tell(said, by=CLERK, time=NOON + after)
    house.catch_up()


def heard(house: House, kind: str, complaint: str) -> Signal:
    """Return the first signal of a kind about a complaint, as the projections raised it."""
    rows = house.connection.execute(
        "SELECT event_id, happened_at, detail FROM engine.signal WHERE kind = %s AND detail ->> 'complaint' = %s"
        " ORDER BY id LIMIT 1",
        [kind, complaint],
    ).fetchall()
    ((event_id, at, detail),) = rows
    return signal(kind, CLERK, at=at, event_id=event_id, detail=detail)


def owed(complaint: str, kind: str, at: datetime, **detail: str) -> Signal:
    """Return a reminder of an answer, as it is raised when its time comes."""
    told = {"complaint": complaint, "answer": f"answer:{complaint}", **detail}
    return signal(kind, CLERK, at=at, detail=told)


def reminders(actions: Sequence[Action]) -> list[tuple[str, datetime]]:
    """Return what is to be raised, and when."""
    return [(each.key, each.at) for each in of_kind(actions, Remind)]


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


def test_an_answer_at_risk_is_a_warning(house: House) -> None:
    """Whoever has the task is told, and nobody else but the webhooks."""
    at = NOON + 18 * HOUR

    actions = house.react(promise_at_risk.REACTION, owed("plain", "promise_at_risk", at), at)

    assert [(told.to, told.text) for told in of_kind(actions, Tell)] == [
        ("ann", "The complaint plain is to be answered by 18 May 2024, 12:00 UTC.")
    ]
    assert only(actions, Announce).type == "promise.at_risk"


def test_a_deadline_that_is_over_breaks_the_promise_and_goes_up(house: House) -> None:
    """Along the portfolio: ann asks eve. She has the task from then on, and is told; if she does not answer, too."""
    at = NOON + DAY + MOMENT

    actions = house.react(promise_due.REACTION, owed("plain", "promise_due", at), at)

    assert [(where, which) for where, which, _ in commands(actions, Break)] == [("promise", "answer:plain")]
    ((where, which, escalated),) = commands(actions, Escalate)
    assert (where, which, escalated) == ("complaint", "plain", Escalate(to="eve", reason="promise_broken"))
    assert task(actions, Assign) == ("answer:plain", Assign(assignee="eve", reason="promise_broken"))
    assert only(actions, Tell).to == "eve"
    assert only(actions, Announce).type == "promise.broken"
    assert reminders(actions) == [("answer:plain:promise_overdue:1", at + DAY)]


def test_what_stays_unanswered_goes_up_until_there_is_nobody_above(house: House) -> None:
    """Eve asks the boss; whom the boss could ask nobody knows. The promise is broken once."""
    at = NOON + 2 * DAY

    first = owed("up", "promise_overdue", NOON + 29 * HOUR, level="1")
    again = house.react(promise_due.REACTION, first, NOON + 29 * HOUR)
    last = house.react(promise_due.REACTION, owed("up", "promise_overdue", at, level="2"), at)

    assert [each.to for _, _, each in commands(again, Escalate)] == ["boss"]
    assert reminders(again) == [("answer:up:promise_overdue:2", NOON + 53 * HOUR)]
    assert [*commands(last, Escalate), *commands(last, Break), *commands(again, Break)] == []
    assert only(last, Hold).code == "nobody_above"
    assert only(last, Tell).to == "boss"


def test_while_we_wait_for_the_customer_no_time_runs(house: House) -> None:
    """The reminders are forgotten; one that is raised all the same says nothing."""
    now = NOON + 25 * HOUR

    asked = house.react(complaint_moved.REACTION, heard(house, "complaint_waiting", "waits"), NOON + 20 * HOUR)
    warned = house.react(promise_at_risk.REACTION, owed("waits", "promise_at_risk", now), now)
    over = house.react(promise_due.REACTION, owed("waits", "promise_due", now), now)

    forgotten = {each.key for each in of_kind(asked, Forget)}
    assert {"answer:waits:promise_at_risk:0", "answer:waits:promise_due:0"} <= forgotten
    assert reminders(asked) == []
    assert [only(each, Hold).code for each in (warned, over)] == ["waiting", "waiting"]
    assert commands(over, Break) == []


def test_when_the_customer_answers_the_deadline_moves(house: House) -> None:
    """Four hours were left: they run from then on, under reminders of new names; the old one finds nothing to say."""
    now, due = NOON + 60 * HOUR, NOON + 64 * HOUR

    moved = house.react(complaint_moved.REACTION, heard(house, "complaint_answered", "waits"), now)
    early = house.react(promise_due.REACTION, owed("waits", "promise_due", now), now + HOUR)  # raised by an old clock
    over = house.react(promise_due.REACTION, owed("waits", "promise_due", due), due + MOMENT)

    assert [each for _, _, each in commands(moved, Move)] == [Move(due_at=due, reason="waited_for_customer")]
    assert reminders(moved) == [
        ("answer:waits:promise_at_risk:1", now),
        ("answer:waits:promise_due:1", due + MOMENT),
    ]
    assert commands(early, Break) == []
    assert reminders(early)[1] == ("answer:waits:promise_due:1", due + MOMENT)
    assert len(commands(over, Break)) == 1


@pytest.mark.parametrize(
    ("complaint", "now", "command"),
    [
        ("kept", NOON + DAY, Keep(done_at=NOON + DAY)),
        ("late", NOON + DAY + HOUR, Break()),
        ("asked", NOON + 50 * HOUR, Keep(done_at=NOON + 50 * HOUR)),
    ],
    ids=["at the last moment", "a moment too late", "while the clock stood still"],
)
def test_a_reply_settles_the_promise(house: House, complaint: str, now: datetime, command: Keep | Break) -> None:
    """To the microsecond; the task is done, and the reminders are forgotten."""
    actions = house.react(complaint_settled.REACTION, heard(house, "complaint_replied", complaint), now)

    assert commands(actions, type(command)) == [("promise", f"answer:{complaint}", command)]
    assert task(actions, Complete) == (f"answer:{complaint}", Complete(outcome="replied"))
    forgotten = {each.key for each in of_kind(actions, Forget)}
    assert {f"answer:{complaint}:promise_at_risk:0", f"answer:{complaint}:promise_due:0"} <= forgotten
    assert reminders(actions) == []
    assert only(actions, Announce).data["in_time"] is isinstance(command, Keep)


def test_a_reply_while_the_clock_stood_still_tells_the_desk_by_when_it_was_due(house: House) -> None:
    """A day's time of which one hour was used: the desk would else hold it for late."""
    actions = house.react(complaint_settled.REACTION, heard(house, "complaint_replied", "asked"), NOON + 50 * HOUR)

    assert [each.due_at for _, _, each in commands(actions, Move)] == [NOON + 73 * HOUR]


def test_a_solution_without_a_reply_settles_it_too(house: House) -> None:
    """The task need not be done any more."""
    actions = house.react(complaint_settled.REACTION, heard(house, "complaint_resolved", "phone"), NOON + HOUR)

    assert len(commands(actions, Keep)) == 1
    assert task(actions, Drop) == ("answer:phone", Drop(reason="settled"))
    assert only(actions, Announce).type == "complaint.resolved"


def test_what_is_reopened_is_promised_anew(house: House) -> None:
    """Under a name of its own, from then on; the reply to it settles that one, and an old reminder says nothing."""
    again = heard(house, "complaint_reopened", "kept")
    replied = house.raised("complaint_replied", CLERK)
    answer = f"answer:kept:{again.event_id}"

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
    assert [name for ((_, name, _),) in kept] == ["answer:kept", f"answer:kept:{again.event_id}"]


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
