"""Who a subject is: traits, first and last seen, and how often they visited, searched, ordered, complained.

Reads every event type but operations. One row a subject. Shown on a customer's page and in ``regulars as-of``.
"""

from datetime import datetime

from events import catalog
from events.catalog.customers import CustomerRegistered, TraitsChanged
from events.envelope import Envelope
from events.event import Event
from projections._engine.columns import Key, LatestBy, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds

FAMILIES = {
    "visits": catalog.visits.EVENTS,
    "searches": catalog.searches.EVENTS,
    "orders": catalog.orders.EVENTS,
    "fulfilment": catalog.fulfilment.EVENTS,
    "offers": catalog.offers.EVENTS,
    "complaints": catalog.complaints.EVENTS,
    "contacts": catalog.contacts.EVENTS,
    "customers": catalog.customers.EVENTS,
    "feedback": catalog.feedback.EVENTS,
    "identity": catalog.identity.EVENTS,
    "consent": catalog.consent.EVENTS,
}
COUNTED: dict[type[Event], dict[str, int]] = {
    event: {family: 1} for family, events in FAMILIES.items() for event in events if event.upcast_to is None
}


class Profile(Projection, version=1):
    """One subject at a glance."""

    subject: Key[str]
    first_seen: Min[datetime]
    last_seen: Max[datetime]
    traits: LatestBy
    visits: Sum
    searches: Sum
    orders: Sum
    fulfilment: Sum
    offers: Sum
    complaints: Sum
    contacts: Sum
    customers: Sum
    feedback: Sum
    identity: Sum
    consent: Sum

    @folds(*COUNTED)
    def seen(self, event: Event, envelope: Envelope) -> Row:
        """Any event of a subject says that they were there."""
        at = envelope.time
        return self.row(envelope.subject, first_seen=at, last_seen=at, **COUNTED[type(event)])

    @folds(CustomerRegistered)
    def registered(self, event: CustomerRegistered, envelope: Envelope) -> Row:
        """What a customer says of themselves on registering are their first traits."""
        said = {
            name: getattr(event, name)
            for name in ("name", "email", "phone", "birthday", "address", "country", "language")
        }
        return self.row(envelope.subject, traits={name: value for name, value in said.items() if value})

    @folds(TraitsChanged)
    def traits_changed(self, event: TraitsChanged, envelope: Envelope) -> Row:
        """The latest word on each trait counts; an empty one takes it away."""
        return self.row(envelope.subject, traits=event.traits)
