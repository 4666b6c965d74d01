"""The time for an answer is over: the promise is broken, and the complaint goes up."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from services.desk.complaint import Escalate
from services.desk.promise import Break
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Do, Hold, Reaction, Remind, Signal, World
from services.reactions.answers import DUE, OVERDUE, Case, case_of
from services.reactions.promise_at_risk import held_back, in_hand
from services.reactions.settings import Settings

BROKEN = "promise_broken"

ABOUT = """
When the promised time is over and nobody has answered, the promise is broken, and the complaint is passed up: to whom
the portfolio of whoever has it says (escalates_to), or who stands in for that one; the task is theirs from then on, and
they are told. Without an answer it goes up once more after so many hours (setting escalate_hours), until there is
nobody further up. If the clock stood still since, the reminder moves. Webhooks hear of it as promise.broken.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Break the promise, and pass it up; or pass up once more what was passed up before."""
    case = case_of(world, signal)
    wanted = settings.in_force(world.connection, world.now)
    if case is None or (held := held_back(case)) is not None:
        yield held if case is not None and held else Hold("unknown", "Nobody raised such a complaint.")
        return
    if case.due is None or case.due >= world.now:
        yield from case.reminders(signal.subject, wanted, world.now)
        return
    has = in_hand(case, signal, world, wanted).assignee
    up = people.next_up(world, has).assignee
    above = "" if up in {has, *case.passed_to} else up
    if signal.kind == DUE:
        yield Do("promise", case.answer, Break())
        data = {"complaint": case.complaint, "promise": case.answer, "assignee": has, "escalated_to": above}
        data |= {"due_at": case.due.isoformat(), "store": case.store}
        yield Announce("promise.broken", signal.subject, data)
    yield from _passed_up(case, signal, world, wanted, above, has)


def _passed_up(  # noqa: PLR0913, PLR0917 - what it is, and between whom
    case: Case, signal: Signal, world: World, wanted: Settings, above: str, has: str
) -> Iterator[Action]:
    due = people.clock(case.due) if case.due else ""
    text = f"The complaint {case.complaint} was to be answered by {due}, and nobody has."
    if not above:
        yield Hold("nobody_above", f"Nobody is named whom {has or 'nobody'} could ask next.")
        yield from people.to_staff(has, "An answer is overdue", text)
        return
    yield Do("complaint", case.complaint, Escalate(to=above, reason=BROKEN))
    yield tasking.assigned(case.answer, above, BROKEN)
    yield from people.to_staff(above, "A complaint was passed up to you", f"{text} {has or 'Nobody'} had it so far.")
    level = int(signal.detail.get("level", "0")) + 1
    detail = {"complaint": case.complaint, "answer": case.answer, "level": str(level)}
    at = world.now + timedelta(hours=wanted.escalate_hours)
    yield Remind(f"{case.answer}:{OVERDUE}:{level}", OVERDUE, signal.subject, at, detail)


REACTION = Reaction("promise_due", (DUE, OVERDUE), react, ABOUT.strip())
