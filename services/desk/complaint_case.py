"""A complaint as whoever decides on it sees it: what the desk did, and what others said of it, by their times.

Reads ``complaint_cases`` for what others said: a helpdesk, the shop, the customer. The desk's own steps are there, too,
and are left out, since the desk knows them first. Its state is the same in whatever order steps are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString

import msgspec
from msgspec.structs import replace

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintAnsweredByCustomer,
    ComplaintConfirmed,
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    GestureDeclined,
    GestureOffered,
    GestureRequested,
    SatisfactionRated,
)
from events.envelope import Envelope
from events.event import Event
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.mapping import OWN_IDS
from services.promises.complaint import ENDS_WAITING, RANK, WAITING, Step, requested

# What is known of a complaint, by whom it is of: one person's identifiers are one.
CASES: LiteralString = """
SELECT c.subject, c.opened, c.steps, coalesce(p.person, c.subject) AS person
  FROM complaint_cases AS c LEFT JOIN person_of AS p ON p.identifier = c.subject
 WHERE c.complaint = %(id)s ORDER BY c.opened NULLS LAST, c.subject
"""

KINDS: Mapping[type[Event], str] = {
    ComplaintRaised: "raised",
    ComplaintAcknowledged: "acknowledged",
    ComplaintReplied: "replied",
    ComplaintWaiting: WAITING,
    ComplaintAnsweredByCustomer: "answered",
    GestureRequested: "requested",
    GestureDeclined: "declined",
    GestureOffered: "gesture",
    ComplaintResolved: "resolved",
    ComplaintConfirmed: "confirmed",
    ComplaintReopened: "reopened",
    ComplaintEscalated: "escalated",
    SatisfactionRated: "rated",
}

# What a step changes of how a complaint stands.
AFTER: Mapping[str, Mapping[str, bool]] = {
    "acknowledged": {"acknowledged": True},
    "replied": {"acknowledged": True, "replied": True},
    WAITING: {"waiting": True},
    "resolved": {"resolved": True, "ever_resolved": True},
    "confirmed": {"confirmed": True},
    "reopened": {"resolved": False, "confirmed": False, "acknowledged": False, "replied": False},
}

_DECODER = msgspec.json.Decoder(Step)


class Standing(msgspec.Struct, frozen=True):
    """What matters of a complaint's steps: each tells how it is after the last of them.

    ``asked`` is the step by which somebody asked for a gesture above their authority, while that is not settled.
    """

    acknowledged: bool = False
    replied: bool = False
    waiting: bool = False
    resolved: bool = False
    confirmed: bool = False
    ever_resolved: bool = False
    passed_to: str = ""
    asked: Step | None = None


class Case(msgspec.Struct, frozen=True):
    """One complaint. ``subjects`` are those of whom others know it; more than one where they are not one person."""

    id: str
    own_subject: str = ""
    subjects: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    standing: Standing = Standing()

    @property
    def subject(self) -> str:
        """Return whose it is; empty where nobody raised it."""
        return self.own_subject or next(iter(self.subjects), "")

    @property
    def last_at(self) -> datetime | None:
        """Return when the last step was."""
        return self.steps[-1].at if self.steps else None

    def offered_minor(self, currency: str) -> int:
        """Return how much was offered in a currency to make it good, all together."""
        return sum(step.amount_minor for step in self.steps if step.kind == "gesture" and step.currency == currency)


def evolve(state: Case, envelope: Envelope) -> Case:
    """Return the complaint after a fact of the desk."""
    kind = KINDS.get(type(envelope.data))
    if kind is None:
        return state
    steps = _in_order((*state.steps, _step(kind, envelope)))
    return replace(state, own_subject=envelope.subject, steps=steps, standing=_standing(steps))


def _standing(steps: Sequence[Step]) -> Standing:
    """Return how a complaint stands after its steps, in their order."""
    changed: dict[str, Any] = {}
    for step in steps:
        if step.kind in ENDS_WAITING:
            changed[WAITING] = False
        changed |= AFTER.get(step.kind, {})
        if step.kind == "escalated":
            changed["passed_to"] = step.word
    return Standing(**changed, asked=requested(steps))


def _step(kind: str, envelope: Envelope) -> Step:
    at, event = envelope.time, envelope.id
    match envelope.data:
        case GestureOffered() as told:
            return Step(at, kind, event, told.kind, told.amount_minor, told.currency)
        case GestureRequested() as told:
            return Step(at, kind, event, told.kind, told.amount_minor, told.currency, told.by)
        case GestureDeclined() as told:
            return Step(at, kind, event, told.reason)
        case ComplaintEscalated() as told:
            return Step(at, kind, event, told.to)
        case SatisfactionRated() as told:
            return Step(at, kind, event, str(told.rating))
        case _:
            return Step(at, kind, event)


def heard(state: Case, connection: Connection) -> Case:
    """Return the complaint with what others said of it."""
    rows = queries.rows(connection, CASES, id=state.id)
    told: list[Step] = []
    by_person: dict[str, str] = {}
    for row in rows:
        of_others = [step for step in map(_DECODER.decode, row["steps"]) if _of_others(step)]
        if of_others:
            by_person.setdefault(row["person"], row["subject"])
            told += of_others
    steps = _in_order(told)
    return Case(state.id, subjects=tuple(by_person.values()), steps=steps, standing=_standing(steps))


def _of_others(step: Step) -> bool:
    return not step.event.startswith(OWN_IDS)


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps in the order in which they happened; of one instant, as the reports have them."""
    return tuple(sorted(steps, key=lambda step: (step.at, RANK.get(step.kind, len(RANK)), step.event)))
