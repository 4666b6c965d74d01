"""A promise and a task: made or opened once, settled once, and each refusal says what to do instead."""

from datetime import timedelta

from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade, PromiseMoved
from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened
from services.desk import task
from services.desk.promise import Break, Keep, Make, Move
from tests.services.desk.house import DAY, NOW, House

DUE = NOW + DAY
MINUTE = timedelta(minutes=1)
MAKE = Make(subject="customer:42", kind="answer", due_at=DUE, about="complaint:c-1")


def test_a_promise_is_kept_in_time(house: House) -> None:
    """To the very moment; again, it comes to nothing; and what is kept can be neither broken nor moved."""
    made = house.give("promise", "p1", MAKE)
    kept = house.give("promise", "p1", Keep(), at=DUE)
    again = house.give("promise", "p1", Keep(), at=DUE + DAY)

    assert made == [PromiseMade(promise="p1", kind="answer", due_at=DUE, about="complaint:c-1", by="boss")]
    assert (kept, again) == ([PromiseKept(promise="p1", by="boss")], [])
    assert house.refuses("promise", "p1", MAKE)[0] == "made_before"
    assert [
        house.refuses("promise", "p1", command)[0] for command in (Break(), Move(due_at=DUE + DAY, reason="x"))
    ] == [
        "not_due",
        "not_due",
    ]


def test_a_promise_is_broken_when_its_time_is_over(house: House) -> None:
    """Not a moment before; it cannot be kept then, but by what was done in time and is told late."""
    for name in ("p2", "p2-told"):
        house.give("promise", name, MAKE)

    early = house.refuses("promise", "p2", Break(), at=DUE)
    late = house.refuses("promise", "p2", Keep(), at=DUE + MINUTE)
    broken = house.give("promise", "p2", Break(), at=DUE + MINUTE)
    told = house.give("promise", "p2-told", Keep(done_at=DUE - DAY / 2), at=DUE + DAY)
    to_come = house.refuses("promise", "p2-none", MAKE, at=DUE)

    assert early == ("not_over", f"Promise p2 is due at {DUE.isoformat()}: until then it can be kept.")
    assert late[0] == "too_late"
    assert (broken, told) == ([PromiseBroken(promise="p2", by="boss")], [PromiseKept(promise="p2-told", by="boss")])
    assert house.desk.history("promise", "p2-told")[-1].envelope.time == DUE - DAY / 2
    assert to_come[0] == "over_already"


def test_a_promise_is_moved_for_a_reason(house: House) -> None:
    """To a time to come; then that is when it is due. There must be one."""
    house.give("promise", "p3", MAKE)

    moved = house.give("promise", "p3", Move(due_at=DUE + DAY, reason="waited"))
    same = house.give("promise", "p3", Move(due_at=DUE + DAY, reason="waited"))
    refused = [
        house.refuses("promise", "p3", Move(due_at=DUE, reason=""))[0],
        house.refuses("promise", "p3", Move(due_at=NOW, reason="x"))[0],
        house.refuses("promise", "p3", Keep(done_at=DUE))[0],
        house.refuses("promise", "p3-none", Keep())[0],
    ]
    kept = house.give("promise", "p3", Keep(), at=DUE + DAY / 2)

    assert moved == [PromiseMoved(promise="p3", due_at=DUE + DAY, reason="waited", by="boss")]
    assert (same, refused, len(kept)) == ([], ["no_reason", "over_already", "not_yet", "no_such_promise"], 1)


def test_a_task_is_opened_given_and_done(house: House) -> None:
    """Taking it over is giving it to oneself; what is done stays done, and is not dropped."""
    opening = task.Open(subject="customer:42", title="Call them", due_at=DUE, about="complaint:c-1")

    facts = [
        fact
        for command in (opening, task.Take(), task.Take(), task.Assign(assignee="ben"), task.Complete(outcome="called"))
        for fact in house.give("task", "t1", command, by="anna")
    ]

    assert facts == [
        TaskOpened(task="t1", title="Call them", due_at=DUE, about="complaint:c-1", by="anna"),
        TaskAssigned(task="t1", assignee="anna", reason="taken", by="anna"),
        TaskAssigned(task="t1", assignee="ben", by="anna"),
        TaskDone(task="t1", outcome="called", by="anna"),
    ]
    assert house.give("task", "t1", task.Complete()) == []
    assert house.refuses("task", "t1", task.Drop(reason="settled")) == (
        "not_open",
        "Task t1 is done, and cannot be dropped any more: open a new one.",
    )


def test_a_task_is_dropped_for_a_reason(house: House) -> None:
    """And it needs a title to be opened, once."""
    opening = task.Open(subject="customer:42", title="Call them")
    house.give("task", "t2", opening)
    no_reason = house.refuses("task", "t2", task.Drop(reason=""))[0]

    dropped = house.give("task", "t2", task.Drop(reason="settled"))

    assert dropped == [TaskDropped(task="t2", reason="settled", by="boss")]
    assert house.give("task", "t2", task.Drop(reason="settled")) == []
    assert [no_reason, house.refuses("task", "t2", opening)[0]] == ["no_reason", "opened_before"]
    assert house.refuses("task", "t3", task.Open(subject="customer:42", title=" "))[0] == "no_title"
    assert house.refuses("task", "t3", task.Take())[0] == "no_such_task"
