"""The day of a planned contact has come: whoever looks after the customer has a task."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import LiteralString

from msgspec.structs import replace

from projections._engine import queries
from projections._engine.registry import Connection
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.contact_planned import DUE, about_of, begin_of, contact_of, reminder_of, task_of
from services.reactions.naming import raised_id
from services.reactions.tasking import Wanted

BACK_DAYS = 30

ABOUT = """
A planned contact that was neither made nor left out is a task when its day has come, due by the end of that day: for
the customer's manager, or else for whoever planned it. Contacts that were planned before there were reactions are found
by a sweep, if their day is not longer ago than 30 days. Webhooks hear of it as contact.due.
"""

OPEN: LiteralString = """
SELECT subject, plan, contact, due_on FROM contact_plans
 WHERE due_on BETWEEN %(begin)s AND %(end)s AND planned <= %(now)s AND made IS NULL AND skipped IS NULL
 ORDER BY due_on, subject, plan, contact
"""


def look(connection: Connection, now: datetime) -> Iterator[Signal]:
    """Yield a signal for each open contact whose day has come, the one that its reminder raises."""
    ahead = settings.in_force(connection, now).contact_days
    begin, end = now.date() - timedelta(days=BACK_DAYS), now.date() + timedelta(days=ahead)
    for row in queries.rows(connection, OPEN, begin=begin, end=end, now=now):
        detail = {"plan": row["plan"], "contact": row["contact"]}
        found = Signal(
            id="", kind=DUE, subject=row["subject"], event_id="", happened_at=now, raised_at=now, detail=detail
        )
        same = raised_id(reminder_of(found, row["due_on"]), begin_of(row["due_on"]) - timedelta(days=ahead))
        yield replace(found, id=same, event_id=same)


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Have somebody make the contact."""
    row = contact_of(world, signal)
    wanted = settings.in_force(world.connection, world.now)
    if row is None or row["due_on"] is None:
        yield Hold("not_planned", "Nobody planned such a contact.")
        return
    if row["made"] is not None or row["skipped"] is not None:
        yield Hold("settled", "The contact was made or left out.")
        return
    if row["due_on"] > world.now.date() + timedelta(days=wanted.contact_days):
        yield Hold("put_off", f"The contact was put off until {row['due_on']}: it is looked at then.")
        return
    name = task_of(signal, row["due_on"])
    if (held := tasking.known(world, signal.subject, name)) is not None:
        yield held
        return
    charge = people.in_charge(world, signal.subject, row["planner"] or wanted.without_manager)
    who = people.customer(world, signal.subject)
    purpose = f" about {row['purpose']}" if row["purpose"] else ""
    channel = f", by {row['channel']}" if row["channel"] else ""
    title = f"Contact {who.name}{purpose}{channel}"
    why = f"The plan {signal.detail['plan']} asks for {signal.detail['contact']} by {row['due_on']}. {charge.words}"
    due = begin_of(row["due_on"]) + timedelta(days=1)
    task = Wanted(signal.subject, title, DUE, why.strip(), due, charge.assignee, about_of(signal))
    yield tasking.opened(name, task)
    yield from people.to_staff(charge.assignee, title, why.strip())
    data = {"plan": signal.detail["plan"], "contact": signal.detail["contact"], "due_on": row["due_on"].isoformat()}
    yield Announce("contact.due", signal.subject, data)


REACTION = Reaction("contact_due", (DUE,), react, ABOUT.strip())
