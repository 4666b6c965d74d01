"""Contacts of our own accord: what the year's plan asks for, and what was made and left out of it.

Reads ContactPlanned, ContactMade, ContactSkipped. One row per subject, plan and contact; what nobody had planned has
the empty plan. Planned again, a contact has the day that was said last. Whether a plan was kept is computed at read, by
a clock that is passed in. Shown in the report ``contact_plan`` and on a customer's page.
"""

from datetime import date, datetime

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Latest, Min
from projections._engine.declaration import Projection, Row, Signal, folds, signals


class ContactPlans(Projection, version=1):
    """One contact with a customer, planned or made or both."""

    subject: Key[str]
    plan: Key[str]
    contact: Key[str]
    planned: Min[datetime]
    due_on: Latest[date]
    planner: Latest[str]
    purpose: Earliest[str]
    channel: Earliest[str]
    made: Min[datetime]
    maker: Earliest[str]
    skipped: Min[datetime]
    reason: Earliest[str]

    @folds(ContactPlanned)
    def was_planned(self, event: ContactPlanned, envelope: Envelope) -> Row:
        """The last word says by which day, and who sees to it."""
        return self.row(
            envelope.subject,
            event.plan,
            event.contact,
            planned=envelope.time,
            due_on=event.due_on,
            planner=event.by,
            purpose=event.purpose or None,
            channel=event.channel or None,
        )

    @folds(ContactMade)
    def was_made(self, event: ContactMade, envelope: Envelope) -> Row:
        """Made again under its key, it was made when it was made first."""
        return self.row(
            envelope.subject,
            event.plan,
            event.contact,
            made=envelope.time,
            maker=event.by,
            purpose=event.purpose or None,
            channel=event.channel or None,
        )

    @folds(ContactSkipped)
    def was_skipped(self, event: ContactSkipped, envelope: Envelope) -> Row:
        """Left out for a reason; if it is made all the same, that counts."""
        return self.row(envelope.subject, event.plan, event.contact, skipped=envelope.time, reason=event.reason)

    @signals(ContactPlanned)
    def is_planned(self, event: ContactPlanned, envelope: Envelope) -> Signal:
        """Somebody is to be reminded of it when its day comes."""
        said = {"plan": event.plan, "contact": event.contact, "due_on": event.due_on.isoformat()}
        return Signal("contact_planned", envelope.subject, said)

    @signals(ContactMade)
    def is_made(self, event: ContactMade, envelope: Envelope) -> Signal | None:
        """Nobody need be reminded any more; of what nobody had planned nobody would be."""
        if not event.plan:
            return None
        return Signal("contact_made", envelope.subject, {"plan": event.plan, "contact": event.contact})

    @signals(ContactSkipped)
    def is_left_out(self, event: ContactSkipped, envelope: Envelope) -> Signal:
        """Nobody need be reminded any more."""
        return Signal("contact_skipped", envelope.subject, {"plan": event.plan, "contact": event.contact})
