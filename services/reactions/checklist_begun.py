"""A checklist begins: each of its steps is looked at again when it should be done."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.reactions import runs
from services.reactions._engine.reaction import Action, Hold, Reaction, Remind, Signal, World
from services.reactions.naming import name_of

DUE = "checklist_step_due"
MOMENT = timedelta(microseconds=1)

ABOUT = """
An event that begins a checklist, by the playbooks that are in force then, sets a reminder for the deadline of each of
its steps. Whether a step is done is looked at when its time is over.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Set reminders for the steps of each run that begins."""
    begun = list(runs.begun(world, signal))
    if not begun:
        yield Hold("no_checklist", "No checklist begins with it.")
        return
    for playbook, run, began in begun:
        for step in playbook.steps:
            due = began + timedelta(seconds=step.within_seconds)
            yield from reminder(signal.subject, playbook.name, run, step.name, due)


def reminder(subject: str, checklist: str, run: str, step: str, due: datetime) -> Iterator[Action]:
    """Yield that a step is looked at right after its deadline: what is done exactly then is done in time."""
    key = name_of("step", checklist, subject, run, step, f"{due:%Y%m%d%H%M%S%f}")
    yield Remind(key, DUE, subject, due + MOMENT, {"checklist": checklist, "run": run, "step": step})


REACTION = Reaction("checklist_begun", tuple(runs.TRIGGERS), react, ABOUT.strip())
