"""Runs of checklists: which playbooks an event begins, and how the steps of one person's run stand.

Reads `policies`, and for the steps what the report ``checklists`` reads, by the same query.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from projections import policies
from projections._engine import queries
from services.checklists.errors import BadPlaybook
from services.checklists.playbook import PLACED, RAISED, TICKED, VISIT, Playbook
from services.checklists.publishing import POLICY, from_settings
from services.reactions._engine.reaction import Signal, World
from services.reactions._engine.remembered import once
from services.reactions.naming import name_of
from services.reports.checklist_runs import OF_ONE, STANDS

OVERDUE = "checklist_step_overdue"

TRIGGERS: Mapping[str, str] = {
    "order_placed": PLACED,
    "order_shipped": "regulars.fulfilment.shipment_dispatched",
    "order_delivered": "regulars.fulfilment.order_delivered",
    "complaint_opened": RAISED,
    "visit_started": VISIT,
    "checklist_step_done": TICKED,
}
"""The event that can begin a run, by the signal that it raises."""

THINGS = ("order", "complaint", "session", "run")

# Steps of one person that are not done, of one run or of all of them, the first to be due first.
STEPS = f"""{OF_ONE}
SELECT checklist, playbook_title AS title, thing AS run, coalesce(store, '') AS store, step, title AS step_title, who,
       due, state = 'missed' AS late
  FROM ({STANDS.format(run="every_run")}) AS s
 WHERE state IN ('open', 'missed') AND (%(checklist)s::text IS NULL OR checklist = %(checklist)s)
   AND (%(run)s::text IS NULL OR thing = %(run)s)
 ORDER BY due, checklist, thing, place
"""  # noqa: S608 - named pieces; values are always parameters

NTH: Mapping[str, LiteralString] = {
    PLACED: "SELECT count(*) AS nth FROM orders_of(%(subject)s) WHERE ordered <= %(at)s",
    RAISED: "SELECT count(*) AS nth FROM complaint_cases_of(%(subject)s) WHERE opened <= %(at)s",
}

BEGAN: LiteralString = """
SELECT min(done) AS began FROM checklist_steps_of(%(subject)s) WHERE checklist = %(checklist)s AND run = %(run)s
"""


class Begun(NamedTuple):
    """A run that may have begun: whether it did, its steps say when they are due."""

    playbook: Playbook
    run: str
    began: datetime


def begun(world: World, signal: Signal) -> Iterator[Begun]:
    """Yield the runs that an event begins, by the playbooks that were in force then."""
    trigger = TRIGGERS[signal.kind]
    thing = next((signal.detail[name] for name in THINGS if signal.detail.get(name)), "")
    for playbook in _of_trigger(world, signal, trigger):
        if trigger == TICKED:
            asked = {"subject": signal.subject, "checklist": playbook.name, "run": thing}
            began = queries.row(world.connection, BEGAN, **asked)["began"] or signal.happened_at
            yield Begun(playbook, thing, began)
        elif thing and _counts(world, signal, playbook):
            yield Begun(playbook, thing, signal.happened_at)


def _of_trigger(world: World, signal: Signal, trigger: str) -> Iterator[Playbook]:
    store = signal.detail.get("store")
    published = once(world.connection, POLICY, lambda: policies.every(world.connection, POLICY))
    for row in policies.held_at(published, signal.happened_at):
        name = row["policy"].removeprefix(POLICY)
        if row["content"].get("event") != trigger or not row["content"].get("steps"):
            continue
        if trigger == TICKED and signal.detail["checklist"] != name:
            continue
        try:
            playbook = from_settings(name, row["content"])
        except BadPlaybook:
            continue  # the report of checklists says what is wrong with it
        if store is None or not playbook.trigger.stores or store in playbook.trigger.stores:
            yield playbook


def _counts(world: World, signal: Signal, playbook: Playbook) -> bool:
    """Return whether it is the how many-th of the person's that the playbook asks for."""
    nth = playbook.trigger.nth
    if nth is None:
        return True
    asked = {"subject": signal.subject, "at": signal.happened_at}
    return bool(queries.row(world.connection, NTH[playbook.trigger.event], **asked)["nth"] == nth)


def steps_of(world: World, subject: str, checklist: str | None = None, run: str | None = None) -> list[dict[str, Any]]:
    """Return steps that are not done, of one run or of all of a person's: late or still to come."""
    asked = {"subject": subject, "now": world.now, "checklist": checklist, "run": run}
    return queries.rows(world.connection, STEPS, **asked)


def task_of(row: Mapping[str, Any]) -> str:
    """Return the name of the task of a step that is overdue."""
    return name_of("step", row["checklist"], row["run"], row["step"])
