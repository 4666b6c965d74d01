"""A contact is planned, made or left out: its day is remembered, or need not be any more."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

from projections._engine import queries
from services.reactions import settings, tasking
from services.reactions._engine.reaction import Action, Forget, Hold, Reaction, Remind, Signal, World
from services.reactions.naming import name_of

DUE = "contact_due"

ABOUT = """
A contact that is planned is looked at again when its day begins in UTC, or so many days before (setting contact_days).
Put off, it is looked at on its new day, and a task that was opened for the old one is dropped. Once it is made, or left
out, nobody is reminded of it, and its task is done or dropped.
"""

CONTACT: LiteralString = """
SELECT due_on, made, skipped, coalesce(planner, '') AS planner, coalesce(purpose, '') AS purpose,
       coalesce(channel, '') AS channel
  FROM contact_plans_of(%(subject)s) WHERE plan = %(plan)s AND contact = %(contact)s
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Remember its day, or forget it."""
    row = contact_of(world, signal)
    if row is None or row["due_on"] is None:
        yield Hold("not_planned", "Nobody planned such a contact.")
        return
    own, key = task_of(signal, row["due_on"]), reminder_of(signal, row["due_on"])
    yield from _put_off(signal, world, own)
    if row["made"] is not None:
        yield Forget(key)
        yield tasking.completed(own, "contacted")
    elif row["skipped"] is not None:
        yield Forget(key)
        yield tasking.dropped(own, "left_out")
    else:
        ahead = settings.in_force(world.connection, world.now).contact_days
        at = begin_of(row["due_on"]) - timedelta(days=ahead)
        detail = {name: signal.detail[name] for name in ("plan", "contact")}
        yield Remind(key, DUE, signal.subject, at, detail)


def contact_of(world: World, signal: Signal) -> dict[str, Any] | None:
    """Return how the contact stands that a signal names."""
    asked = {"subject": signal.subject, "plan": signal.detail["plan"], "contact": signal.detail["contact"]}
    return next(iter(queries.rows(world.connection, CONTACT, **asked)), None)


def begin_of(day: date) -> datetime:
    """Return when a day begins in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def task_of(signal: Signal, due_on: date) -> str:
    """Return the name of the task of a contact by a day."""
    return name_of("contact", signal.detail["plan"], signal.detail["contact"], signal.subject, due_on.isoformat())


def reminder_of(signal: Signal, due_on: date) -> str:
    """Return the name of the reminder of a contact by a day."""
    return f"{task_of(signal, due_on)}:{DUE}"


def about_of(signal: Signal) -> str:
    """Return what the tasks of a contact are about, whatever its day."""
    return name_of("contact", signal.detail["plan"], signal.detail["contact"])


def _put_off(signal: Signal, world: World, own: str) -> Iterator[Action]:
    """Yield that tasks of other days of the same contact are dropped."""
    for task in tasking.open_tasks(world, signal.subject, DUE):
        if task["about"] == about_of(signal) and task["task"] != own:
            yield tasking.dropped(task["task"], "put_off")


HEARS = ("contact_planned", "contact_made", "contact_skipped")
REACTION = Reaction("contact_planned", HEARS, react, ABOUT.strip())
