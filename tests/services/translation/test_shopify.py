"""Shopify's webhooks become events, from the payloads that Shopify documents."""

import pytest

from events.catalog.customers import CustomerRegistered
from events.catalog.fulfilment import ReturnAccepted, ShipmentDispatched
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced, PaymentReceived
from events.catalog.parts import ProductLine
from tests.services.translation.samples import refused, shopify, translated

IPOD = "632910392"


def test_a_new_order_is_placed_and_linked_to_its_customer() -> None:
    """What comes later of an order does not say whose it is: the link does."""
    placed, linked = translated("shopify", shopify("order", "orders/create"), source="shopify-uk", store="uk")

    assert placed.data == OrderPlaced(
        order="450789469",
        currency="USD",
        total_minor=40994,
        lines=tuple(
            OrderLine(
                product=IPOD, quantity=1, unit_price_minor=19900, name="IPod Nano - 8gb", options={"variant": colour}
            )
            for colour in ("green", "red", "black")
        ),
        store="uk",
        channel="web",
    )
    assert linked.data == IdentityLinked(identifier="order:450789469", basis="order")
    assert placed.id == "shopify-uk:orders/create:450789469"
    assert linked.id == "shopify-uk:orders/create:450789469:link"
    assert placed.subject == linked.subject == "customer:207119551"
    assert placed.time.isoformat() == "2008-01-10T16:00:00+00:00"


def test_an_order_without_a_customer_is_about_itself() -> None:
    """Somebody bought as a guest, or at a till."""
    (placed,) = translated("shopify", shopify("order", "orders/create", customer=None))

    assert placed.subject == "order:450789469"


def test_what_is_sold_without_being_a_product_goes_by_its_sku_or_title() -> None:
    """A custom item of a till has no product."""
    items = [
        {"product_id": None, "sku": "WRAP", "title": "Gift wrap", "quantity": 1, "price": "2.50"},
        {"product_id": None, "sku": "", "title": "Tip", "quantity": 1, "price": "1.00"},
    ]

    placed, _ = translated("shopify", shopify("order", "orders/create", line_items=items))

    assert isinstance(placed.data, OrderPlaced)
    assert [line.product for line in placed.data.lines] == ["WRAP", "Tip"]


def test_an_order_is_paid_once_and_for_all() -> None:
    """It has an event of its own, beside that of the new order."""
    (paid,) = translated("shopify", shopify("order", "orders/paid", updated_at="2008-01-11T09:00:00-05:00"))

    assert paid.data == PaymentReceived(order="450789469", currency="USD", amount_minor=40994, method="authorize_net")
    assert (paid.id, paid.subject) == ("shop:orders/paid:450789469", "customer:207119551")
    assert paid.time.isoformat() == "2008-01-11T14:00:00+00:00"


def test_an_order_is_called_off_with_its_reason() -> None:
    """When it was, and not when it was placed."""
    record = shopify("order", "orders/cancelled", cancelled_at="2008-01-12T00:00:00Z", cancel_reason="customer")

    (cancelled,) = translated("shopify", record)

    assert cancelled.data == OrderCancelled(order="450789469", currency="USD", total_minor=40994, reason="customer")
    assert cancelled.time.isoformat() == "2008-01-12T00:00:00+00:00"


@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/cancelled"])
def test_a_test_order_is_nothing_to_us(topic: str) -> None:
    """No sale was made."""
    assert translated("shopify", shopify("order", topic, test=True)) == []


def test_a_refund_is_what_was_given_back() -> None:
    """The transactions count, and not the prices of what came back."""
    (returned,) = translated("shopify", shopify("refund", "refunds/create"))

    pod = ProductLine(product=IPOD, quantity=1, name="IPod Nano - 8gb")
    assert returned.data == ReturnAccepted(currency="USD", amount_minor=20900, order="450789469", lines=(pod, pod))
    assert returned.subject == "order:450789469"


def test_what_failed_was_not_given_back() -> None:
    """Refunds may be in parts; one of goods alone gives nothing back, and is nothing to us."""
    whole = shopify("refund", "refunds/create")["transactions"][0]
    parts = [whole | {"amount": "9.01"}, whole | {"status": "failure"}, whole | {"kind": "void"}, whole | {"amount": 1}]

    (returned,) = translated("shopify", shopify("refund", "refunds/create", transactions=parts))

    assert isinstance(returned.data, ReturnAccepted)
    assert returned.data.amount_minor == 1001
    assert translated("shopify", shopify("refund", "refunds/create", transactions=[])) == []
    assert translated("shopify", shopify("refund", "refunds/create", transactions=parts[1:3])) == []


def test_a_fulfilment_is_a_parcel_on_its_way() -> None:
    """One that was cancelled or failed is none."""
    (dispatched,) = translated("shopify", shopify("fulfillment", "fulfillments/create"))

    assert dispatched.data == ShipmentDispatched(
        order="450789469",
        parcel="1Z2345",
        carrier="null-company",
        lines=(ProductLine(product=IPOD, quantity=1, name="IPod Nano - 8gb"),),
    )
    assert dispatched.subject == "order:450789469"
    assert translated("shopify", shopify("fulfillment", "fulfillments/create", status="failure")) == []


def test_a_new_customer_is_registered() -> None:
    """With what the shop knows; the phone may be that of the address."""
    (registered,) = translated("shopify", shopify("customer", "customers/create"))

    assert registered.data == CustomerRegistered(
        name="Bob Norman",
        email="bob.norman@hostmail.com",
        phone="555-625-1199",
        address="Chestnut Street 92, 40202, Louisville",
        country="US",
    )
    assert registered.subject == "customer:207119551"


@pytest.mark.parametrize("topic", ["orders/updated", "products/create", "app/uninstalled", ""])
def test_other_topics_are_nothing_to_us(topic: str) -> None:
    """A webhook may be registered for more than we make of it."""
    assert translated("shopify", shopify("order", topic)) == []


def test_what_is_wrong_is_told_in_shopify_s_words() -> None:
    """With the place in its lists."""
    items = [{"product_id": 1, "quantity": 1, "price": "1.00"}, {"product_id": 2, "quantity": 1, "price": "free"}]

    price = refused("shopify", shopify("order", "orders/create", line_items=items))
    amount = refused("shopify", shopify("refund", "refunds/create", transactions=[{"kind": "refund", "amount": "x"}]))

    assert (price.field, price.reason.partition(";")[0]) == ("line_items[1].price", "is 'free'")
    assert amount.field == "transactions"
