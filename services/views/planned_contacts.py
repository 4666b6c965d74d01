"""The contact plan: what is due, missed, made and left out of it, contact by contact, and who has no plan.

Reads what the report ``contact_plan`` reads, which says what everything means. With very many planned contacts what is
listed may be some while old, and says how old.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.desk.contact_plan_state import id_of
from services.reports.asking import NO_CURRENCY
from services.reports.contact_plan import CONTACT_PLAN, STATES, lay_out
from services.reports.contact_plan_queries import CHOSEN
from services.reports.report import Question
from services.views.event_places import with_places
from services.views.keeping import needed
from services.views.people import staff, versions_of, with_people
from services.views.reports import ByStore, FirstDay, LastDay, Store, answered
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

WORDS = {
    "missed": "Missed",
    "due": "Due",
    "to_come": "To come",
    "kept": "Kept",
    "late": "Made late",
    "skipped": "Left out",
    "unplanned": "Not planned",
}
OPEN_STATES = ("missed", "due")

Manager = Annotated[str, Meta(description="Of this member of staff.", max_length=128)]
State = Annotated[str, Meta(description=f"How the contacts stand: {', '.join(STATES)}.", max_length=16)]
Open = Annotated[str, Meta(description="The contact whose forms are open: PLAN:CUSTOMER:CONTACT.", max_length=400)]
Limit = Annotated[int, Meta(description="The most contacts that are listed.", ge=1, le=10_000)]

# The report's own table, which lasts as long as the reading; what is longest overdue first.
LISTED = f"""
WITH {CHOSEN}, listed AS (
    SELECT person, plan, contact, purpose, channel, state, due_on, made, manager, reason, overdue_days, day
      FROM chosen WHERE state = ANY (%(states)s)
     ORDER BY coalesce(due_on, day), person, plan, contact LIMIT %(limit)s
)
SELECT person, plan, contact, purpose, channel, state, due_on, made, manager, reason, overdue_days,
       coalesce(made, (SELECT min(p.planned) FROM contact_plans_of(l.person) AS p
                        WHERE p.plan = l.plan AND p.contact = l.contact)) AS happened
  FROM listed AS l ORDER BY coalesce(due_on, day), person, plan, contact
"""  # noqa: S608 - made of constants


class PlanParameters(Parameters, frozen=True, kw_only=True):
    """Which contacts are wanted; of missed and due ones where no state is said."""

    store: Store | None = None
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")
    manager: Manager | None = None
    state: State | None = None
    open: Open | None = None
    limit: Limit = 50


def answer(reading: Reading) -> Document:
    """Contacts of the plan as they stand, by manager, why some were left out, and who has a manager and no plan."""
    asked: PlanParameters = reading.asked
    if asked.state is not None and asked.state not in STATES:
        message = f"state: {asked.state!r} is none; there are {', '.join(STATES)}."
        raise BadParameter(message)
    of_manager = ByStore(store=asked.store, begin=asked.begin, end=asked.end, about=asked.manager, limit=50)
    report = answered(CONTACT_PLAN, replace(reading, asked=of_manager))
    figures, tables = report["figures"], report["tables"]
    listed = needed(reading, ("planned_contacts", asked), CONTACT_PLAN.reads, _listed)
    return {
        "headline": report["headline"],
        "figures": figures,
        "states": [{"state": name, "word": WORDS[name], "contacts": figures[name]} for name in WORDS],
        "staff": staff(reading.connection),
        "choices": report["choices"],
        "tables": {
            "contacts": _shown(reading, listed),
            "managers": tables["managers"],
            "reasons": tables["reasons"],
            "too_many": _named(reading, tables["too_many"]),
            "without_plan": _named(reading, tables["without_plan"]),
        },
    }


def _listed(reading: Reading) -> list[dict[str, Any]]:
    asked: PlanParameters = reading.asked
    states = OPEN_STATES if asked.state is None else (asked.state,)
    said = Question(reading.now, NO_CURRENCY, asked.store, asked.begin, asked.end, asked.limit, asked.manager)
    return queries.rows(reading.connection, LISTED, **lay_out(reading.connection, said), states=list(states))


def _named(reading: Reading, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return with_people(reading.connection, rows, reading.now, live=reading.until is None)


def _shown(reading: Reading, listed: Sequence[Row]) -> list[Row]:
    told = _named(reading, with_places(reading.connection, listed, "happened", "regulars.contact."))
    names = {id_of(row["plan"], row["person"]) for row in told}
    versions = versions_of(reading.connection, "contact-plan", names) if reading.until is None else {}
    rows = [{**row, "plan_id": id_of(row["plan"], row["person"])} for row in told]
    return [{**row, "version": versions.get(row["plan_id"], 0)} for row in rows]


PLANNED_CONTACTS = View(
    name="planned_contacts",
    path="/contact-plan",
    title="Contact plan",
    answer=answer,
    parameters=PlanParameters,
    reads=(*CONTACT_PLAN.reads, "profile", "staff"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
)
