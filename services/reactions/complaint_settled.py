"""A complaint is answered or resolved: the promise is kept or broken, and what was open because of it is closed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.desk.promise import Break, Keep, Move
from services.reactions import settings, tasking
from services.reactions._engine.reaction import Action, Announce, Do, Hold, Reaction, Signal, World
from services.reactions.answers import WAITED, Case, case_of

ABOUT = """
A reply keeps the promise of an answer, if it comes in time, in working time and without the time in which we waited for
the customer; one that comes later breaks it. The reminders are forgotten and the task is done. A complaint that is
resolved without a reply was answered by that: its promise is settled in the same way, and its task dropped as settled.
(The report complaints counts replies alone.) Webhooks hear of it as complaint.replied and complaint.resolved.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Settle what was promised."""
    case = case_of(world, signal)
    if case is None:
        return
    if (settled := case.settled) is None:
        yield Hold("not_settled", f"The complaint {case.complaint} waits for an answer still.")
        return
    in_time = case.in_time(settled)
    yield from _promise(case, settled, world, in_time=in_time)
    yield from case.reminders(signal.subject, settings.in_force(world.connection, world.now), world.now)
    if case.replied is not None:
        yield tasking.completed(case.answer, "replied")
    else:
        yield tasking.dropped(case.answer, "settled")
    data = {"complaint": case.complaint, "promise": case.answer, "in_time": in_time, "store": case.store}
    yield Announce(signal.kind.replace("_", "."), signal.subject, data)


def _promise(case: Case, settled: datetime, world: World, *, in_time: bool) -> Iterator[Action]:
    """Yield what becomes of the promise; where the clock stood still, the desk is told by when it was due."""
    if not in_time:
        yield Do("promise", case.answer, Break())
        return
    due = case.due_if_answered(settled)
    if case.pauses and due is not None:
        yield Do("promise", case.answer, Move(due_at=due, reason=WAITED))
    yield Do("promise", case.answer, Keep(done_at=min(settled, world.now)))


REACTION = Reaction("complaint_settled", ("complaint_replied", "complaint_resolved"), react, ABOUT.strip())
