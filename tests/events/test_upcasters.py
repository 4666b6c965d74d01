"""What the first versions of an order, a search and a trait mean today."""

from typing import Any

from hypothesis import given

from events.catalog.customers import TraitsChanged, TraitsChangedV1
from events.catalog.orders import OrderAmended, OrderAmendedV1, OrderItemV1, OrderLine, OrderPlaced, OrderPlacedV1
from events.catalog.searches import SearchPerformed, SearchPerformedV1
from events.codec import Codec
from events.envelope import Envelope
from events.event import MAX_AMOUNT_MINOR
from tests.events.strategies import envelopes


def test_the_first_order_gets_its_total_from_its_items() -> None:
    """It had no total, no discount and no shipping: the customer paid the sum of the items."""
    lantern = OrderItemV1(sku="85123A", qty=6, price_minor=255)
    warmer = OrderItemV1(sku="22633", qty=2, price_minor=185)
    placed = OrderPlacedV1(order_id="536300", currency="GBP", items=(lantern, warmer))

    newest = placed.upcast()

    assert newest == OrderPlaced(
        order="536300",
        currency="GBP",
        lines=(
            OrderLine(product="85123A", quantity=6, unit_price_minor=255),
            OrderLine(product="22633", quantity=2, unit_price_minor=185),
        ),
        total_minor=1900,
        store="web",
    )


def test_the_largest_first_order_has_a_total_within_bounds() -> None:
    """Else it would be read once, written anew, and then never be read again."""
    item, order = OrderItemV1.__annotations__, OrderPlacedV1.__annotations__
    most_items, most_pieces = order["items"].__metadata__[0].max_length, item["qty"].__metadata__[0].le
    highest_price_minor = item["price_minor"].__metadata__[0].le
    dearest = OrderItemV1(sku="gold", qty=most_pieces, price_minor=highest_price_minor)

    placed = OrderPlacedV1(order_id="1", currency="GBP", items=(dearest,) * most_items)

    assert placed.upcast().total_minor == MAX_AMOUNT_MINOR


def test_the_first_amendment_knew_its_difference() -> None:
    """It says the same today, where a source may leave the difference out."""
    lines = (OrderLine(product="22633", quantity=2, unit_price_minor=185),)
    told: dict[str, Any] = {"order": "1", "currency": "GBP", "lines": lines, "total_minor": 370, "store": "leeds"}

    assert OrderAmendedV1(**told, total_delta_minor=-5).upcast() == OrderAmended(**told, total_delta_minor=-5)
    assert OrderAmended(**told).total_delta_minor is None


def test_the_first_search_happened_in_the_web_shop() -> None:
    """Its short names are spelt out."""
    assert SearchPerformedV1(q="kettle", hits=3).upcast() == SearchPerformed(
        query="kettle", result_count=3, store="web"
    )


def test_the_first_trait_becomes_a_mapping_of_one() -> None:
    """A trait whose value was erased changes nothing: it must not read as one that was taken away."""
    assert TraitsChangedV1(trait="nickname", value="Ada").upcast() == TraitsChanged(traits={"nickname": "Ada"})
    assert TraitsChangedV1(trait="nickname").upcast() == TraitsChanged(traits={})


@given(placed=envelopes(OrderPlacedV1))
def test_any_first_order_can_be_written_and_read_as_the_newest(placed: Envelope) -> None:
    """What an upcaster returns is within the newest version's bounds."""
    codec = Codec()

    read = codec.decode(codec.encode(placed))

    assert codec.decode(codec.encode(read)) == read
