"""Tasks: whose, why, by when, and in time or not; counted by hand. And what of them stands on a customer's page."""

from datetime import timedelta

import pytest

from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade
from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened
from services.reports.customer import PROMISES, page
from services.reports.customer import TASKS as TASKS_OF
from services.reports.report import Question
from services.reports.tasks import TASKS
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
NOW = NOON + 10 * DAY


def opened(shop: Shop, task: str, due: float | None, assignee: str = "ann", **told: str) -> None:
    """Tell that a task was opened at noon, due so many days later."""
    due_at = None if due is None else NOON + due * DAY
    shop.tell(TaskOpened(task=task, title=task.title(), reason="r", due_at=due_at, assignee=assignee, **told))


def busy(shop: Shop) -> Shop:
    """Tell of ten tasks of ann, bob and nobody, of which six are open."""
    opened(shop, "late", 8, why="She rang twice.", about="complaint:c")
    opened(shop, "later", 9.5, store="leeds")
    opened(shop, "today", 11, "bob")
    opened(shop, "week", 17, "bob")
    opened(shop, "far", 17.5, "")
    opened(shop, "whenever", None, "")
    opened(shop, "in-time", 2)
    shop.tell(TaskDone(task="in-time", by="ann"), time=NOON + 2 * DAY)
    opened(shop, "too-late", 2, "bob")
    shop.tell(TaskDone(task="too-late", by="bob"), time=NOON + 2 * DAY + MOMENT)
    opened(shop, "both", None)
    shop.tell(TaskDone(task="both"), TaskDropped(task="both", reason="settled"), time=NOON + 6 * DAY)
    opened(shop, "dropped", 1)
    shop.tell(TaskDropped(task="dropped", reason="settled"), time=NOON + DAY)
    return shop


def test_tasks_by_manager_reason_and_deadline(shop: Shop) -> None:
    """Overdue ones first; what is done to the microsecond by its deadline is in time."""
    answer = told(busy(shop).catch_up(), TASKS, now=NOW)

    assert answer.figures == {
        "tasks": 10,
        "open": 6,
        "overdue": 2,
        "today": 1,
        "without_deadline": 1,
        "with_nobody": 2,
        "done": 3,
        "dropped": 1,
        "on_time_share": 0.5,
        "median_hours": pytest.approx(48, abs=0.001),
    }
    counts = [(row["manager"], row["open"], row["overdue"], row["done"]) for row in answer.tables["managers"]]
    assert counts == [("ann", 2, 2, 2), ("bob", 2, 0, 1), ("", 2, 0, 0)]
    assert [(row["reason"], row["open"]) for row in answer.tables["reasons"]] == [("r", 6)]
    assert [(row["deadline"], row["open"]) for row in answer.tables["deadlines"]] == [
        ("overdue", 2),
        ("today", 1),
        ("week", 1),
        ("later", 1),
        ("none", 1),
    ]
    assert [(row["task"], row["overdue_hours"]) for row in answer.tables["overdue"]] == [("late", 48), ("later", 12)]
    assert [row["task"] for row in answer.tables["next"]] == ["today", "week", "far", "whenever"]
    assert TASKS.headline(Question(NOW, "GBP"), answer) == (
        "6 tasks open, 2 overdue; most of them of ann (2), one for 2 days; 2 that nobody sees to; 50 % of those done"
        " were done in time."
    )


def test_tasks_of_one_manager_store_or_day(shop: Shop) -> None:
    """By the last word on who sees to it; a task of no store is of none; the day is the one of opening."""
    connection = busy(shop).catch_up()

    bob, leeds, before, no_day = (
        told(connection, TASKS, now=NOW, **asked).figures["open"]
        for asked in (
            {"about": "bob"},
            {"store": "leeds"},
            {"begin": NOON.date(), "end": NOON.date()},
            {"end": (NOON - DAY).date()},
        )
    )

    assert (bob, leeds, before, no_day) == (2, 1, 6, 0)
    assert TASKS.headline(Question(NOW, "GBP"), told(connection, TASKS, now=NOON - DAY)) == "No task was opened."


def test_the_clock_settles_what_is_open(shop: Shop) -> None:
    """Done after the clock, it is open still; overdue a moment after its deadline; passed up by the last word."""
    opened(shop, "t", 1)
    shop.tell(TaskAssigned(task="t", assignee="boss"), time=NOON + HOUR)
    shop.tell(TaskDone(task="t"), time=NOON + 3 * DAY)
    connection = shop.catch_up()

    figures = [
        told(connection, TASKS, now=NOON + DAY + later).figures for later in (timedelta(), MOMENT, 2 * DAY, -2 * DAY)
    ]

    assert [(each["open"], each["overdue"], each["done"]) for each in figures] == [
        (1, 0, 0),
        (1, 1, 0),
        (0, 0, 1),
        (0, 0, 0),
    ]
    assert [row["manager"] for row in told(connection, TASKS, now=NOW).tables["managers"]] == ["boss"]


def test_what_is_to_be_done_for_a_customer_is_on_their_page(shop: Shop) -> None:
    """Open tasks under any identifier, what is due first at the top; open promises and the last that was broken."""
    opened(shop, "second", 3)
    opened(shop, "third", None, "")
    shop.tell(TaskOpened(task="first", title="Ring", due_at=NOON + DAY), by="visitor:a")
    shop.link("customer:1", "visitor:a")
    shop.tell(*(PromiseMade(promise=name, kind="answer", due_at=NOON + DAY) for name in ("open", "old", "new", "kept")))
    shop.tell(PromiseBroken(promise="old"), PromiseKept(promise="kept"), time=NOON + DAY)
    shop.tell(PromiseBroken(promise="new"), PromiseKept(promise="new"), time=NOON + 2 * DAY)
    connection = shop.catch_up()

    shown = page(connection, "customer:1", NOON + 2 * DAY, [TASKS_OF, PROMISES])
    before = page(connection, "customer:1", NOON + 2 * DAY - MOMENT, [PROMISES])

    assert [(row["task"], row["overdue"], row["assignee"]) for row in shown["tasks"]] == [
        ("first", True, None),
        ("second", False, "ann"),
        ("third", False, None),
    ]
    assert [(row["state"], row["promise"], row["overdue"]) for row in shown["promises"]] == [
        ("open", "open", True),
        ("broken", "new", False),
    ]
    assert [row["promise"] for row in before["promises"]] == ["new", "open", "old"]
