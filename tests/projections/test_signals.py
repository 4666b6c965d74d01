"""What may call for a reaction: which events raise a signal, what it says, and that some are raised once."""

from datetime import date

import pytest

from events.catalog.complaints import (
    ComplaintAnsweredByCustomer,
    ComplaintConfirmed,
    ComplaintEscalated,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    SatisfactionRated,
)
from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.catalog.fulfilment import OrderDelivered, ShipmentDispatched
from events.catalog.operations import ChecklistStepDone, StockArrived
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import CartChanged, PageViewed, ProductViewed, VisitStarted
from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from projections._engine.declaration import Signal
from tests.projections.shop import NOON, Shop, at

PLACED = OrderPlaced(
    order="o-1",
    currency="GBP",
    total_minor=500,
    lines=(OrderLine(product="sku-1", quantity=1, unit_price_minor=500),),
    store="leeds",
)
HALF_HOUR = str(NOON.toordinal() * 48 + 24)

RAISED: list[tuple[Event, str, dict[str, str]]] = [
    (ComplaintReplied(complaint="c", by="ann"), "complaint_replied", {"complaint": "c", "by": "ann"}),
    (ComplaintWaiting(complaint="c"), "complaint_waiting", {"complaint": "c"}),
    (ComplaintAnsweredByCustomer(complaint="c"), "complaint_answered", {"complaint": "c"}),
    (ComplaintResolved(complaint="c", outcome="refund"), "complaint_resolved", {"complaint": "c", "outcome": "refund"}),
    (ComplaintConfirmed(complaint="c"), "complaint_confirmed", {"complaint": "c"}),
    (ComplaintReopened(complaint="c", reason="again"), "complaint_reopened", {"complaint": "c", "reason": "again"}),
    (
        ComplaintEscalated(complaint="c", to="eve", reason="late", by="ann"),
        "complaint_escalated",
        {"complaint": "c", "to": "eve", "reason": "late", "by": "ann"},
    ),
    (SatisfactionRated(complaint="c", rating=2), "complaint_rated", {"complaint": "c", "rating": "2"}),
    (
        ContactPlanned(plan="2024", contact="spring", due_on=date(2024, 6, 1)),
        "contact_planned",
        {"plan": "2024", "contact": "spring", "due_on": "2024-06-01"},
    ),
    (ContactMade(plan="2024", contact="spring"), "contact_made", {"plan": "2024", "contact": "spring"}),
    (ContactSkipped(plan="2024", contact="spring"), "contact_skipped", {"plan": "2024", "contact": "spring"}),
    (
        StockArrived(product="sku-1", quantity=3, store="leeds"),
        "stock_arrived",
        {"product": "sku-1", "store": "leeds", "quantity": "3"},
    ),
    (
        ChecklistStepDone(checklist="table", run="t-7", step="seated", store="leeds"),
        "checklist_step_done",
        {"checklist": "table", "run": "t-7", "step": "seated", "store": "leeds"},
    ),
    (PLACED, "order_placed", {"order": "o-1", "store": "leeds"}),
    (ShipmentDispatched(order="o-1", parcel="p-1"), "order_shipped", {"order": "o-1", "store": "web"}),
    (OrderDelivered(order="o-1"), "order_delivered", {"order": "o-1", "store": "web"}),
    (VisitStarted(session="s-1", store="leeds"), "visit_started", {"session": "s-1", "store": "leeds"}),
]

SILENT: list[tuple[Event, str]] = [
    (ContactMade(contact="by the way"), "customer:1"),
    (SearchPerformed(query="kettle", result_count=1), "customer:1"),
    (PageViewed(page="/"), "visitor:1"),
    (CartChanged(product="sku-1", quantity_delta=1), "customer:1"),
]


def signals_of(data: Event, subject: str = "customer:1") -> list[Signal]:
    """Return what all projections signal of an event."""
    envelope = Envelope(id="fact", source="urn:regulars:shop", time=NOON, subject=subject, data=data)
    said = [make(data, envelope) for each in PROJECTIONS for make in each.signallers().get(type(data), ())]
    return [signal for signal in said if signal is not None]


@pytest.mark.parametrize(("data", "kind", "detail"), RAISED, ids=[kind for _, kind, _ in RAISED])
def test_an_event_raises_its_signal(data: Event, kind: str, detail: dict[str, str]) -> None:
    """One projection raises it, each time; it says what a reaction needs to look it up."""
    assert signals_of(data) == [Signal(kind, "customer:1", detail)]


@pytest.mark.parametrize(("data", "subject"), SILENT, ids=[type(data).__name__ for data, _ in SILENT])
def test_what_calls_for_nothing_raises_nothing(data: Event, subject: str) -> None:
    """What nobody planned, what was found, whom we do not know, and a cart."""
    assert signals_of(data, subject) == []


def test_asking_in_vain_counts_once_a_day() -> None:
    """However the query is spelt, and not if it is asked for in another store."""
    (signal,) = signals_of(SearchPerformed(query=" Red  Kettle", result_count=0, store="leeds"))

    assert signal.detail == {"query": " Red  Kettle", "store": "leeds"}
    assert signal.once == "2024-05-17:leeds:red kettle"


@pytest.mark.parametrize("data", [PageViewed(page="/"), ProductViewed(product="sku-1")], ids=["page", "product"])
def test_a_moment_for_an_offer_counts_once_in_a_half_hour(data: Event) -> None:
    """Whatever they look at, if we know them by name."""
    assert signals_of(data) == [Signal("offer_moment", "customer:1", {"store": "web"}, once=HALF_HOUR)]


def test_what_counts_once_is_raised_by_the_first_event_of_it(shop: Shop) -> None:
    """In one batch and over several; another customer's, and the next half hour's, are others."""
    page = PageViewed(page="/")
    shop.catch_up()
    shop.tell(page, page, time=at("12:00"))
    shop.tell(page, by="customer:2", time=at("12:01"))
    shop.catch_up()
    shop.tell(page, time=at("12:29:59"))
    shop.tell(page, time=at("12:30"))

    connection = shop.catch_up()

    raised = connection.execute("SELECT subject, event_id FROM engine.signal ORDER BY event_id").fetchall()
    assert raised == [("customer:1", "fact-000000"), ("customer:2", "fact-000002"), ("customer:1", "fact-000004")]


def test_signals_of_a_batch_are_raised_in_the_order_of_their_events(shop: Shop) -> None:
    """Whoever reads them by their ids hears of a complaint before its reply."""
    shop.catch_up()
    shop.tell(*(ComplaintReplied(complaint=f"c-{number}") for number in range(30)))

    connection = shop.catch_up()

    raised = connection.execute("SELECT detail ->> 'complaint' FROM engine.signal ORDER BY id").fetchall()
    assert raised == [(f"c-{number}",) for number in range(30)]
