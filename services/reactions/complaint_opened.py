"""A complaint opens: the customer is told, an answer is promised, and somebody sees to it."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.desk.complaint import Acknowledge
from services.desk.promise import Make
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Do, Reaction, Signal, Tell, World
from services.reactions.answers import Case, case_of
from services.reactions.people import Customer, InCharge
from services.reactions.tasking import Wanted

ABOUT = """
A complaint is acknowledged to the customer. An answer is promised by the policy complaint_promise that is in force: its
deadline is on the task for the customer's manager, or for whoever stands in for them; without a manager it is for whom
the setting without_manager names, or for nobody yet, with the store. Reminders are set for when the promise is at risk
and for its deadline. Webhooks hear of it as complaint.opened. What was answered by the time that it is heard gets no
task and no message.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Acknowledge, promise, and have somebody answer."""
    case = case_of(world, signal)
    if case is None:
        return
    yield from promised(case, signal)
    if case.settled is None:
        if signal.kind == "complaint_opened":
            yield from acknowledged(case, signal)
        yield from answered_by_somebody(case, signal, world)
    yield Announce("complaint.opened", signal.subject, told(case))


def promised(case: Case, signal: Signal) -> Iterator[Action]:
    """Yield that an answer is promised; while the clock stands still there is no deadline that could be promised."""
    if case.due is not None:
        made = Make(subject=signal.subject, kind="answer", due_at=case.due, about=case.about, store=case.store)
        yield Do("promise", case.answer, made)


def acknowledged(case: Case, signal: Signal) -> Iterator[Action]:
    """Yield that the customer hears from us at once."""
    yield Do("complaint", case.complaint, Acknowledge())
    by = f" You will have an answer by {people.clock(local)}." if (local := _local(case)) else ""
    text = f"We have your complaint, and are sorry for what happened.{by}"
    yield Tell("customer", signal.subject, people.SERVICE, "We have your complaint", text)


def answered_by_somebody(case: Case, signal: Signal, world: World) -> Iterator[Action]:
    """Yield the task of answering, the message to whoever has it, and the reminders of its deadline."""
    wanted = settings.in_force(world.connection, world.now)
    charge = people.in_charge(world, signal.subject, wanted.without_manager)
    due = case.due or world.now + wanted.task_time
    who = people.customer(world, signal.subject)
    title, why = f"Answer the complaint of {who.name}", _why(case, who, charge)
    reason = signal.kind
    task = Wanted(signal.subject, title, reason, why, due, charge.assignee, case.about, case.store)
    yield tasking.opened(case.answer, task)
    yield from case.reminders(signal.subject, wanted, world.now)
    yield from people.to_staff(charge.assignee, title, f"{why} It is due by {people.clock(due)}.")


def told(case: Case) -> dict[str, Any]:
    """Return what webhooks hear of a complaint: nothing that says who the person is but the subject."""
    return {
        "complaint": case.complaint,
        "promise": case.answer,
        "store": case.store,
        "cause": case.cause,
        "channel": case.channel,
        "order": case.order,
        "due_at": None if case.due is None else case.due.isoformat(),
    }


def _local(case: Case) -> Any:  # noqa: ANN401 - a time, or None
    return None if case.due is None else case.due.astimezone(case.promise.hours.zone)


def _why(case: Case, who: Customer, charge: InCharge) -> str:
    """Return what whoever answers should know."""
    told = [f"They complained on {people.clock(case.begun)}"]
    told += [f"because of {case.cause!r}"] if case.cause else []
    told += [f"about order {case.order}"] if case.order else []
    sentence = ", ".join(told) + "."
    dial = f", their dial is {who.dial}" if who.dial is not None else ""
    orders = "1 order" if who.orders == 1 else f"{who.orders:,} orders"
    return f"{sentence} They have {orders}{dial}. {charge.words}".strip()


REACTION = Reaction("complaint_opened", ("complaint_opened",), react, ABOUT.strip())
