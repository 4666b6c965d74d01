"""A gesture: what is offered to make a complaint good, within somebody's authority.

All gestures of a complaint in one currency together stay within the authority of whoever offers the last of them; above
that somebody approves it whose own authority suffices. Authority is what a portfolio says: who has none may offer what
costs nothing.

The awkward half: who approved something is said by whoever offers it, and nobody asks the approver.
"""

from collections.abc import Sequence

from events.catalog.complaints import GestureOffered
from events.catalog.parts import CurrencyLabel
from events.event import AmountMinor, Key, Label
from services.desk.complaint_case import Case
from services.desk.complaint_rules import be_open, fact_after
from services.desk.deciding import Command, Fact, Refused, Setting
from services.desk.portfolio import PORTFOLIO
from services.reports.words import money


class OfferGesture(Command, frozen=True, kw_only=True):
    """Offer something to make it good, such as a voucher. ``approver`` is who agreed to it, where that is needed."""

    kind: Key
    amount_minor: AmountMinor = 0
    currency: CurrencyLabel = ""
    approver: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """It stays within the authority of whoever offers it, or of who approved it."""
        be_open(state)
        if self.amount_minor and not self.currency:
            message = f"A gesture of {self.amount_minor} has a currency: say which, such as EUR."
            raise Refused("no_currency", message, field="currency")
        if self.amount_minor:
            _be_within_authority(self, state, setting)
        offered = GestureOffered(
            complaint=setting.id,
            kind=self.kind,
            amount_minor=self.amount_minor,
            currency=self.currency,
            by=setting.actor,
            approved_by=self.approver,
        )
        return fact_after(state, setting, offered)


def authority_minor(setting: Setting, who: str, currency: str) -> int:
    """Return up to how much somebody may offer in a currency; nothing where no portfolio says it."""
    return setting.state_of(PORTFOLIO, who).limit_minor(currency)


def _be_within_authority(gesture: OfferGesture, state: Case, setting: Setting) -> None:
    """Raise Refused where neither who offers a gesture nor who approved it may offer so much."""
    currency, before = gesture.currency, state.offered_minor(gesture.currency)
    cost = before + gesture.amount_minor
    told = money(cost, currency) + (f", with the {money(before, currency)} offered before," if before else "")
    answers = gesture.approver or setting.actor
    limit_minor = authority_minor(setting, answers, currency)
    if cost <= limit_minor:
        return
    limit = money(limit_minor, currency)
    if gesture.approver:
        message = f"{told} is above what {answers} may approve, {limit}: ask somebody whose authority suffices."
        raise Refused("approver_lacks_authority", message, field="approver")
    message = f"{told} is above the authority of {answers}, {limit}: name an approver, or offer less."
    raise Refused("above_authority", message, field="amount_minor")
