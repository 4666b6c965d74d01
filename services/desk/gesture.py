"""A gesture: what is offered to make a complaint good, within somebody's authority.

All gestures of a complaint in one currency together stay within the authority of whoever offers them. What is above it
can be asked for: it is offered when somebody else, whose authority suffices, approves it, as who they are. Authority is
what a portfolio says: who has none may offer what costs nothing. One request at a time waits for its answer; it is over
when the complaint is resolved.
"""

from collections.abc import Sequence

from events.catalog.complaints import GestureDeclined, GestureOffered, GestureRequested
from events.catalog.parts import CurrencyLabel
from events.event import AmountMinor, Key, Label
from services.desk.complaint_case import Case
from services.desk.complaint_rules import be_open, fact_after
from services.desk.deciding import Command, Fact, Refused, Setting
from services.desk.portfolio import PORTFOLIO
from services.promises.complaint import Step
from services.reports.words import money


class OfferGesture(Command, frozen=True, kw_only=True):
    """Offer something to make it good, such as a voucher."""

    kind: Key
    amount_minor: AmountMinor = 0
    currency: CurrencyLabel = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """It stays within the authority of whoever offers it."""
        be_open(state)
        if self.amount_minor:
            _have_currency(self.amount_minor, self.currency)
            _be_none_asked(state)
            _be_within_authority(self.amount_minor, self.currency, state, setting, "ask for it, or offer less")
        offered = GestureOffered(
            complaint=setting.id,
            kind=self.kind,
            amount_minor=self.amount_minor,
            currency=self.currency,
            by=setting.actor,
        )
        return fact_after(state, setting, offered)


class RequestGesture(Command, frozen=True, kw_only=True):
    """Ask for a gesture above one's own authority: somebody whose authority suffices approves or declines it."""

    kind: Key
    amount_minor: AmountMinor
    currency: CurrencyLabel

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """One at a time, and only what one may not offer oneself."""
        be_open(state)
        _have_currency(self.amount_minor, self.currency)
        _be_none_asked(state)
        cost = state.offered_minor(self.currency) + self.amount_minor
        if cost <= authority_minor(setting, setting.actor, self.currency):
            message = f"{money(self.amount_minor, self.currency)} is within the authority of {setting.actor}: offer it."
            raise Refused("within_authority", message, field="amount_minor")
        asked = GestureRequested(
            complaint=setting.id,
            kind=self.kind,
            amount_minor=self.amount_minor,
            currency=self.currency,
            by=setting.actor,
        )
        return fact_after(state, setting, asked)


class ApproveGesture(Command, frozen=True, kw_only=True):
    """Approve the gesture that somebody asked for: it is offered with that."""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """It takes somebody else, whose own authority suffices."""
        be_open(state)
        asked = _asked(state)
        if asked.by == setting.actor:
            message = f"{setting.actor} asked for it: somebody else approves it, or it is declined."
            raise Refused("own_request", message)
        advice = "somebody whose authority suffices approves it"
        _be_within_authority(asked.amount_minor, asked.currency, state, setting, advice)
        offered = GestureOffered(
            complaint=setting.id,
            kind=asked.word,
            amount_minor=asked.amount_minor,
            currency=asked.currency,
            by=asked.by,
            approved_by=setting.actor,
        )
        return fact_after(state, setting, offered)


class DeclineGesture(Command, frozen=True, kw_only=True):
    """Decline the gesture that somebody asked for; who asked for it takes that back."""

    reason: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """It takes whoever asked for it, or somebody who could approve it."""
        be_open(state)
        asked = _asked(state)
        if asked.by != setting.actor:
            advice = "somebody whose authority suffices declines it"
            _be_within_authority(asked.amount_minor, asked.currency, state, setting, advice)
        return fact_after(state, setting, GestureDeclined(complaint=setting.id, by=setting.actor, reason=self.reason))


def authority_minor(setting: Setting, who: str, currency: str) -> int:
    """Return up to how much somebody may offer in a currency; nothing where no portfolio says it."""
    return setting.state_of(PORTFOLIO, who).limit_minor(currency)


def _have_currency(amount_minor: int, currency: str) -> None:
    if not amount_minor:
        message = "What costs nothing takes nobody's authority: offer it."
        raise Refused("within_authority", message, field="amount_minor")
    if not currency:
        message = f"A gesture of {amount_minor} has a currency: say which, such as EUR."
        raise Refused("no_currency", message, field="currency")


def _be_none_asked(state: Case) -> None:
    asked = state.standing.asked
    if asked is not None:
        told = money(asked.amount_minor, asked.currency)
        message = f"{asked.by} asked for {asked.word} of {told} already: that is approved or declined first."
        raise Refused("asked_before", message)


def _asked(state: Case) -> Step:
    if state.standing.asked is None:
        message = (
            f"Nobody asks for a gesture for complaint {state.id}: it may have been approved or declined meanwhile."
        )
        raise Refused("nothing_asked", message)
    return state.standing.asked


def _be_within_authority(amount_minor: int, currency: str, state: Case, setting: Setting, advice: str) -> None:
    """Raise Refused where who decides may not offer so much."""
    before = state.offered_minor(currency)
    cost = before + amount_minor
    limit_minor = authority_minor(setting, setting.actor, currency)
    if cost <= limit_minor:
        return
    told = money(cost, currency) + (f", with the {money(before, currency)} offered before," if before else "")
    message = f"{told} is above the authority of {setting.actor}, {money(limit_minor, currency)}: {advice}."
    raise Refused("above_authority", message, field="amount_minor")
