"""Who of the staff looks after a customer: assigned once, and handed over with notes from then on.

Its id is the customer, as events name them: ``customer:42``. What others said of them, under whatever identifier, is
heard from ``managers``.
"""

from collections.abc import Sequence
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.customers import ManagerAssigned
from events.envelope import Envelope
from events.event import Key, Label, Text
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.portfolio import PORTFOLIO
from services.desk.word import Word, last

# Who was put in charge last, of all that is known.
MANAGER: LiteralString = """
SELECT manager, reason_at FROM managers_of(%(id)s) ORDER BY reason_at DESC, reason_by DESC LIMIT 1
"""


class Ownership(Struct, frozen=True):
    """A customer, and the last word on who looks after them."""

    id: str
    said: Word[str] | None = None

    @property
    def manager(self) -> str:
        """Return who looks after them; nobody is empty."""
        return "" if self.said is None else self.said.value


class Assign(Command, frozen=True, kw_only=True):
    """Put somebody in charge of a customer who has nobody yet."""

    manager: Key
    reason: Label = ""
    note: Text = ""

    def decide(self, state: Ownership, setting: Setting) -> Sequence[Fact]:
        """Whoever has somebody is handed over, with notes."""
        if state.manager == self.manager:
            return []
        if state.manager:
            message = f"{state.manager} looks after {state.id}: hand them over, with notes for {self.manager}."
            raise Refused("has_manager", message, field="manager")
        return _assigned(setting, self.manager, self.reason, self.note)


class HandOver(Command, frozen=True, kw_only=True):
    """Put somebody else in charge of a customer, who is told what they need to know."""

    to: Key
    note: Text
    reason: Label = "hand_over"

    def decide(self, state: Ownership, setting: Setting) -> Sequence[Fact]:
        """Somebody had them, and says something about them."""
        if not state.manager:
            message = f"Nobody looks after {state.id} yet: assign them to {self.to} instead."
            raise Refused("no_manager", message)
        if state.manager == self.to:
            return []
        if not self.note.strip():
            message = f"Nobody takes over a customer without a word: write what {self.to} should know of {state.id}."
            raise Refused("no_note", message, field="note")
        return _assigned(setting, self.to, self.reason, self.note)


def _assigned(setting: Setting, manager: str, reason: str, note: str) -> Sequence[Fact]:
    if not setting.state_of(PORTFOLIO, manager).open:
        message = f"{manager} looks after no customers: open their portfolio first, or name another."
        raise Refused("portfolio_not_open", message)
    return [Fact(setting.id, ManagerAssigned(manager=manager, by=setting.actor, reason=reason, note=note))]


def evolve(state: Ownership, envelope: Envelope) -> Ownership:
    """Return the customer after a fact."""
    match envelope.data:
        case ManagerAssigned() as event:
            return replace(state, said=last(state.said, envelope.time, event.manager))
        case _:
            return state


def heard(state: Ownership, connection: Connection) -> Ownership:
    """Return the customer with what is known of them from the log, by whomever."""
    for row in queries.rows(connection, MANAGER, id=state.id):
        state = replace(state, said=Word(row["reason_at"], row["manager"]))
    return state


COMMANDS = (Assign, HandOver)
OWNERSHIP = Aggregate("ownership", "Who of the staff looks after a customer.", Ownership, evolve, COMMANDS, heard)
