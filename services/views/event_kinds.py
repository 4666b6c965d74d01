"""What a figure counts, as kinds of events: which types they are, and which of these a question means.

A kind has a word, the types that it is made of, in all their versions, and a test of one event. ``about`` narrows it to
what the kind calls so: the words that were searched for, the cause of a complaint, the bucket of a contact. A figure
that counts events counts exactly those of its kind; of any other figure they are what it was worked out from.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from events.catalog import EVENTS
from events.envelope import Envelope
from projections.product_pairs import MAX_BASKET_PRODUCTS
from projections.unmet_demand import normalised

NONE = "-"
"""Means what has none, such as complaints without a cause. A search for nothing but white space is asked for as it."""


class Narrowed(NamedTuple):
    """What of a kind is meant; empty is all of it, ``-`` what has none.

    ``other`` are products beside ``product``, told apart by ``|``.
    """

    about: str = ""
    product: str = ""
    other: str = ""
    channel: str = ""
    choice: str = ""
    currency: str = ""


class Kind(NamedTuple):
    """Events that are counted together. ``about`` is the field that ``about`` narrows; ``also`` what else must hold."""

    word: str
    names: tuple[str, ...]
    about: str = ""
    also: Callable[[Any, Narrowed], bool] | None = None
    by_query: bool = False
    money: bool = False

    @property
    def types(self) -> list[str]:
        """Return the types of its events, in every version."""
        return [each.event_type for each in EVENTS if name_of(each.event_type) in self.names]


def name_of(event_type: str) -> str:
    """Return a type without its prefix and version, such as order.placed."""
    return ".".join(event_type.split(".")[1:3])


def _in_vain(event: Any, _narrowed: Narrowed) -> bool:  # noqa: ANN401 - a search
    return bool(event.result_count == 0)


def _basket(event: Any, _narrowed: Narrowed) -> bool:  # noqa: ANN401 - an order
    return len({line.product for line in event.lines}) <= MAX_BASKET_PRODUCTS


def _birthday(event: Any, _narrowed: Narrowed) -> bool:  # noqa: ANN401 - traits, or family
    return "birthday" in getattr(event, "traits", {"birthday": ""})


ORDERS = ("order.placed", "order.amended", "order.cancelled", "fulfilment.return_accepted")
COMPLAINT = tuple(dict.fromkeys(name for each in EVENTS if (name := name_of(each.event_type)).startswith("complaint.")))
FULFILMENT = ("fulfilment.step_reached", "fulfilment.shipment_dispatched", "fulfilment.order_delivered")
LOOKED_AT = ("visit.page_viewed", "visit.product_viewed")
EVERYTHING = tuple(
    dict.fromkeys(name for each in EVENTS if not (name := name_of(each.event_type)).startswith("access."))
)
VISIT = ("visit.started", *LOOKED_AT, "visit.cart_changed", "visit.interaction_recorded", "search.performed",
         "order.placed", "visit.ended")  # fmt: skip

KINDS: dict[str, Kind] = {
    "searches": Kind("Searches", ("search.performed",), by_query=True),
    "searches_in_vain": Kind("Searches in vain", ("search.performed",), also=_in_vain, by_query=True),
    "visits": Kind("Where visits began", VISIT),
    "in_visits": Kind("What was done in visits", VISIT),
    "pages": Kind("Pages viewed", ("visit.page_viewed",), "page"),
    "orders": Kind("Orders", ("order.placed",), "order", money=True),
    "baskets": Kind("Baskets", ("order.placed",), "order", also=_basket, money=True),
    "revenue": Kind("Net revenue", ORDERS, "order", money=True),
    "returns": Kind("Returns", ("fulfilment.return_accepted",), "order", money=True),
    "deliveries": Kind("Orders that arrived", ("fulfilment.order_delivered",), "order"),
    "parcels": Kind("Orders and parcels", ("order.placed", *FULFILMENT), "order"),
    "complaints": Kind("Complaints", ("complaint.raised",), "cause"),
    "complaint_steps": Kind("Complaints, and what we did", COMPLAINT, "complaint"),
    "gestures": Kind("Gestures offered", ("complaint.gesture_offered",), "kind", money=True),
    "contacts": Kind("Contacts", ("contact.received",), "bucket"),
    "contact_steps": Kind("Contacts, and our answers", ("contact.received", "contact.answered"), "contact"),
    "planned": Kind("Contacts that were planned", ("contact.planned",), "contact"),
    "made": Kind("Contacts that we made", ("contact.made",), "contact"),
    "skipped": Kind("Contacts that were left out", ("contact.skipped",), "reason"),
    "plan_steps": Kind("Contacts planned, made, left out", ("contact.planned", "contact.made", "contact.skipped")),
    "suggestions": Kind("Suggestions", ("feedback.suggestion_made",), "suggestion"),
    "votes": Kind("Votes", ("feedback.suggestion_voted",), "suggestion"),
    "decisions": Kind("Decisions on suggestions", ("feedback.suggestion_decided",), "status"),
    "ratings": Kind("Ratings", ("feedback.given",), "about"),
    "options": Kind("Options chosen", ("feedback.option_chosen",), "option"),
    "offers_shown": Kind("Offers shown", ("offer.shown",), "reason"),
    "offers_taken": Kind("Offers taken", ("offer.taken",)),
    "offers_refused": Kind("Offers refused", ("offer.refused",)),
    "offers": Kind("Offers shown, taken, refused", ("offer.shown", "offer.taken", "offer.refused")),
    "tasks": Kind("Tasks", ("task.opened",), "reason"),
    "tasks_done": Kind("Tasks done", ("task.done",)),
    "tasks_dropped": Kind("Tasks dropped", ("task.dropped",)),
    "checklists": Kind("Checklist steps done", ("operation.checklist_step_done",), "checklist"),
    "tastes": Kind("Tastes stated", ("customer.preference_stated",), "topic"),
    "needs": Kind("Needs stated", ("customer.need_stated",), "need"),
    "birthdays": Kind("Birthdays told", ("customer.traits_changed", "customer.family_member_named"), also=_birthday),
    "wallets": Kind("Wallets stated", ("customer.wallet_stated",), "category"),
    "referrals": Kind("Customers brought in", ("customer.referral_made",)),
    "registrations": Kind("Customers registered", ("customer.registered",)),
    "managers": Kind("Managers assigned", ("customer.manager_assigned",), "manager"),
    "all": Kind("All events", EVERYTHING),
}  # fmt: skip
"""The kinds by name. What a link to the events behind a figure names is one of these."""


def fits(kind: Kind, envelope: Envelope, narrowed: Narrowed) -> bool:
    """Return whether an event of a kind's types is one that is meant."""
    event: Any = envelope.data
    return (
        (kind.also is None or kind.also(event, narrowed))
        and _about(kind, event, narrowed.about)
        and _of_products(event, narrowed)
        and all(
            is_meant(wanted, getattr(event, field, ""))
            for field, wanted in (("channel", narrowed.channel), ("choice", narrowed.choice))
        )
        and (not narrowed.currency or getattr(event, "currency", narrowed.currency) == narrowed.currency)
    )


def _about(kind: Kind, event: Any, about: str) -> bool:  # noqa: ANN401 - any event
    if not about:
        return True
    if kind.by_query:
        return normalised(event.query) == normalised(about)
    return not kind.about or is_meant(about, getattr(event, kind.about, ""))


def is_meant(wanted: str, said: str) -> bool:
    """Return whether what an event says is what is wanted: anything, nothing, or this."""
    return not wanted or said == ("" if wanted == NONE else wanted)


def _of_products(event: Any, narrowed: Narrowed) -> bool:  # noqa: ANN401 - any event
    """Return whether an event tells of all the products that are asked for."""
    wanted = {narrowed.product, *narrowed.other.split("|")} - {""}
    return not wanted or wanted <= {
        getattr(event, "product", ""),
        *(line.product for line in getattr(event, "lines", ())),
    }
