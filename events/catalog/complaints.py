"""Complaints: what went wrong for a customer, and how we made it good."""

from events.catalog.parts import CurrencyLabel
from events.event import AmountMinor, Currency, Event, Key, Label, Personal, Rating, Text


class ComplaintRaised(Event, type="regulars.complaint.raised.v1"):
    """A customer complained. The promised time to an answer starts here. ``cause`` is a code such as ``late``."""

    complaint: Key
    channel: Label = ""
    order: Label = ""
    product: Label = ""
    cause: Label = ""
    text: Personal[Text] = ""
    store: Label = "web"


class ComplaintAcknowledged(Event, type="regulars.complaint.acknowledged.v1"):
    """We told the customer that we heard them. It is not yet a reply. ``by`` is who of the staff, or what programme."""

    complaint: Key
    by: Label = ""
    channel: Label = ""


class ComplaintReplied(Event, type="regulars.complaint.replied.v1"):
    """A member of staff answered the customer."""

    complaint: Key
    by: Label = ""
    channel: Label = ""
    text: Personal[Text] = ""


class ComplaintWaiting(Event, type="regulars.complaint.waiting.v1"):
    """We asked the customer something and wait: the promised time stands still until they answer."""

    complaint: Key
    by: Label = ""
    text: Personal[Text] = ""


class ComplaintAnsweredByCustomer(Event, type="regulars.complaint.answered_by_customer.v1"):
    """The customer answered what we had asked: the promised time runs again."""

    complaint: Key
    channel: Label = ""
    text: Personal[Text] = ""


class GestureOffered(Event, type="regulars.complaint.gesture_offered.v1"):
    """We offered something to make it good, such as a ``voucher``. A gesture without a price costs zero."""

    complaint: Key
    kind: Key
    amount_minor: AmountMinor = 0
    currency: CurrencyLabel = ""
    by: Label = ""
    approved_by: Label = ""


class GestureRequested(Event, type="regulars.complaint.gesture_requested.v1"):
    """Somebody would offer what is above their authority: it is offered when somebody else approves it."""

    complaint: Key
    kind: Key
    amount_minor: AmountMinor
    currency: Currency
    by: Label = ""


class GestureDeclined(Event, type="regulars.complaint.gesture_declined.v1"):
    """What was asked for is not offered: it was refused, or whoever asked for it took that back."""

    complaint: Key
    by: Label = ""
    reason: Label = ""


class ComplaintResolved(Event, type="regulars.complaint.resolved.v1"):
    """We hold the matter for solved. ``outcome`` is a code such as ``replaced``."""

    complaint: Key
    by: Label = ""
    outcome: Label = ""


class ComplaintConfirmed(Event, type="regulars.complaint.confirmed.v1"):
    """The customer says that it is solved."""

    complaint: Key
    channel: Label = ""


class ComplaintReopened(Event, type="regulars.complaint.reopened.v1"):
    """It was not solved after all. ``reason`` is a code, ``text`` what the customer said."""

    complaint: Key
    reason: Label = ""
    text: Personal[Text] = ""


class ComplaintEscalated(Event, type="regulars.complaint.escalated.v1"):
    """The matter was passed up, to the person or the team ``to``."""

    complaint: Key
    to: Key
    reason: Label = ""
    by: Label = ""


class SatisfactionRated(Event, type="regulars.complaint.satisfaction_rated.v1"):
    """The customer rated how we dealt with their complaint, from one (worst) to five."""

    complaint: Key
    rating: Rating
    text: Personal[Text] = ""


EVENTS = (
    ComplaintRaised,
    ComplaintAcknowledged,
    ComplaintReplied,
    ComplaintWaiting,
    ComplaintAnsweredByCustomer,
    GestureOffered,
    GestureRequested,
    GestureDeclined,
    ComplaintResolved,
    ComplaintConfirmed,
    ComplaintReopened,
    ComplaintEscalated,
    SatisfactionRated,
)
