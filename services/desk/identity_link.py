"""Which identifiers are a customer's: a card, a visitor of the web shop, an e-mail address, linked or taken back.

Its id is the customer, as events name them: ``customer:42``. What others said of the same two, such as a login, is
heard from ``identity``, and the last word on each counts. Two customers are no matter of a link: whether they are one
person is an ``identity-decision``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.identity import IdentityLinked, IdentityUnlinked
from events.envelope import Envelope, Subject
from events.event import Label
from projections._engine import queries
from projections._engine.persons import CUSTOMER, is_nobody
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.word import Word, last

# What is said of an identifier and others; of two, the lesser stands first.
SAID: LiteralString = """
SELECT CASE WHEN subject = %(id)s THEN identifier ELSE subject END AS identifier, linked, linked_at
  FROM identity WHERE (subject = %(id)s OR identifier = %(id)s) AND linked IS NOT NULL
"""

# Whose an identifier is, where that is somebody who is a customer.
WHOSE: LiteralString = """
SELECT person FROM person_of WHERE identifier = %(identifier)s AND person LIKE 'customer:%%'
   AND person <> coalesce((SELECT person FROM person_of WHERE identifier = %(customer)s), %(customer)s)
"""
KNOWN: LiteralString = "SELECT FROM profile WHERE subject = %(customer)s"


class IdentityLink(Struct, frozen=True):
    """A customer, and the last word on each identifier that was ever said to be theirs."""

    id: str
    said: Mapping[str, Word[bool]] = {}

    def has(self, identifier: str) -> bool:
        """Return whether an identifier is linked to them."""
        return identifier in self.said and self.said[identifier].value


class Link(Command, frozen=True, kw_only=True):
    """Say that an identifier is this customer's; ``basis`` says how that is known, such as ``card``."""

    identifier: Subject
    basis: Label = "desk"

    def decide(self, state: IdentityLink, setting: Setting) -> Sequence[Fact]:
        """Nobody else has it, and it is no customer's own number."""
        _be_customer(state, setting)
        identifier = _proper(state, self.identifier)
        if state.has(identifier):
            return []
        asked = {"identifier": identifier, "customer": state.id}
        if owners := queries.rows(setting.connection, WHOSE, **asked):
            owner = owners[0]["person"]
            message = f"{identifier} is {owner}'s: take it from them first, or say that the two are one person."
            raise Refused("somebody_elses", message, field="identifier")
        return [Fact(state.id, IdentityLinked(identifier=identifier, basis=self.basis))]


class Unlink(Command, frozen=True, kw_only=True):
    """Take back that an identifier is this customer's, for a reason."""

    identifier: Subject
    reason: Label

    def decide(self, state: IdentityLink, setting: Setting) -> Sequence[Fact]:
        """Only what is linked is taken back."""
        _be_customer(state, setting)
        identifier = _proper(state, self.identifier)
        if not state.has(identifier):
            message = f"{identifier} is not linked to {state.id}: there is nothing to take back."
            raise Refused("not_linked", message, field="identifier")
        if not self.reason.strip():
            message = "A link is taken back for a reason: say which, such as shared_device."
            raise Refused("no_reason", message, field="reason")
        return [Fact(state.id, IdentityUnlinked(identifier=identifier, reason=self.reason, by=setting.actor))]


def _be_customer(state: IdentityLink, setting: Setting) -> None:
    if not state.id.startswith(CUSTOMER):
        message = f"{state.id[:192]!r} is no customer: open the page of the customer whose it is."
        raise Refused("no_customer", message, field="id")
    if setting.connection.execute(KNOWN, {"customer": state.id}).fetchone() is None:
        message = f"Nothing is known of {state.id[:192]}: look at who is meant."
        raise Refused("unknown_customer", message, field="id")


def _proper(state: IdentityLink, identifier: str) -> str:
    if identifier == state.id:
        message = f"{identifier} is the customer themself: name another identifier of theirs."
        raise Refused("same_identifier", message, field="identifier")
    if identifier.startswith(CUSTOMER):
        message = f"{identifier} is another customer: say that the two are one person instead, which is a decision."
        raise Refused("is_customer", message, field="identifier")
    if is_nobody(identifier):
        message = f"{identifier} stands for nobody: name what the customer showed, such as card:4711."
        raise Refused("is_nobody", message, field="identifier")
    return identifier


def evolve(state: IdentityLink, envelope: Envelope) -> IdentityLink:
    """Return the customer's identifiers after a fact."""
    match envelope.data:
        case IdentityLinked() as event:
            return _told(state, event.identifier, envelope.time, linked=True)
        case IdentityUnlinked() as event:
            return _told(state, event.identifier, envelope.time, linked=False)
        case _:
            return state


def _told(state: IdentityLink, identifier: str, at: datetime, *, linked: bool) -> IdentityLink:
    return replace(state, said={**state.said, identifier: last(state.said.get(identifier), at, linked)})


def heard(state: IdentityLink, connection: Connection) -> IdentityLink:
    """Return the customer's identifiers with what is known of them from the log, by whomever."""
    for row in queries.rows(connection, SAID, id=state.id):
        state = _told(state, row["identifier"], row["linked_at"], linked=row["linked"])
    return state


COMMANDS = (Link, Unlink)
IDENTITY_LINK = Aggregate("identity-link", "Which identifiers are a customer's.", IdentityLink, evolve, COMMANDS, heard)
