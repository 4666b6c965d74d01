"""What staff decide about two customers who may be one person: that they are, that they are not, or that it was wrong.

Its id is both of them, the lesser first: ``customer:13~customer:42``; ``pair`` writes it. What others said of the two
is heard from ``identity``. Nothing is lost by a merge, so a split leaves each with what was theirs.
"""

from collections.abc import Sequence
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.identity import IdentityUnlinked, MergeConfirmed, MergeRefused
from events.envelope import Envelope
from events.event import Label
from projections._engine import queries
from projections._engine.persons import CUSTOMER
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.word import Word, last

BETWEEN = "~"
CONFIRMED, REFUSED, TAKEN_BACK = "confirmed", "refused", "taken_back"

DECISION: LiteralString = """
SELECT decision, decision_at FROM identity
 WHERE subject = %(one)s AND identifier = %(other)s AND decision IS NOT NULL
"""

# Those of whom anything is known at all.
KNOWN: LiteralString = "SELECT subject FROM profile WHERE subject = ANY (%(customers)s)"


class IdentityDecision(Struct, frozen=True):
    """Two customers, and the last word on whether they are one person."""

    id: str
    said: Word[str] | None = None

    @property
    def customers(self) -> tuple[str, str]:
        """Return both; the second is empty where the id names no pair."""
        one, _, other = self.id.partition(BETWEEN)
        return one, other

    @property
    def decision(self) -> str:
        """Return what was decided: confirmed, refused, taken_back, or nothing yet, which is empty."""
        return "" if self.said is None else self.said.value


class Confirm(Command, frozen=True, kw_only=True):
    """Say that two customers are one person."""

    reason: Label = ""

    def decide(self, state: IdentityDecision, setting: Setting) -> Sequence[Fact]:
        """Both are known; who was said to be two people before is said to be one for a reason."""
        one, other = _proper(state, setting)
        if state.decision == CONFIRMED:
            return []
        confirmed = Fact(one, MergeConfirmed(other=other, by=setting.actor))
        if state.decision != REFUSED:
            return [confirmed]
        if not self.reason.strip():
            message = f"It was decided that {one} and {other} are two people: say in reason why they are one after all."
            raise Refused("was_refused", message, field="reason")
        return [Fact(one, _taken_back(other, self.reason, setting)), confirmed]


class Refuse(Command, frozen=True, kw_only=True):
    """Say that two customers are two people, so that nobody suggests it again."""

    def decide(self, state: IdentityDecision, setting: Setting) -> Sequence[Fact]:
        """Who was merged is split, and not refused: others have worked by it."""
        one, other = _proper(state, setting)
        if state.decision == REFUSED:
            return []
        if state.decision == CONFIRMED:
            message = f"{one} and {other} are one person by now: split them, and say why."
            raise Refused("is_merged", message)
        return [Fact(one, MergeRefused(other=other, by=setting.actor))]


class Split(Command, frozen=True, kw_only=True):
    """Take back that two customers are one person, for a reason."""

    reason: Label

    def decide(self, state: IdentityDecision, setting: Setting) -> Sequence[Fact]:
        """Only who was merged is split."""
        one, other = _proper(state, setting)
        if state.decision != CONFIRMED:
            message = f"Nobody merged {one} and {other}: there is nothing to split."
            raise Refused("not_merged", message)
        if not self.reason.strip():
            message = "A merge is taken back for a reason: say which, such as namesakes."
            raise Refused("no_reason", message, field="reason")
        return [Fact(one, _taken_back(other, self.reason, setting))]


def pair(one: str, other: str) -> str:
    """Return the id of two customers."""
    return BETWEEN.join(sorted((one, other)))


def _taken_back(other: str, reason: str, setting: Setting) -> IdentityUnlinked:
    return IdentityUnlinked(identifier=other, reason=reason, by=setting.actor)


def _proper(state: IdentityDecision, setting: Setting) -> tuple[str, str]:
    one, other = state.customers
    if not (one.startswith(CUSTOMER) and other.startswith(CUSTOMER)) or one == other:
        message = f"{state.id!r} names no two customers: write such as {pair('customer:42', 'customer:13')}."
        raise Refused("no_pair", message, field="id")
    if one > other:
        message = f"Of two customers the lesser comes first, so that there is one decision: write {pair(one, other)}."
        raise Refused("pair_reversed", message, field="id")
    rows = setting.connection.execute(KNOWN, {"customers": [one, other]}).fetchall()
    if missing := sorted({one, other} - {subject for (subject,) in rows}):
        message = f"Nothing is known of {' nor of '.join(missing)}: look at who is meant."
        raise Refused("unknown_customer", message, field="id")
    return one, other


def evolve(state: IdentityDecision, envelope: Envelope) -> IdentityDecision:
    """Return the decision after a fact."""
    match envelope.data:
        case MergeConfirmed():
            decision = CONFIRMED
        case MergeRefused():
            decision = REFUSED
        case IdentityUnlinked():
            decision = TAKEN_BACK
        case _:
            return state
    return replace(state, said=last(state.said, envelope.time, decision))


def heard(state: IdentityDecision, connection: Connection) -> IdentityDecision:
    """Return the decision with what is known of it from the log, by whomever."""
    one, other = state.customers
    for row in queries.rows(connection, DECISION, one=one, other=other):
        state = replace(state, said=Word(row["decision_at"], row["decision"]))
    return state


COMMANDS = (Confirm, Refuse, Split)
IDENTITY_DECISION = Aggregate(
    "identity-decision", "Whether two customers are one person.", IdentityDecision, evolve, COMMANDS, heard
)
