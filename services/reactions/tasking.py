"""Tasks that reactions open and close: under names of their own, so that one thing is one task, heard once or often.

Reads `tasks`, which lags behind the desk by a moment: where it does not know of a task yet, what it knew before holds.
"""

from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from events.event import MAX_KEY_CHARACTERS, MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS
from projections._engine import queries
from services.desk.task import Assign, Complete, Drop, Open
from services.reactions._engine.reaction import Do, Hold, World

TASK = "task"

OPEN_TASKS: LiteralString = """
SELECT task, assignee, about, opened FROM tasks_of(%(subject)s)
 WHERE reason = %(reason)s AND opened IS NOT NULL AND done IS NULL AND dropped IS NULL ORDER BY task
"""

KNOWN: LiteralString = "SELECT FROM tasks_of(%(subject)s) WHERE task = %(task)s AND opened IS NOT NULL"

ASSIGNEE: LiteralString = "SELECT assignee FROM tasks_of(%(subject)s) WHERE task = %(task)s AND assignee <> ''"


class Wanted(NamedTuple):
    """A task to open: for whom it is done, what to do, why, by when, by whom, and what it is about."""

    subject: str
    title: str
    reason: str
    why: str
    due_at: datetime
    assignee: str
    about: str
    store: str = ""


def opened(task: str, wanted: Wanted) -> Do:
    """Return the command that opens a task; what is too long for a field is cut."""
    cut = wanted._replace(
        title=wanted.title[:MAX_NAME_CHARACTERS],
        why=wanted.why[:MAX_TEXT_CHARACTERS],
        about=wanted.about[:MAX_KEY_CHARACTERS],
    )
    return Do(TASK, task, Open(**cut._asdict()))


def assigned(task: str, assignee: str, reason: str) -> Do:
    """Return the command that gives a task to somebody."""
    return Do(TASK, task, Assign(assignee=assignee, reason=reason))


def completed(task: str, outcome: str) -> Do:
    """Return the command that says that a task is done."""
    return Do(TASK, task, Complete(outcome=outcome))


def dropped(task: str, reason: str) -> Do:
    """Return the command that says that a task need not be done."""
    return Do(TASK, task, Drop(reason=reason))


def open_tasks(world: World, subject: str, reason: str) -> list[dict[str, Any]]:
    """Return a person's open tasks of one reason: task, assignee, about, opened."""
    return queries.rows(world.connection, OPEN_TASKS, subject=subject, reason=reason)


def known(world: World, subject: str, task: str) -> Hold | None:
    """Return why nothing is opened where a task was opened before: a database that begins anew has the log's tasks.

    Whoever finds things by looking at everybody asks this; what an event raises is raised once.
    """
    if queries.rows(world.connection, KNOWN, subject=subject, task=task):
        return Hold("opened_before", f"Task {task} was opened before.")
    return None


def assignee_of(world: World, subject: str, task: str) -> str:
    """Return who sees to a task; empty where nobody does, or nothing is known of it."""
    rows = queries.rows(world.connection, ASSIGNEE, subject=subject, task=task)
    return str(rows[0]["assignee"]) if rows else ""
