"""Who of the staff looks after a customer.

Reads ManagerAssigned. One row per subject and manager, with the last time that they were put in charge, so that who
looks after somebody can be told by a clock: whoever of them was put in charge last by then. Shown in the report
``contact_plan`` and on a customer's page.

The awkward half: of a manager who was in charge twice, the first time is forgotten. A past has it.
"""

from datetime import datetime

from events.catalog.customers import ManagerAssigned
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Min
from projections._engine.declaration import Projection, Row, folds


class Managers(Projection, version=1):
    """A manager whom a subject has or had."""

    subject: Key[str]
    manager: Key[str]
    first_assigned: Min[datetime]
    reason: Latest[str]

    @folds(ManagerAssigned)
    def was_assigned(self, event: ManagerAssigned, envelope: Envelope) -> Row:
        """From now on this one looks after the customer; the reason's time says since when."""
        return self.row(envelope.subject, event.manager, first_assigned=envelope.time, reason=event.reason)
