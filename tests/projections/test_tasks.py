"""Tasks: the last word on what is to be done and who does it, the first on what became of it."""

from datetime import timedelta

from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened, TaskPutOff
from projections._engine.reference import as_mappings, fold
from projections.tasks import Tasks
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_the_way_of_a_task() -> None:
    """Opened, opened again without a deadline or an assignee, passed up, done twice; heard in whatever order."""
    first = TaskOpened(task="t", title="Ring", reason="complaint", why="late", due_at=NOON + DAY, assignee="ann")
    told = Shop.facts(
        (first, NOON),
        (TaskOpened(task="t", title="Write", reason="complaint", about="complaint:c", store="leeds"), NOON + 2 * HOUR),
        (TaskAssigned(task="t", assignee="bob"), NOON + HOUR),
        (TaskDone(task="t", outcome="called", by="bob"), NOON + 3 * HOUR),
        (TaskDone(task="t", outcome="wrote", by="ann"), NOON + 4 * HOUR),
    )

    (row,) = as_mappings(Tasks(), fold(Tasks(), told[::-1]))

    assert row == {
        "subject": "customer:1",
        "task": "t",
        "opened": NOON,
        "title": "Write",
        "reason": "complaint",
        "why": "",
        "due": NOON + DAY,
        "about": "complaint:c",
        "store": "leeds",
        "assignee": "bob",
        "done": NOON + 3 * HOUR,
        "doer": "bob",
        "outcome": "called",
        "dropped": None,
        "drop_reason": None,
    }


def test_a_task_that_was_dropped_stays_dropped() -> None:
    """Opened again later, it is not open: what is to be done again is another task."""
    told = Shop.facts(
        (TaskOpened(task="t", title="Ring"), NOON),
        (TaskDropped(task="t", reason="settled"), NOON + HOUR),
        (TaskOpened(task="t", title="Ring again"), NOON + 2 * HOUR),
    )

    (row,) = as_mappings(Tasks(), fold(Tasks(), told))

    assert (row["dropped"], row["drop_reason"], row["title"]) == (NOON + HOUR, "settled", "Ring again")


def test_a_task_that_was_put_off_is_due_at_the_last_time_that_was_said() -> None:
    """Heard in whatever order, the last word on the deadline counts; what else is known of the task stays."""
    told = Shop.facts(
        (TaskOpened(task="t", title="Ring", due_at=NOON + DAY), NOON),
        (TaskPutOff(task="t", due_at=NOON + 2 * DAY, reason="asked_to_call_later"), NOON + HOUR),
        (TaskPutOff(task="t", due_at=NOON + 3 * DAY), NOON + 2 * HOUR),
    )

    (row,) = as_mappings(Tasks(), fold(Tasks(), told[::-1]))

    assert (row["title"], row["opened"], row["due"]) == ("Ring", NOON, NOON + 3 * DAY)
