"""A complaint was passed up by somebody: whoever it went to has the task, and hears of it."""

from collections.abc import Iterable

from services.reactions import people, tasking
from services.reactions._engine.reaction import Action, Announce, Reaction, Signal, World
from services.reactions.answers import case_of

OURS = "reaction:"

ABOUT = """
Whoever a complaint was passed up to is told, and the task of answering it is theirs. What a reaction passed up itself
has seen to that already. Webhooks hear of it as complaint.escalated.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Hand the task over."""
    case = case_of(world, signal)
    if case is None:
        return
    to, reason = signal.detail["to"], signal.detail.get("reason", "")
    if not signal.detail.get("by", "").startswith(OURS):
        if case.settled is None:
            yield tasking.assigned(case.answer, to, reason or "escalated")
        text = f"The complaint {case.complaint} was passed up to you by {signal.detail.get('by') or 'somebody'}."
        yield from people.to_staff(to, "A complaint was passed up to you", text)
    data = {"complaint": case.complaint, "to": to, "reason": reason, "store": case.store}
    yield Announce("complaint.escalated", signal.subject, data)


REACTION = Reaction("complaint_escalated", ("complaint_escalated",), react, ABOUT.strip())
