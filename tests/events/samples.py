"""One realistic envelope for every event class, old versions included: a customer's year, told in order.

Always the same. Every optional field is filled in, so that a sample shows all that a fact can say.
"""

from datetime import UTC, datetime, timedelta

from events.envelope import Envelope
from events.event import Event
from tests.events import samples_care as care
from tests.events import samples_desk as desk
from tests.events import samples_trade as trade

VISITOR = "visitor:7f3a9c"
CUSTOMER = "customer:17850"
HOUSE = "house:regulars"
STAFF = "staff:staff-7"
USER = "user:staff-7"

_START = datetime(2024, 3, 1, 9, 0, 0, 250_000, tzinfo=UTC)
_TOLD: tuple[tuple[str, tuple[Event, ...]], ...] = (
    (VISITOR, trade.VISITS),
    (VISITOR, trade.SEARCHES),
    (CUSTOMER, trade.ORDERS),
    (CUSTOMER, trade.FULFILMENT),
    (CUSTOMER, trade.OFFERS),
    (CUSTOMER, care.COMPLAINTS),
    (CUSTOMER, care.CONTACTS),
    (CUSTOMER, care.CUSTOMERS),
    (CUSTOMER, care.FEEDBACK),
    (CUSTOMER, care.IDENTITY),
    (CUSTOMER, care.CONSENT),
    (CUSTOMER, (care.CARE_RUN,)),
    (HOUSE, care.OPERATIONS),
    (CUSTOMER, desk.PROMISES),
    (CUSTOMER, desk.TASKS),
    (STAFF, desk.STAFF),
    (CUSTOMER, desk.LOOKED),
    (USER, desk.SIGNED_IN),
    (CUSTOMER, care.ASKED),
)


def _envelope(index: int, subject: str, data: Event) -> Envelope:
    return Envelope(
        id=f"sample-{data.event_type}",
        source="urn:regulars:samples",
        time=_START + timedelta(hours=index),
        subject=subject,
        data=data,
        correlationid="story-1",
        causationid="sample-start",
    )


SAMPLES: tuple[Envelope, ...] = tuple(
    _envelope(index, subject, data)
    for index, (subject, data) in enumerate((subject, data) for subject, facts in _TOLD for data in facts)
)
"""Every event class once; the story goes on by an hour from one to the next."""

SAMPLES_BY_TYPE: dict[str, Envelope] = {sample.data.event_type: sample for sample in SAMPLES}
