"""The playbook: what begins a checklist, its steps and their deadlines. It is a YAML file; this is its shape.

    name: first_order
    title: A first order
    trigger: {event: regulars.order.placed, nth: 1, stores: [leeds]}
    called_off_by: regulars.order.cancelled
    steps:
      - {name: thank_by_hand, within: 24h, who: desk}
      - {name: delivered, within: 5d, who: warehouse, seen: regulars.fulfilment.order_delivered}

A run begins with an event of the trigger's type, and is of that person and that thing of theirs: an order, a complaint,
a visit. It is named by the thing's number, which ChecklistStepDone gives as ``run``; where ``nth`` says the how many-th
of a person it is (over all stores), there is one run a person, and any name will do. With the event
``regulars.operation.checklist_step_done`` a run begins with its own first step, as for a table in a restaurant.

A step is done when ChecklistStepDone says so, or when the event ``seen`` is there: of the same thing (that order was
delivered) or, of ``LATER``, of the same person after the run began (they ordered again, or we called them). ``within``
counts from the beginning of the run in hours and days of 24 hours, nights and holidays included. What ``called_off_by``
comes before its deadline is not asked of a step that is not done.
"""

import re
from collections.abc import Mapping
from typing import Annotated, LiteralString

from msgspec import Meta, Struct

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
DURATION = re.compile(r"[1-9][0-9]{0,4}[mhd]")
MOST_STEPS = 24
MOST_STORES = 100

PLACED: LiteralString = "regulars.order.placed"
RAISED: LiteralString = "regulars.complaint.raised"
RATED: LiteralString = "regulars.feedback.given"
CONTACTED: LiteralString = "regulars.contact.made"
VISIT: LiteralString = "regulars.visit.started"
TICKED: LiteralString = "regulars.operation.checklist_step_done"

ORDER: Mapping[LiteralString, LiteralString] = {
    PLACED: "ordered",
    "regulars.order.cancelled": "cancelled",
    "regulars.fulfilment.shipment_dispatched": "shipped",
    "regulars.fulfilment.order_delivered": "delivered",
    "regulars.fulfilment.return_requested": "return_requested",
    "regulars.fulfilment.return_accepted": "returned",
}
"""The events of an order, by the column of its row that tells when it first was."""

COMPLAINT: Mapping[LiteralString, LiteralString] = {
    RAISED: "opened",
    "regulars.complaint.acknowledged": "acknowledged",
    "regulars.complaint.replied": "first_reply",
    "regulars.complaint.resolved": "resolved",
    "regulars.complaint.satisfaction_rated": "satisfaction_at",
}
"""The events of a complaint, likewise. Resolved is what was not reopened after."""

LATER = (PLACED, RATED, CONTACTED)
"""Events of the same person that show a step, whatever the thing is, if they come after the run began."""

THINGS: Mapping[LiteralString, Mapping[str, LiteralString]] = {
    PLACED: ORDER,
    "regulars.fulfilment.shipment_dispatched": ORDER,
    "regulars.fulfilment.order_delivered": ORDER,
    RAISED: COMPLAINT,
    VISIT: {},
    TICKED: {},
}
"""What can begin a run, and the events of the thing that it is about."""

CHANNELS = (RAISED,)
"""Of these the channel is known; elsewhere a trigger cannot ask for it."""

COUNTED = (PLACED, RAISED)
"""Of these it is known which of a person's it is."""

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]*$", max_length=128)]

UNITS = {"m": 60, "h": 3600, "d": 86_400}


class Trigger(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What begins a run. Without ``stores`` and ``channels`` it is everywhere; without ``nth`` it is every time."""

    event: str
    nth: Annotated[int, Meta(ge=1, le=9999)] | None = None
    stores: Annotated[list[Line], Meta(max_length=MOST_STORES)] = []
    channels: Annotated[list[Line], Meta(max_length=MOST_STORES)] = []


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do: what people call it, by when after the beginning, who does it, and the event that shows it."""

    name: str
    within: str
    title: Line = ""
    who: Line = ""
    seen: str = ""

    @property
    def within_seconds(self) -> int:
        """Return how long there is."""
        return int(self.within[:-1]) * UNITS[self.within[-1]]


class Playbook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole playbook."""

    name: str
    trigger: Trigger
    steps: Annotated[list[Step], Meta(min_length=1, max_length=MOST_STEPS)]
    title: Line = ""
    called_off_by: str = ""
