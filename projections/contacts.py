"""Contacts: what customers turned to us for, and when we first answered.

Reads ContactReceived, ContactAnswered. One row per subject and contact. An answer may be heard before its question, and
from another identifier of the same person: the two meet at read. How long somebody waited, who still waits, and who had
to ask again is computed at read, by a clock that is passed in. Shown in the report ``contacts`` and on a customer's
page.
"""

from datetime import datetime

from events.catalog.contacts import ContactAnswered, ContactReceived
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Min
from projections._engine.declaration import Projection, Row, folds


class Contacts(Projection, version=1, indexes=("first_answered", "contact")):
    """One contact's way."""

    subject: Key[str]
    contact: Key[str]
    asked: Min[datetime]
    bucket: Earliest[str]
    channel: Earliest[str]
    store: Earliest[str]
    order: Earliest[str]
    product: Earliest[str]
    first_answered: Min[datetime]
    first_resolved: Min[datetime]

    @folds(ContactReceived)
    def received(self, event: ContactReceived, envelope: Envelope) -> Row:
        """Heard again under its key, it is what it was at first."""
        return self.row(
            envelope.subject,
            event.contact,
            asked=envelope.time,
            bucket=event.bucket,
            channel=event.channel,
            store=event.store,
            order=event.order,
            product=event.product,
        )

    @folds(ContactAnswered)
    def answered(self, event: ContactAnswered, envelope: Envelope) -> Row:
        """The first answer counts, and the first one that settled the matter."""
        at = envelope.time
        return self.row(
            envelope.subject, event.contact, first_answered=at, first_resolved=at if event.resolved else None
        )
