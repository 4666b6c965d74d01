"""An order's way: what it costs by the latest word, and when each thing first happened, in any order of arrival."""

from datetime import datetime
from itertools import permutations

import pytest

from events.catalog.fulfilment import (
    OrderDelivered,
    OrderStepReached,
    ParcelScanned,
    ReturnAccepted,
    ReturnRequested,
    ShipmentDispatched,
)
from events.catalog.orders import OrderAmended, OrderCancelled, OrderLine, OrderPlaced, PaymentReceived
from events.catalog.parts import ProductLine
from events.event import Event
from projections._engine.reference import as_mappings, fold
from projections.orders import Orders
from tests.projections.shop import Shop, at

LINES = (OrderLine(product="a", quantity=1, unit_price_minor=100),)


def placed(total_minor: int = 100, promised_at: datetime | None = None, session: str = "") -> OrderPlaced:
    """Return the order that these tests follow."""
    return OrderPlaced(
        order="o-1",
        currency="GBP",
        lines=LINES,
        total_minor=total_minor,
        store="leeds",
        session=session,
        promised_at=promised_at,
    )


def amended(total_minor: int) -> OrderAmended:
    """Return an amendment that does not tell the difference."""
    return OrderAmended(order="o-1", currency="GBP", lines=LINES, total_minor=total_minor)


def counted(**products: int) -> tuple[ProductLine, ...]:
    """Return lines of products."""
    return tuple(ProductLine(product=product, quantity=quantity) for product, quantity in products.items())


def test_an_orders_whole_way() -> None:
    """Each step's first time, the first and the latest promise, all stops, and what was paid and refunded."""
    told: tuple[tuple[Event, datetime], ...] = (
        (placed(1000, promised_at=at("12:00", days=2), session="s-1"), at("12:00")),
        (PaymentReceived(order="o-1", currency="GBP", amount_minor=400), at("12:01")),
        (PaymentReceived(order="o-1", currency="GBP", amount_minor=600), at("12:02")),
        (OrderStepReached(order="o-1", step="packed", promised_at=at("12:00", days=3)), at("13:00")),
        (OrderStepReached(order="o-1", step="in_transit"), at("14:00")),
        (ShipmentDispatched(order="o-1", parcel="p-1"), at("15:00")),
        (ShipmentDispatched(order="o-1", parcel="p-2"), at("16:00")),
        (ParcelScanned(order="o-1", parcel="p-1", status="sorted", place="Hull"), at("18:00")),
        (OrderDelivered(order="o-1", parcel="p-1", lines=counted(a=1)), at("10:00", days=1)),
        (ReturnRequested(order="o-1"), at("10:00", days=2)),
        (ReturnAccepted(order="o-1", currency="GBP", amount_minor=250), at("10:00", days=3)),
        (ReturnAccepted(order="o-1", currency="EUR", amount_minor=50), at("10:00", days=4)),
    )

    (row,) = as_mappings(Orders(), fold(Orders(), Shop.facts(*told)))

    assert row == {
        "subject": "customer:1",
        "order": "o-1",
        "store": "leeds",
        "session": "s-1",
        "currencies": ["EUR", "GBP"],
        "total_minor": 1000,
        "ordered_lines": '{"a":1}',
        "delivered_lines": {"a": 1},
        "paid_minor": 1000,
        "times_placed": 1,
        "times_amended": 0,
        "shipments": 2,
        "deliveries": 1,
        "deliveries_counted": 1,
        "returns": 2,
        "returned_minor": 300,
        "ordered": at("12:00"),
        "first_promised": at("12:00", days=2),
        "promised": at("12:00", days=3),
        "step": "in_transit",
        "way": [
            '["2024-05-17T13:00:00Z","step","","packed",""]',
            '["2024-05-17T14:00:00Z","step","","in_transit",""]',
            '["2024-05-17T15:00:00Z","sent","p-1","",""]',
            '["2024-05-17T16:00:00Z","sent","p-2","",""]',
            '["2024-05-17T18:00:00Z","seen","p-1","sorted","Hull"]',
            '["2024-05-18T10:00:00Z","arrived","p-1","",""]',
        ],
        "shipped": at("15:00"),
        "delivered": at("10:00", days=1),
        "last_delivered": at("10:00", days=1),
        "delivered_whole": None,
        "cancelled": None,
        "return_requested": at("10:00", days=2),
        "returned": at("10:00", days=3),
    }


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_an_order_costs_what_its_latest_word_says(arrival: tuple[int, ...]) -> None:
    """Also where amendments do not tell the difference, and whichever comes first to us."""
    facts = Shop.facts((placed(1000), at("12:00")), (amended(700), at("13:00")), (amended(900), at("14:00")))

    (row,) = as_mappings(Orders(), fold(Orders(), [facts[place] for place in arrival]))

    assert (row["total_minor"], row["times_amended"]) == (900, 2)


