"""A plan's contacts with a customer as they stand: what the desk and others said, each by its own rule.

Of a contact's day the last word counts; it was made, and left out, when it was first. Others' words, under whatever
identifier of the customer, are heard from ``contact_plans``.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.word import Word, last

CONTACTS: LiteralString = """
SELECT contact, due_on, due_on_at, purpose, channel, made, skipped FROM contact_plans_of(%(subject)s)
 WHERE plan = %(plan)s
"""


class Contact(Struct, frozen=True):
    """A contact as it stands."""

    due: Word[date] | None = None
    purpose: str = ""
    channel: str = ""
    made: datetime | None = None
    skipped: datetime | None = None


class ContactPlan(Struct, frozen=True):
    """The contacts of a plan with a customer, by key."""

    id: str
    contacts: Mapping[str, Contact] = {}

    @property
    def plan(self) -> str:
        """Return the plan's name."""
        return self.id.partition(":")[0]

    @property
    def subject(self) -> str:
        """Return the customer."""
        return self.id.partition(":")[2]


def id_of(plan: str, subject: str) -> str:
    """Return the id of a plan's contacts with a customer."""
    return f"{plan}:{subject}"


def evolve(state: ContactPlan, envelope: Envelope) -> ContactPlan:
    """Return the plan after a fact."""
    event, at = envelope.data, envelope.time
    if not isinstance(event, ContactPlanned | ContactMade | ContactSkipped):
        return state
    held = state.contacts.get(event.contact, Contact())
    match event:
        case ContactPlanned():
            purpose, channel = held.purpose or event.purpose, held.channel or event.channel
            held = replace(held, due=last(held.due, at, event.due_on), purpose=purpose, channel=channel)
        case ContactMade():
            held = replace(held, made=at if held.made is None else min(held.made, at))
        case ContactSkipped():
            held = replace(held, skipped=at if held.skipped is None else min(held.skipped, at))
    return replace(state, contacts={**state.contacts, event.contact: held})


def heard(state: ContactPlan, connection: Connection) -> ContactPlan:
    """Return the plan with what is known of it from the log, by whomever."""
    contacts = {
        row["contact"]: Contact(
            due=Word(row["due_on_at"], row["due_on"]) if row["due_on_at"] else None,
            purpose=row["purpose"] or "",
            channel=row["channel"] or "",
            made=row["made"],
            skipped=row["skipped"],
        )
        for row in queries.rows(connection, CONTACTS, subject=state.subject, plan=state.plan)
    }
    return replace(state, contacts=contacts)
