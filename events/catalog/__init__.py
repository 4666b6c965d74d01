"""The catalogue: every event type there is, one module a family, one line here."""

from events.catalog import (
    access,
    complaints,
    consent,
    contacts,
    customers,
    feedback,
    fulfilment,
    identity,
    offers,
    operations,
    orders,
    promises,
    searches,
    staff,
    tasks,
    visits,
)
from events.event import Event

EVENTS: tuple[type[Event], ...] = (
    *visits.EVENTS,
    *searches.EVENTS,
    *orders.EVENTS,
    *fulfilment.EVENTS,
    *offers.EVENTS,
    *complaints.EVENTS,
    *promises.EVENTS,
    *contacts.EVENTS,
    *tasks.EVENTS,
    *staff.EVENTS,
    *customers.EVENTS,
    *feedback.EVENTS,
    *identity.EVENTS,
    *consent.EVENTS,
    *operations.EVENTS,
    *access.EVENTS,
)