def test_what_contradicts_itself_is_all_kept() -> None:
    """An order that is cancelled and delivered is both."""
    facts = Shop.facts(
        (placed(), at("12:00")),
        (OrderCancelled(order="o-1", currency="GBP", total_minor=100), at("13:00")),
        (OrderDelivered(order="o-1"), at("11:00")),
    )

    (row,) = as_mappings(Orders(), fold(Orders(), facts))

    assert (row["ordered"], row["cancelled"], row["delivered"]) == (at("12:00"), at("13:00"), at("11:00"))


def test_a_return_of_no_order_is_no_orders() -> None:
    """Nobody knows what it came from."""
    facts = Shop.facts((ReturnAccepted(currency="GBP", amount_minor=250), at("12:00")))

    assert fold(Orders(), facts) == {}


def test_an_order_that_nobody_placed_was_placed_no_times() -> None:
    """What happened to it is kept, so that it can be asked after."""
    facts = Shop.facts((OrderDelivered(order="o-9"), at("12:00")))

    (row,) = as_mappings(Orders(), fold(Orders(), facts))

    assert (row["order"], row["times_placed"], row["ordered"], row["total_minor"]) == ("o-9", 0, None, None)


def test_what_arrived_adds_up_over_the_parcels() -> None:
    """Lines of one product are one count; a parcel that nobody counted adds nothing, and is told apart."""
    lines = (
        OrderLine(product="a", quantity=2, unit_price_minor=1),
        OrderLine(product="a", quantity=1, unit_price_minor=1),
    )
    facts = Shop.facts(
        (OrderPlaced(order="o-1", currency="GBP", lines=lines, total_minor=3), at("12:00")),
        (OrderDelivered(order="o-1", parcel="p-1", lines=counted(a=2, b=1)), at("13:00")),
        (OrderDelivered(order="o-1", parcel="p-2", lines=counted(a=1)), at("14:00")),
        (OrderDelivered(order="o-1"), at("15:00")),
    )

    (row,) = as_mappings(Orders(), fold(Orders(), facts))

    assert (row["ordered_lines"], row["delivered_lines"]) == ('{"a":3}', {"a": 3, "b": 1})
    assert (row["deliveries"], row["deliveries_counted"], row["delivered_whole"]) == (3, 2, at("15:00"))


def test_a_scan_that_is_told_twice_is_one_stop() -> None:
    """A carrier sends its list again and again; each time with new ids."""
    scan = ParcelScanned(order="o-1", parcel="p-1", status="sorted")
    facts = Shop.facts((scan, at("12:00")), (scan, at("12:00")), (scan, at("12:00:00.000001")))

    (row,) = as_mappings(Orders(), fold(Orders(), facts))

    assert row["way"] == [
        '["2024-05-17T12:00:00.000001Z","seen","p-1","sorted",""]',
        '["2024-05-17T12:00:00Z","seen","p-1","sorted",""]',
    ]
    assert row["store"] is None
