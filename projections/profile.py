"""Who a subject is: traits, first and last seen, and how often they visited, searched, ordered, complained.

Reads every event type but what the house says of itself: operations, tasks, promises, staff, access. One row a
subject. Shown on a customer's page and in ``regulars as-of``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events import catalog
from events.catalog.customers import CustomerRegistered, TraitsChanged
from events.envelope import Envelope
from events.event import Event
from projections._engine import queries
from projections._engine.columns import Key, LatestBy, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection

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
ONE = {family: {family: 1} for family in FAMILIES}
VISITED = ONE["visits"]
COUNTED: dict[type[Event], dict[str, int]] = {
    event: ONE[family] for family, events in FAMILIES.items() for event in events if event.upcast_to is None
}


class Profile(Projection, version=3):
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

    @folds(*(event for event, counted in COUNTED.items() if counted is VISITED))
    def visited(self, event: Event, envelope: Envelope) -> Row:
        """What happens in a visit is most of what happens, so it is said without asking what it was."""
        at = envelope.time
        return self.row(envelope.subject, first_seen=at, last_seen=at, visits=1)

    @folds(*(event for event, counted in COUNTED.items() if counted is not VISITED))
    def seen(self, event: Event, envelope: Envelope) -> Row:
        """Any other event of a subject says that they were there, too."""
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


# What people are called, and other traits of theirs; a trait that was taken away is empty.
TRAITS = """
SELECT p.person, t.name AS trait, t.held ->> 2 AS value
  FROM profile_by_person AS p CROSS JOIN LATERAL jsonb_each(p.traits) AS t (name, held)
 WHERE p.person = ANY (%(persons)s) AND t.held ->> 2 <> ''
 ORDER BY p.person, t.name
"""

# From when to when anything is known of anybody.
PERIOD = "SELECT min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM profile"


def traits_of(connection: Connection, persons: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the traits of each of these persons, by name; nobody is left out."""
    traits: dict[str, dict[str, str]] = {person: {} for person in persons}
    for row in queries.rows(connection, TRAITS, persons=list(persons)):
        traits[row["person"]][row["trait"]] = row["value"]
    return traits


def period(connection: Connection) -> dict[str, Any]:
    """Return first_seen and last_seen over everybody, which are None where nothing has happened yet."""
    return queries.row(connection, PERIOD)
