"""What happened, in words: every event of the catalogue as a line of a customer's timeline.

A moment has the word for its kind, an icon, a state (good, warn, bad, plain), its family, and what it says of itself.
An event that has no words of its own yet is told by its codes and figures.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from events.catalog.parts import ProductLine
from events.envelope import Envelope

FAMILIES = {
    "order": "orders",
    "fulfilment": "orders",
    "complaint": "complaints",
    "promise": "complaints",
    "visit": "visits",
    "search": "searches",
    "contact": "contacts",
    "offer": "offers",
    "feedback": "voice",
    "task": "house",
    "staff": "house",
    "operation": "house",
    "access": "house",
}
"""The families by which a timeline is narrowed; what is not listed tells who somebody is."""
PERSON = "person"
MOST_FIELDS = 4
MOST_LINES = 2


class Moment(NamedTuple):
    """One event in words; ``amount_minor`` is what it brought or cost, in ``currency``."""

    kind: str
    words: str
    icon: str
    state: str
    family: str
    amount_minor: int | None = None
    currency: str = ""


class _Told(NamedTuple):
    """How events of a type are told."""

    kind: str
    icon: str
    words: Callable[[Any], str]
    state: str = "plain"


def moment_of(envelope: Envelope) -> Moment:
    """Return an event in words, as the codec reads it: of the newest version."""
    event: Any = envelope.data
    name = ".".join(event.event_type.split(".")[1:3])
    told = TOLD.get(name) or _Told(_worded(name.replace(".", " ")), "circle", _codes)
    amount, currency = amount_of(name, event)
    words, state = told.words(event), told.state
    if name == "search.performed" and event.result_count == 0:
        return Moment("Search in vain", f"“{event.query}” found nothing", "search-x", "warn", "searches")
    return Moment(told.kind, words, told.icon, state, family_of(name), amount, currency)


def family_of(name: str) -> str:
    """Return the family of a type, given without prefix and version."""
    return FAMILIES.get(name.partition(".")[0], PERSON)


def types_of(families: Iterable[str], types: Iterable[str]) -> list[str]:
    """Return which of these types belong to the families."""
    wanted = set(families)
    return [each for each in types if family_of(each.partition(".")[2]) in wanted]


def amount_of(name: str, event: Any) -> tuple[int | None, str]:  # noqa: ANN401 - any event
    """Return what an event of a type brought, or, less than nothing, cost; None where it tells of no money."""
    match name:
        case "order.placed":
            return event.total_minor, event.currency
        case "order.amended":
            return event.total_delta_minor, event.currency
        case "order.cancelled":
            return -event.total_minor, event.currency
        case "fulfilment.return_accepted":
            return -event.amount_minor, event.currency
        case "complaint.gesture_offered" | "complaint.gesture_requested" if event.amount_minor:
            return -event.amount_minor, event.currency
        case _:
            return None, ""


def _worded(code: str) -> str:
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _codes(event: Any) -> str:  # noqa: ANN401 - any event
    told = msgspec.to_builtins(event)
    said = [f"{_worded(name).lower()} {value}" for name, value in told.items() if value and not isinstance(value, list)]
    return ", ".join(said[:MOST_FIELDS])


def _lines(lines: Iterable[ProductLine]) -> str:
    held = list(lines)
    told = [f"{line.quantity} × {getattr(line, 'name', '') or line.product}" for line in held[:MOST_LINES]]  # noqa: RUF001
    more = len(held) - MOST_LINES
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")


def _order(event: Any) -> str:  # noqa: ANN401 - any event
    return f"{event.order}: {_lines(event.lines)}" if event.lines else str(event.order)


def _parts(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def _quoted(text: str) -> str:
    return f"“{text}”" if text else ""


TOLD: dict[str, _Told] = {
    "visit.started": _Told("Came in", "log-in", lambda e: _parts(e.store, e.channel)),
    "visit.ended": _Told("Left", "log-out", lambda e: _parts(e.store)),
    "visit.page_viewed": _Told("Page", "file-text", lambda e: _parts(e.title or e.page)),
    "visit.product_viewed": _Told("View", "eye", lambda e: _parts(e.name or e.product)),
    "visit.cart_changed": _Told("Basket", "shopping-bag", lambda e: f"{e.quantity_delta:+d} {e.product}"),
    "visit.interaction_recorded": _Told("Click", "mouse-pointer-click", lambda e: _worded(e.name)),
    "search.performed": _Told("Search", "search", lambda e: f"“{e.query}” → {e.result_count} found"),
    "search.result_chosen": _Told("Found", "search", lambda e: f"{e.product} for “{e.query}”"),
    "order.placed": _Told("Order", "shopping-cart", _order, "good"),
    "order.amended": _Told("Order changed", "pencil", lambda e: _parts(e.order, _worded(e.reason))),
    "order.cancelled": _Told("Order cancelled", "x", lambda e: _parts(e.order, _worded(e.reason)), "warn"),
    "order.payment_received": _Told("Payment", "credit-card", lambda e: _parts(e.order, e.method), "good"),
    "fulfilment.step_reached": _Told("Order", "package", lambda e: _parts(e.order, _worded(e.step), e.place)),
    "fulfilment.shipment_dispatched": _Told("Sent", "truck", lambda e: _parts(e.order, e.carrier)),
    "fulfilment.parcel_scanned": _Told("Parcel", "map-pin", lambda e: _parts(_worded(e.status), e.place)),
    "fulfilment.order_delivered": _Told("Delivered", "package-check", lambda e: _parts(e.order), "good"),
    "fulfilment.return_requested": _Told("Return asked for", "undo-2", lambda e: _parts(e.order, e.reason), "warn"),
    "fulfilment.return_accepted": _Told(
        "Return", "package-x", lambda e: _parts(e.order, _lines(e.lines), e.reason), "warn"
    ),
    "offer.shown": _Told("Offer", "tag", lambda e: _parts(e.product or _worded(e.kind), _worded(e.reason))),
    "offer.taken": _Told("Offer taken", "check", lambda e: _parts(e.product or _worded(e.kind)), "good"),
    "offer.refused": _Told("Offer refused", "x", lambda e: _parts(e.product or _worded(e.kind), e.reason)),
    "complaint.raised": _Told(
        "Complaint", "message-square-warning", lambda e: _parts(_worded(e.cause), e.order, _quoted(e.text)), "bad"
    ),
    "complaint.acknowledged": _Told("Complaint taken", "user-check", lambda e: _parts(e.complaint, f"by {e.by}")),
    "complaint.replied": _Told("Reply", "send", lambda e: _parts(f"by {e.by}", _quoted(e.text))),
    "complaint.waiting": _Told("Asked back", "hourglass", lambda e: _parts(f"by {e.by}", _quoted(e.text))),
    "complaint.answered_by_customer": _Told("Answer", "message-circle", lambda e: _quoted(e.text) or e.complaint),
    "complaint.gesture_requested": _Told(
        "Gesture asked for", "gift", lambda e: _parts(_worded(e.kind), f"by {e.by}"), "warn"
    ),
    "complaint.gesture_declined": _Told(
        "Gesture declined", "circle-x", lambda e: _parts(f"by {e.by}", _worded(e.reason))
    ),
    "complaint.gesture_offered": _Told("Gesture", "gift", lambda e: _parts(_worded(e.kind), f"by {e.by}"), "good"),
    "complaint.resolved": _Told("Resolved", "circle-check", lambda e: _parts(_worded(e.outcome), e.by), "good"),
    "complaint.confirmed": _Told("Confirmed", "thumbs-up", lambda e: _parts(e.complaint), "good"),
    "complaint.reopened": _Told("Reopened", "rotate-ccw", lambda e: _parts(e.reason, _quoted(e.text)), "bad"),
    "complaint.escalated": _Told("Escalated", "arrow-up", lambda e: _parts(f"to {e.to}", _worded(e.reason)), "warn"),
    "complaint.satisfaction_rated": _Told("Rated us", "star", lambda e: f"{e.rating} of 5 after a complaint"),
    "promise.made": _Told("Promise", "timer", lambda e: f"{_worded(e.kind)} by {e.due_at:%d %b %Y, %H:%M} UTC"),
    "promise.moved": _Told("Promise moved", "timer", lambda e: f"to {e.due_at:%d %b %Y, %H:%M} UTC", "warn"),
    "promise.kept": _Told("Promise kept", "circle-check", lambda e: _parts(e.promise), "good"),
    "promise.broken": _Told("Promise broken", "circle-x", lambda e: _parts(e.promise), "bad"),
    "contact.received": _Told(
        "Contact", "phone", lambda e: _parts(_worded(e.bucket), e.channel, _quoted(e.question or ""))
    ),
    "contact.answered": _Told("Answered", "message-circle", lambda e: _parts(f"by {e.by}" if e.by else "", e.channel)),
    "contact.planned": _Told("Planned", "calendar", lambda e: _parts(_worded(e.purpose), f"due {e.due_on:%d %b %Y}")),
    "contact.made": _Told("We got in touch", "mail", lambda e: _parts(_worded(e.purpose), e.channel, e.by), "good"),
    "contact.skipped": _Told("Contact left out", "ban", lambda e: _parts(e.contact, _worded(e.reason))),
    "task.opened": _Told("Task", "list-todo", lambda e: _parts(e.title, e.assignee)),
    "task.assigned": _Told("Task handed on", "user-check", lambda e: _parts(f"to {e.assignee}")),
    "task.put_off": _Told("Task put off", "clock", lambda e: _parts(f"to {e.due_at:%d %b %Y}", _worded(e.reason))),
    "task.done": _Told("Task done", "check", lambda e: _parts(_worded(e.outcome), e.by), "good"),
    "task.dropped": _Told("Task dropped", "x", lambda e: _parts(_worded(e.reason), e.by)),
    "customer.registered": _Told("Registered", "user-plus", lambda e: _parts(e.store, e.channel), "good"),
    "customer.traits_changed": _Told("Details", "pencil", lambda e: _parts(*map(_worded, sorted(e.traits)))),
    "customer.preference_stated": _Told("Taste", "heart", lambda e: f"{_worded(e.stance)} {e.topic}"),
    "customer.need_stated": _Told("Need", "hand-heart", lambda e: _parts(_worded(e.need), e.detail)),
    "customer.family_member_named": _Told("Family", "users", lambda e: _parts(_worded(e.relation), e.name)),
    "customer.card_issued": _Told("Card", "credit-card", lambda e: _parts(e.card, e.kind)),
    "customer.card_closed": _Told("Card closed", "credit-card", lambda e: _parts(e.card, e.reason)),
    "customer.referral_made": _Told("Brought in", "share-2", lambda e: _parts(e.referred), "good"),
    "customer.wallet_stated": _Told("Wallet", "wallet", lambda e: _parts(_worded(e.category or "all"), e.basis)),
    "customer.manager_assigned": _Told("Manager", "user-check", lambda e: _parts(e.manager, e.reason, e.note)),
    "customer.note_taken": _Told("Note", "pencil", lambda e: _parts(_quoted(e.text), f"by {e.by}" if e.by else "")),
    "feedback.suggestion_made": _Told("Suggestion", "lightbulb", lambda e: _quoted(e.text) or _worded(e.theme)),
    "feedback.suggestion_voted": _Told("Vote", "thumbs-up", lambda e: ("for " if e.up else "against ") + e.suggestion),
    "feedback.suggestion_decided": _Told("Suggestion decided", "flag", lambda e: _parts(_worded(e.status), e.by)),
    "feedback.given": _Told("Rated", "star", lambda e: _parts(f"{e.rating} for {e.about}", _quoted(e.text))),
    "feedback.option_chosen": _Told("Choice", "sliders-horizontal", lambda e: f"{e.option}: {e.choice} ({e.product})"),
    "identity.linked": _Told("Linked", "link", lambda e: _parts(e.identifier, _worded(e.basis))),
    "identity.unlinked": _Told("Unlinked", "unlink", lambda e: _parts(e.identifier, e.reason)),
    "identity.merge_confirmed": _Told("Same person", "link", lambda e: _parts(e.other, f"by {e.by}")),
    "identity.merge_refused": _Told("Not the same", "link-2-off", lambda e: _parts(e.other, f"by {e.by}")),
    "consent.given": _Told("Consent", "shield-check", lambda e: _parts(_worded(e.purpose), e.channel), "good"),
    "consent.withdrawn": _Told("Consent withdrawn", "shield", lambda e: _parts(_worded(e.purpose), e.channel), "warn"),
    "consent.erasure_requested": _Told("Asked to be forgotten", "user-x", lambda e: _parts(e.channel), "bad"),
    "consent.person_erased": _Told("Forgotten", "user-x", lambda e: _parts(f"by {e.by}"), "bad"),
    "operation.model_fitted": _Told(
        "Model fitted", "chart-line", lambda e: _parts(e.model, e.parameters.get("day", ""))
    ),
    "operation.checklist_step_done": _Told(
        "Checklist", "list-checks", lambda e: _parts(_worded(e.step), _worded(e.checklist), e.by), "good"
    ),
}
"""By type, without prefix and version."""
