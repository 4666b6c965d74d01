"""A complaint is reopened: an answer is owed again, or, where it had not been resolved, the clock runs again."""

from collections.abc import Iterable

from services.reactions import complaint_moved, complaint_opened
from services.reactions._engine.reaction import Action, Announce, Reaction, Signal, World
from services.reactions.answers import case_of

ABOUT = """
Where a complaint had been resolved, and the customer says that it is not, an answer is promised anew, from then on, by
the policy that is in force then; there is a new task and there are new reminders, as when a complaint opens. Where it
had not been resolved, the promised time goes on, if it stood still. Webhooks hear of it as complaint.reopened.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Promise anew, or go on."""
    case = case_of(world, signal)
    if case is None:
        return
    if case.begun_by != signal.event_id:
        yield from complaint_moved.react(signal, world)
    else:
        yield from complaint_opened.promised(case, signal)
        if case.settled is None:
            yield from complaint_opened.answered_by_somebody(case, signal, world)
    yield Announce("complaint.reopened", signal.subject, complaint_opened.told(case))


REACTION = Reaction("complaint_reopened", ("complaint_reopened",), react, ABOUT.strip())
