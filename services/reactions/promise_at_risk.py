"""An answer is at risk: most of the promised time is over, and nobody has answered."""

from collections.abc import Iterable

from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.answers import AT_RISK, Case, case_of
from services.reactions.people import InCharge
from services.reactions.settings import Settings

ABOUT = """
When only so many percent of the promised time are left (setting at_risk_percent) and nobody has answered, whoever has
the task is warned. While we wait for the customer nobody is; if the clock stood still since, the reminder moves.
Webhooks hear of it as promise.at_risk.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Warn whoever has the task."""
    case = case_of(world, signal)
    wanted = settings.in_force(world.connection, world.now)
    if case is None or (held := held_back(case)) is not None:
        yield held if case is not None and held else Hold("unknown", "Nobody raised such a complaint.")
        return
    at_risk = case.at_risk_from(wanted)
    if at_risk is None or case.due is None or at_risk > world.now:
        yield from case.reminders(signal.subject, wanted, world.now)
        return
    assignee = in_hand(case, signal, world, wanted).assignee
    text = f"The complaint {case.complaint} is to be answered by {people.clock(case.due)}."
    yield from people.to_staff(assignee, "An answer is due soon", text)
    data = {"complaint": case.complaint, "promise": case.answer, "assignee": assignee, "store": case.store}
    yield Announce("promise.at_risk", signal.subject, data | {"due_at": case.due.isoformat()})


def held_back(case: Case) -> Hold | None:
    """Return why a deadline need not be looked at any more, if that is so."""
    if case.settled is not None:
        return Hold("answered", f"The complaint {case.complaint} was answered.")
    if not case.last:
        return Hold("reopened", f"The complaint {case.complaint} was reopened: another answer is owed.")
    return Hold("waiting", "We wait for the customer: the time stands still.") if case.due is None else None


def in_hand(case: Case, signal: Signal, world: World, wanted: Settings) -> InCharge:
    """Return who has a complaint in hand: by its task, or to whom it was passed up last, or the customer's manager."""
    named = tasking.assignee_of(world, signal.subject, case.answer) or (case.passed_to[-1] if case.passed_to else "")
    return InCharge(named) if named else people.in_charge(world, signal.subject, wanted.without_manager)


REACTION = Reaction("promise_at_risk", (AT_RISK,), react, ABOUT.strip())
