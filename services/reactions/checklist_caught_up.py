"""A step of a checklist that was overdue is done after all: its task is done, too."""

from collections.abc import Iterable

from services.reactions import runs, tasking
from services.reactions._engine.reaction import Action, Hold, Reaction, Signal, World

ABOUT = """
Whenever something happens that can show a step of a checklist, tasks of overdue steps of this customer are looked at:
one whose step is not to be done any more, since it was done or called off, is closed as done late.
"""

HEARS = (
    "checklist_step_done",
    "order_placed",
    "order_shipped",
    "order_delivered",
    "complaint_replied",
    "complaint_resolved",
    "complaint_rated",
    "contact_made",
)


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Close what need not be done any more."""
    waiting = tasking.open_tasks(world, signal.subject, runs.OVERDUE)
    if not waiting:
        yield Hold("nothing_open", "No task of an overdue step is open for them.")
        return
    owed = {runs.task_of(row) for row in runs.steps_of(world, signal.subject)}
    for task in waiting:
        if task["task"] not in owed:
            yield tasking.completed(task["task"], "done_late")


REACTION = Reaction("checklist_caught_up", HEARS, react, ABOUT.strip())
