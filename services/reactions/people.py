"""Who it is about, and who sees to it: a customer at a glance, their manager or whoever stands in, who is asked next.

Reads `managers`, `staff`, `covers`, `profile`, `purchases` and the last volume dial.
"""

from datetime import datetime
from typing import LiteralString, NamedTuple

from projections import covers, staff
from projections._engine import queries
from services.reactions._engine.reaction import Tell, World

KNOWN = "customer:"
MOST_COVERS = 5
MOST_NAME_CHARACTERS = 100
SERVICE = "service"

CUSTOMER: LiteralString = """
WITH asked AS MATERIALIZED (
    SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person
), own AS MATERIALIZED (
    SELECT person AS identifier FROM asked UNION
    SELECT p.identifier FROM asked AS a JOIN person_of AS p ON p.person = a.person
)
SELECT a.person,
       (SELECT p.traits -> 'name' ->> 2 FROM profile AS p JOIN own ON own.identifier = p.subject
         WHERE p.traits -> 'name' ->> 2 <> ''
         ORDER BY (p.traits -> 'name' ->> 0)::bigint DESC, p.traits -> 'name' ->> 1 DESC LIMIT 1) AS called,
       (SELECT coalesce(sum(b.orders), 0)::bigint FROM purchases AS b JOIN own ON own.identifier = b.subject
         WHERE b.day <= (%(now)s::timestamptz)::date) AS orders,
       (SELECT max(d.dial) FROM (SELECT DISTINCT ON (currency) dial FROM dial
                                  WHERE person = a.person ORDER BY currency, month DESC) AS d) AS dial
  FROM asked AS a
"""

MANAGER: LiteralString = """
SELECT manager FROM managers_of(%(subject)s) WHERE reason_at <= %(now)s
 ORDER BY reason_at DESC, reason_by DESC LIMIT 1
"""


class Customer(NamedTuple):
    """A person: what they are called, how many orders there were, and their last dial, the highest of any currency."""

    person: str
    called: str
    orders: int
    dial: int | None

    @property
    def name(self) -> str:
        """Return what to call them in a line: their name, or else their identifier."""
        return self.called or self.person

    @property
    def known(self) -> bool:
        """Return whether we know them by name."""
        return self.person.startswith(KNOWN)


class InCharge(NamedTuple):
    """Who sees to something: nobody where it is empty. ``words`` says why it is them, if there is more to say."""

    assignee: str
    words: str = ""


def customer(world: World, subject: str) -> Customer:
    """Return a person by any identifier of theirs."""
    row = queries.row(world.connection, CUSTOMER, subject=subject, now=world.now)
    called = " ".join((row["called"] or "").split())[:MOST_NAME_CHARACTERS]
    return Customer(row["person"], called, row["orders"], row["dial"])


def in_charge(world: World, subject: str, otherwise: str) -> InCharge:
    """Return who sees to a customer: their manager, or ``otherwise``, or whoever stands in for them today."""
    rows = queries.rows(world.connection, MANAGER, subject=subject, now=world.now)
    named = rows[0]["manager"] if rows else ""
    if not named:
        return covered(world, otherwise)
    member = next(iter(staff.members(world.connection, named)), None)
    if member is not None and not member["open"]:
        passed = covered(world, member["escalates_to"] or otherwise)
        return InCharge(passed.assignee, f"{named} looks after customers no more. {passed.words}".strip())
    return covered(world, named)


def covered(world: World, member: str) -> InCharge:
    """Return a member of staff, or who stands in for them today; and for that one, if they are away as well."""
    seen, today = [member], world.now.date()
    while member and len(seen) <= MOST_COVERS:
        cover = covers.standing_in(world.connection, today, seen[-1]).get(seen[-1])
        if cover is None or cover in seen:
            break
        seen.append(cover)
    words = f"{seen[-1]} stands in for {member}." if len(seen) > 1 else ""
    return InCharge(seen[-1], words)


def next_up(world: World, member: str) -> InCharge:
    """Return who is asked next where a member of staff does not get on, or who stands in for that one."""
    row = next(iter(staff.members(world.connection, member)), None) if member else None
    return covered(world, row["escalates_to"]) if row is not None and row["escalates_to"] else InCharge("")


def to_staff(assignee: str, title: str, text: str) -> list[Tell]:
    """Return the message to one of the staff; where there is nobody, none."""
    return [Tell("staff", assignee, SERVICE, title, text)] if assignee else []


def clock(at: datetime) -> str:
    """Return a time as people read it."""
    return f"{at.day} {at:%B %Y, %H:%M} {at:%Z}"
