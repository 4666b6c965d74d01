"""Segment's orders: what customers pay, what they get, and what becomes of it."""

import pytest

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderAmended, OrderCancelled, OrderLine, OrderPlaced
from events.catalog.parts import ProductLine
from events.event import Event
from tests.services.translation.samples import Record, track, translated

PRODUCTS = [
    {"product_id": "507f1f77", "sku": "45790-32", "name": "Monopoly", "price": 19, "quantity": 1, "category": "Games"},
    {"sku": "46493-32", "name": "Uno Card Game", "price": "3.50", "quantity": "2", "category": "Games"},
]
LINES = (
    OrderLine(product="507f1f77", quantity=1, unit_price_minor=1900, name="Monopoly", category="Games"),
    OrderLine(product="46493-32", quantity=2, unit_price_minor=350, name="Uno Card Game", category="Games"),
)
ORDER: Record = {"order_id": "50314b8e", "total": 27.5, "currency": "USD", "products": PRODUCTS}


def said(record: Record) -> list[Event]:
    """Return what the events of a message say."""
    return [envelope.data for envelope in translated("segment", record)]


@pytest.mark.parametrize("name", ["Order Completed", "Completed Order", "ORDER completed"])
def test_an_order_is_placed_with_its_lines(name: str) -> None:
    """The total is what the customer pays."""
    assert said(track(name, **ORDER)) == [OrderPlaced(order="50314b8e", currency="USD", total_minor=2750, lines=LINES)]


@pytest.mark.parametrize(
    ("amounts", "total_minor"),
    [
        ({"total": "27.50", "revenue": 25, "shipping": 3, "tax": 2}, 2750),
        ({"revenue": 25, "shipping": 3, "tax": "2.00", "discount": 2.5}, 3000),
        ({"revenue": 25}, 2500),
        ({"total": 0, "revenue": 25}, 0),
        ({"total": 2750, "currency": "JPY"}, 2750),
    ],
)
def test_without_a_total_it_is_revenue_with_shipping_and_tax(amounts: Record, total_minor: int) -> None:
    """Segment's revenue is without both; a discount is not taken off, since it may be off already."""
    (event,) = said(track("Order Completed", **(ORDER | {"total": None} | amounts)))

    assert isinstance(event, OrderPlaced)
    assert event.total_minor == total_minor


def test_an_order_without_a_currency_is_in_us_dollars() -> None:
    """As Segment's Spec has it: if this is not set, the revenue is in US dollars."""
    (event,) = said(track("Order Completed", **(ORDER | {"currency": None})))

    assert isinstance(event, OrderPlaced)
    assert (event.currency, event.total_minor) == ("USD", 2750)


def test_an_order_that_changed_does_not_say_by_how_much() -> None:
    """Its lines and its total are those that hold now."""
    assert said(track("Order Updated", **ORDER)) == [
        OrderAmended(order="50314b8e", currency="USD", total_minor=2750, lines=LINES)
    ]


def test_a_refund_is_of_the_products_that_it_names() -> None:
    """In whole or in part; the amount is what was given back."""
    whole = said(track("Order Refunded", **ORDER))
    part = said(track("Order Refunded", order_id="50314b8e", total=3.5, currency="USD"))

    assert whole == [
        ReturnAccepted(
            currency="USD",
            amount_minor=2750,
            order="50314b8e",
            lines=(
                ProductLine(product="507f1f77", quantity=1, name="Monopoly"),
                ProductLine(product="46493-32", quantity=2, name="Uno Card Game"),
            ),
        )
    ]
    assert part == [ReturnAccepted(currency="USD", amount_minor=350, order="50314b8e")]


def test_an_order_is_called_off() -> None:
    """With what the customer no longer pays."""
    assert said(track("Order Cancelled", **ORDER)) == [
        OrderCancelled(order="50314b8e", currency="USD", total_minor=2750)
    ]
