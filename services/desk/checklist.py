"""A checklist with a customer: its steps are ticked off, each once a run.

Its id is the checklist and the customer, as ``first_order:customer:42``; ``id_of`` writes it. Of what others ticked,
under whatever identifier, is heard from ``checklist_steps``.

The awkward half: that a step was done is what whoever ticks it says. A run that never began can be ticked, too: the
report on checklists tells of those as strays.
"""

from collections.abc import Sequence
from typing import LiteralString

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from events.catalog.operations import ChecklistStepDone
from events.envelope import Envelope, Subject
from events.event import Key, Label, Text
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

STEPS: LiteralString = "SELECT run, step FROM checklist_steps_of(%(subject)s) WHERE checklist = %(checklist)s"

# The steps of every version of a playbook that was published by the clock.
PUBLISHED: LiteralString = """
SELECT DISTINCT s.step FROM policies AS p CROSS JOIN LATERAL regexp_split_to_table(p.content::jsonb ->> 'steps', ' ')
    AS s (step)
 WHERE p.policy = 'checklist.' || %(checklist)s AND p.content_at <= %(now)s ORDER BY s.step
"""


class Checklist(Struct, frozen=True):
    """A checklist with a customer, and which steps of which runs are ticked."""

    id: str
    ticked: frozenset[tuple[str, str]] = frozenset()

    @property
    def checklist(self) -> str:
        """Return the checklist's name."""
        return self.id.partition(":")[0]

    @property
    def subject(self) -> str:
        """Return the customer."""
        return self.id.partition(":")[2]


def id_of(checklist: str, subject: str) -> str:
    """Return the id of a checklist with a customer."""
    return f"{checklist}:{subject}"


class Tick(Command, frozen=True, kw_only=True):
    """Say that a step of a run was done, now."""

    run: Key
    step: Key
    note: Text = ""
    store: Label = "web"

    def decide(self, state: Checklist, setting: Setting) -> Sequence[Fact]:
        """A step is ticked once a run, and only one that a published playbook has."""
        try:
            subject = msgspec.convert(state.subject, Subject)
        except msgspec.ValidationError:
            message = f"{state.id!r} names no checklist and customer: write such as first_order:customer:42."
            raise Refused("no_checklist_and_customer", message, field="id") from None
        if (self.run, self.step) in state.ticked:
            return []
        asked = {"checklist": state.checklist, "now": setting.now}
        steps = [row["step"] for row in queries.rows(setting.connection, PUBLISHED, **asked)]
        if self.step not in steps:
            there = f"there are: {', '.join(steps)}" if steps else "no such checklist was published"
            message = f"The checklist {state.checklist} has no step {self.step}; {there}."
            raise Refused("no_such_step", message, field="step")
        done = ChecklistStepDone(
            checklist=state.checklist,
            run=self.run,
            step=self.step,
            by=setting.actor,
            note=self.note,
            store=self.store,
        )
        return [Fact(subject, done)]


def evolve(state: Checklist, envelope: Envelope) -> Checklist:
    """Return the checklist after a fact."""
    if not isinstance(envelope.data, ChecklistStepDone):
        return state
    return replace(state, ticked=state.ticked | {(envelope.data.run, envelope.data.step)})


def heard(state: Checklist, connection: Connection) -> Checklist:
    """Return the checklist with what is known of it from the log, by whomever."""
    asked = {"subject": state.subject, "checklist": state.checklist}
    rows = queries.rows(connection, STEPS, **asked)
    return replace(state, ticked=state.ticked | {(row["run"], row["step"]) for row in rows})


CHECKLIST = Aggregate("checklist", "The steps of a checklist with a customer.", Checklist, evolve, (Tick,), heard)
