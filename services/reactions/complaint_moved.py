"""We wait for the customer, or they answered: the promised time stands still, or runs again."""

from collections.abc import Iterable

from services.desk.promise import Move
from services.reactions import settings
from services.reactions._engine.reaction import Action, Do, Hold, Reaction, Signal, World
from services.reactions.answers import WAITED, case_of

ABOUT = """
While we wait for the customer the promised time stands still: the reminders of its deadline are forgotten. When they
answer, or say anything else of the complaint, the promise moves to its new deadline, and so do the reminders.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Move the promise and what reminds of it."""
    case = case_of(world, signal)
    if case is None:
        return
    if case.settled is not None:
        yield Hold("answered", f"The complaint {case.complaint} was answered: no time runs.")
        return
    if case.due is not None and case.pauses:
        yield Do("promise", case.answer, Move(due_at=case.due, reason=WAITED))
    yield from case.reminders(signal.subject, settings.in_force(world.connection, world.now), world.now)


HEARS = ("complaint_waiting", "complaint_answered", "complaint_confirmed")
REACTION = Reaction("complaint_moved", HEARS, react, ABOUT.strip())
