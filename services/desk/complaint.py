"""A complaint case: from the customer's first word until they say that it is solved.

* Nothing is resolved without a reply, and what was reopened takes another one.
* What is offered to make it good stays within somebody's authority: see ``gesture``.
* After it was resolved nothing is done before it is reopened.
"""

from collections.abc import Sequence

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
    SatisfactionRated,
)
from events.envelope import Subject
from events.event import Key, Label, Rating, Text
from services.desk.complaint_case import Case, evolve, heard
from services.desk.complaint_rules import be_known, be_open, fact_after
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.gesture import ApproveGesture, DeclineGesture, OfferGesture, RequestGesture


class Raise(Command, frozen=True, kw_only=True):
    """Take a complaint in that a customer made, such as on the telephone."""

    subject: Subject
    channel: Label = ""
    order: Label = ""
    product: Label = ""
    cause: Label = ""
    text: Text = ""
    store: Label = "web"

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """A complaint is raised once."""
        if state.subject:
            message = f"Complaint {state.id} was raised before, by {state.subject}: a new one needs another id."
            raise Refused("raised_before", message)
        raised = ComplaintRaised(
            complaint=setting.id,
            channel=self.channel,
            order=self.order,
            product=self.product,
            cause=self.cause,
            text=self.text,
            store=self.store,
        )
        return [Fact(self.subject, raised)]


class Acknowledge(Command, frozen=True, kw_only=True):
    """Tell the customer that we heard them; it is no reply yet."""

    channel: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Once is enough, and a reply says it, too."""
        be_open(state)
        if state.standing.acknowledged:
            return []
        return fact_after(
            state, setting, ComplaintAcknowledged(complaint=setting.id, by=setting.actor, channel=self.channel)
        )


class Reply(Command, frozen=True, kw_only=True):
    """Answer the customer."""

    channel: Label = ""
    text: Text = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Any number of times, until it is resolved."""
        be_open(state)
        by, told = setting.actor, ComplaintReplied
        return fact_after(state, setting, told(complaint=setting.id, by=by, channel=self.channel, text=self.text))


class WaitForCustomer(Command, frozen=True, kw_only=True):
    """Say that we asked the customer something: the promised time stands still until they answer."""

    text: Text = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """While we wait we do not begin to wait."""
        be_open(state)
        if state.standing.waiting:
            return []
        return fact_after(state, setting, ComplaintWaiting(complaint=setting.id, by=setting.actor, text=self.text))


class CustomerAnswered(Command, frozen=True, kw_only=True):
    """Say that the customer answered what we had asked: the promised time runs again."""

    channel: Label = ""
    text: Text = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Only what was asked is answered."""
        be_open(state)
        if not state.standing.waiting:
            message = f"Complaint {state.id} does not wait for the customer: reply to what they wrote by themselves."
            raise Refused("not_waiting", message)
        answered = ComplaintAnsweredByCustomer(complaint=setting.id, channel=self.channel, text=self.text)
        return fact_after(state, setting, answered)


class Resolve(Command, frozen=True, kw_only=True):
    """Hold the matter for solved, with an outcome such as replaced."""

    outcome: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Nothing is resolved without a reply."""
        be_known(state)
        if state.standing.resolved:
            return []
        if not state.standing.replied:
            since = " since it was reopened" if state.standing.ever_resolved else ""
            message = f"Complaint {state.id} has no reply{since}: reply first, then resolve it."
            raise Refused("not_replied", message)
        resolved = ComplaintResolved(complaint=setting.id, by=setting.actor, outcome=self.outcome)
        return fact_after(state, setting, resolved)


class Confirm(Command, frozen=True, kw_only=True):
    """Say that the customer says that it is solved."""

    channel: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """What is confirmed was resolved."""
        be_known(state)
        if not state.standing.resolved:
            message = f"Complaint {state.id} is open: resolve it first, then the customer can confirm it."
            raise Refused("not_resolved", message)
        if state.standing.confirmed:
            return []
        return fact_after(state, setting, ComplaintConfirmed(complaint=setting.id, channel=self.channel))


class Reopen(Command, frozen=True, kw_only=True):
    """Say that it was not solved after all."""

    reason: Label = ""
    text: Text = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """What is open cannot be reopened."""
        be_known(state)
        if not state.standing.resolved:
            message = f"Complaint {state.id} is open: reply, or pass it up."
            raise Refused("open_already", message)
        return fact_after(state, setting, ComplaintReopened(complaint=setting.id, reason=self.reason, text=self.text))


class Escalate(Command, frozen=True, kw_only=True):
    """Pass the matter up, to a person or a team."""

    to: Key
    reason: Label = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Whoever has it already does not get it again."""
        be_open(state)
        if state.standing.passed_to == self.to:
            return []
        passed = ComplaintEscalated(complaint=setting.id, to=self.to, reason=self.reason, by=setting.actor)
        return fact_after(state, setting, passed)


class Rate(Command, frozen=True, kw_only=True):
    """Say how the customer rated how we dealt with it, from one (worst) to five."""

    rating: Rating
    text: Text = ""

    def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
        """Rated is what was resolved, also where it was reopened; a new rating counts instead of the one before."""
        be_known(state)
        if not state.standing.ever_resolved:
            message = f"Complaint {state.id} was never resolved: the customer rates it once it was."
            raise Refused("not_resolved", message)
        return fact_after(state, setting, SatisfactionRated(complaint=setting.id, rating=self.rating, text=self.text))


ABOUT = "What went wrong for a customer, and how we made it good."
COMMANDS = (
    Raise,
    Acknowledge,
    Reply,
    WaitForCustomer,
    CustomerAnswered,
    OfferGesture,
    RequestGesture,
    ApproveGesture,
    DeclineGesture,
    Resolve,
    Confirm,
    Reopen,
    Escalate,
    Rate,
)
COMPLAINT = Aggregate("complaint", ABOUT, Case, evolve, COMMANDS, heard)
