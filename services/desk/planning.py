"""A year's contact plan for many customers: a segment's members, or those that are named; a file says which contacts.

    plan: "2026"
    segment: tier.top
    contacts:
      - {contact: spring, due_on: 2026-03-20, purpose: season_greeting, channel: card, within_days: 14}

Each customer's contacts are planned by themselves, see ``contact_plan``. Asked for again, the same plan plans the same:
what is planned already stays, as it was moved by then, and who came to the segment since gets what is to come. With
``within_days`` a contact is spread over so many days, so that not all of them are due on one.

The awkward half: members are those of the last refresh, and who has left the segment keeps what was planned.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, LiteralString, NamedTuple
from zlib import crc32

from msgspec import Meta, Struct

from events.event import Key, Label
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.contact_plan import MOST_CONTACTS, Plan, Planned
from services.desk.contact_plan_state import id_of
from services.desk.deciding import Order, Refused
from services.desk.desk import Desk

EVENTS_AT_ONCE = 300
MOST_CUSTOMERS = 100_000
MOST_DAYS = 92

# Persons with who looks after them: a segment's members by the clock, or those of these names.
MEMBERS: LiteralString = """
SELECT person FROM membership
 WHERE segment = %(segment)s AND entered_at <= %(now)s AND (left_at IS NULL OR left_at > %(now)s) ORDER BY person
"""
MANAGERS: LiteralString = """
SELECT DISTINCT ON (person) person, manager FROM managers_by_person
 WHERE person = ANY (%(persons)s) ORDER BY person, reason_at DESC, reason_by DESC
"""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A contact with each of them: its first day, and over how many days it is spread."""

    contact: Key
    due_on: date
    purpose: Label = ""
    channel: Label = ""
    within_days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 1

    def for_customer(self, customer: str) -> Planned:
        """Return the contact with one customer, who always gets the same day."""
        later = crc32(f"{self.contact}|{customer}".encode()) % self.within_days
        return Planned(
            contact=self.contact,
            due_on=self.due_on + timedelta(days=later),
            purpose=self.purpose,
            channel=self.channel,
        )


class YearPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A plan for many: for a segment, for customers by name, or for both."""

    plan: Key
    contacts: Annotated[tuple[Wish, ...], Meta(min_length=1, max_length=MOST_CONTACTS)]
    segment: Label = ""
    customers: Annotated[tuple[Key, ...], Meta(max_length=MOST_CUSTOMERS)] = ()


class Outcome(NamedTuple):
    """What came of a plan: for how many customers, how many contacts, and for whom it was refused, and why."""

    customers: int
    contacts: int
    refused: Sequence[tuple[str, Refused]]


def customers_of(connection: Connection, plan: YearPlan, now: datetime) -> list[str]:
    """Return for whom a plan is, each once."""
    asked = {"segment": plan.segment, "now": now}
    members = [row["person"] for row in queries.rows(connection, MEMBERS, **asked)] if plan.segment else []
    return list(dict.fromkeys([*members, *plan.customers]))


def orders(
    plan: YearPlan, customers: Iterable[str], managers: dict[str, str], actor: str, today: date
) -> Iterator[Order]:
    """Yield the command for each customer; what was due before today is left out, and is nobody's any more."""
    for customer in customers:
        contacts = [wish.for_customer(customer) for wish in plan.contacts]
        to_come = tuple(each for each in contacts if each.due_on >= today)
        if to_come:
            command = Plan(contacts=to_come, seen_to_by=managers.get(customer, ""), keep=True)
            yield Order("contact-plan", id_of(plan.plan, customer), command, actor)


def put_in_force(desk: Desk, connection: Connection, plan: YearPlan, actor: str, now: datetime) -> Outcome:
    """Plan the contacts with everybody, some hundreds of events a transaction; doing it again goes on where it ended.

    What is refused for one customer leaves the others alone. Raises psycopg.OperationalError where the database is
    away: what was planned until then is planned.
    """
    customers = customers_of(connection, plan, now)
    managers = {row["person"]: row["manager"] for row in queries.rows(connection, MANAGERS, persons=customers)}
    wanted = list(orders(plan, customers, managers, actor, now.date()))
    at_once = max(1, EVENTS_AT_ONCE // len(plan.contacts))
    reached, contacts, refused = 0, 0, []
    for first in range(0, len(wanted), at_once):
        batch = wanted[first : first + at_once]
        for order, outcome in zip(batch, desk.perform_all(batch, now), strict=True):
            if isinstance(outcome, Refused):
                refused.append((order.id.partition(":")[2], outcome))
            elif outcome.events:
                reached, contacts = reached + 1, contacts + len(outcome.events)
    return Outcome(reached, contacts, refused)
