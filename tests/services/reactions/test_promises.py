"""An answer that was promised: at risk, broken and passed up, moved and kept."""

from datetime import datetime

import pytest

from services.desk.complaint import Escalate
from services.desk.promise import Break, Keep, Move
from services.desk.task import Assign, Complete
from services.reactions import (
    complaint_moved,
    complaint_settled,
    promise_at_risk,
    promise_due,
)
from services.reactions._engine.reaction import Announce, Forget, Hold, Tell
from tests.projections.shop import NOON
from tests.services.reactions.complaining import MOMENT, complain, heard, owed, reminders
from tests.services.reactions.house import DAY, HOUR, House, commands, of_kind, only, task


@pytest.fixture(scope="module", autouse=True)
def _complaints(house: House) -> None:
    complain(house)


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
