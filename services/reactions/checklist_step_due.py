"""The time for a step of a checklist is over: if nobody did it, it is a task, with what comes after it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.reactions import people, runs, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.checklist_begun import DUE, reminder
from services.reactions.naming import name_of
from services.reactions.tasking import Wanted

MANAGER = "manager"

ABOUT = """
A step of a checklist that is not done by its deadline is a task: for the customer's manager, where the playbook says
that they do it, or nobody; else for whom it names, such as the warehouse. The task says which step, what was to be done
before that is not done either, and what comes next. Webhooks hear of it as checklist.step_overdue.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Have somebody do what is overdue."""
    checklist, run, step = (signal.detail[name] for name in ("checklist", "run", "step"))
    rows = runs.steps_of(world, signal.subject, checklist, run)
    row = next((row for row in rows if row["step"] == step), None)
    if row is None:
        yield Hold("done", f"The step {step} of {checklist} is done, was called off, or is not asked of this one.")
        return
    if not row["late"]:
        yield from reminder(signal.subject, checklist, run, step, row["due"])
        return
    wanted = settings.in_force(world.connection, world.now)
    assignee, words = row["who"], ""
    if assignee in {"", MANAGER}:
        assignee, words = people.in_charge(world, signal.subject, wanted.without_manager)
    who = people.customer(world, signal.subject)
    title = f"{row['step_title']}: {who.name}"
    why = f"{_why(row, rows)} {words}".strip()
    about, due = name_of("checklist", checklist), world.now + wanted.task_time
    task = Wanted(signal.subject, title, runs.OVERDUE, why, due, assignee, about, row["store"])
    yield tasking.opened(runs.task_of(row), task)
    yield from people.to_staff(assignee, title, why)
    data = {"checklist": checklist, "run": run, "step": step, "due_at": row["due"].isoformat(), "assignee": assignee}
    yield Announce("checklist.step_overdue", signal.subject, data)


def _why(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what is overdue, what is so besides, and what comes next."""
    told = [f"{row['title']} ({row['run']}): {row['step_title']!r} was due by {people.clock(row['due'])}."]
    if others := [other["step_title"] for other in rows if other["late"] and other is not row]:
        told.append(f"Not done either: {', '.join(others)}.")
    if coming := next((other for other in rows if not other["late"]), None):
        told.append(f"Next: {coming['step_title']}, by {people.clock(coming['due'])}.")
    return " ".join(told)


REACTION = Reaction("checklist_step_due", (DUE,), react, ABOUT.strip())
