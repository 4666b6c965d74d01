"""A task that is put off: to a time to come, while it is open; and one that others opened."""

from datetime import timedelta

from events.catalog.tasks import TaskAssigned, TaskDone, TaskOpened, TaskPutOff
from services.desk.task import Assign, Complete, Open, PutOff, Take
from tests.services.desk.house import DAY, NOW, House


def test_an_open_task_is_put_off_to_a_time_to_come(house: House) -> None:
    """It says who did so and why; said again, nothing happens."""
    house.give("task", "off-1", Open(subject="customer:42", title="Call them", due_at=NOW + DAY))
    later = PutOff(due_at=NOW + 2 * DAY, reason="asked_to_call_later")

    told = [house.give("task", "off-1", later, by="anna") for _ in range(2)]

    put_off = TaskPutOff(task="off-1", due_at=NOW + 2 * DAY, reason="asked_to_call_later", by="anna")
    assert told == [[put_off], []]
    assert house.state("task", "off-1").due_at == NOW + 2 * DAY


def test_what_is_over_or_done_is_not_put_off(house: House) -> None:
    """Neither to a time that is over, nor after it was done, nor a task that there is not."""
    house.give("task", "off-2", Open(subject="customer:42", title="Call them"))
    over = house.refuses("task", "off-2", PutOff(due_at=NOW - timedelta(seconds=1)))[0]
    house.give("task", "off-2", Complete())

    done = house.refuses("task", "off-2", PutOff(due_at=NOW + DAY))[0]
    nothing = house.refuses("task", "off-none", PutOff(due_at=NOW + DAY))[0]

    assert (over, done, nothing) == ("over_already", "not_open", "no_such_task")


def test_a_task_that_others_opened_is_decided_on_as_well(house: House) -> None:
    """Another system opened it: it is taken here, and what others say of it later counts, too."""
    house.tell(TaskOpened(task="other-1", title="Ring", due_at=NOW + DAY, assignee="ben"), by="customer:t1")

    house.give("task", "other-1", Take(), by="anna")
    taken = house.state("task", "other-1")
    house.tell(TaskAssigned(task="other-1", assignee="cara"), by="customer:t1", at=NOW + timedelta(hours=1))
    given = house.state("task", "other-1")
    again = house.give("task", "other-1", Assign(assignee="cara"))

    assert (taken.subject, taken.title, taken.assignee) == ("customer:t1", "Ring", "anna")
    assert (given.assignee, given.due_at, again) == ("cara", NOW + DAY, [])


def test_what_others_did_is_done(house: House) -> None:
    """It is not done again, nor put off, and cannot be opened under its name."""
    house.tell(TaskOpened(task="other-2"), TaskDone(task="other-2"), by="customer:t1")

    assert house.give("task", "other-2", Complete()) == []
    assert house.refuses("task", "other-2", PutOff(due_at=NOW + DAY))[0] == "not_open"
    assert house.refuses("task", "other-2", Open(subject="customer:t1", title="Again"))[0] == "opened_before"
