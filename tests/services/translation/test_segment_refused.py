"""What Segment's calls are refused for, in the words of who sent them."""

from typing import Any

import pytest

from tests.services.translation.samples import Record, message, refused, track

PRODUCT: Record = {"product_id": "507f1f77", "name": "Monopoly", "price": 19, "quantity": 1}
ORDER: Record = {"order_id": "50314b8e", "total": 27.5, "currency": "USD", "products": [PRODUCT]}


@pytest.mark.parametrize(
    "who", [None, "null", "undefined", "anonymous", "None", 0, "", " ", "[object Object]"], ids=repr
)
def test_a_message_about_nobody_is_refused(who: object) -> None:
    """One sentence, with the field."""
    error = refused("segment", message("page", name="Home", userId=who, anonymousId=who))

    assert error.field == "userId"
    assert "names nobody, nor does anonymousId" in error.reason


def test_an_identifier_with_white_space_before_it_is_refused() -> None:
    """Trimmed it would be another person's."""
    error = refused("segment", message("page", name="Home", userId=" 42", anonymousId="7f3a"))

    assert (error.field, error.reason.partition(";")[0]) == ("userId", "is ' 42'")
    assert "does not begin with white space" in error.reason


@pytest.mark.parametrize("kind", ["Track", "event", "", None, 5, ["track"]], ids=repr)
def test_a_message_of_no_known_type_is_refused(kind: Any) -> None:  # noqa: ANN401 - any JSON
    """It is a mistake of the client, and not something odd that happened."""
    error = refused("segment", track("Door Opened") | {"type": kind})

    assert (error.field, error.reason) == ("type", "is none of track, identify, page, screen, group, alias")


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"total": "a lot"}, "properties.total", "is 'a lot'; an amount is a number, such as 19.99"),
        ({"total": -1}, "properties.total", "expected `int` >= 0; it becomes total_minor of regulars.order.placed.v2"),
        ({"total": None}, "properties.total", "is missing; it becomes total_minor of regulars.order.placed.v2"),
        ({"total": None, "revenue": 5, "tax": "x"}, "properties.tax", "is 'x'; an amount is a number, such as 19.99"),
        ({"currency": "dollars"}, "properties.currency", "is 'dollars'; a currency is a code of three letters"),
        ({"order_id": None}, "properties.order_id", "is missing; it becomes order of regulars.order.placed.v2"),
        ({"order_id": "o" * 129}, "properties.order_id", "expected `str` of length <= 128; it becomes order of"),
        ({"order_id": None, "orderId": "o\0"}, "properties.orderId", "holds the character U+0000, which no text may"),
        ({"products": None}, "properties.products", "is missing; it becomes lines of regulars.order.placed.v2"),
        ({"products": []}, "properties.products", "expected `array` of length >= 1; it becomes lines of"),
        ({"products": "p"}, "properties.products", "is 'p', where a list belongs; it becomes lines of"),
        ({"products": [PRODUCT, 5]}, "properties.products[1]", "is 5, where an object belongs; it becomes a line"),
        (
            {"products": [PRODUCT, PRODUCT | {"quantity": 0}]},
            "properties.products[1].quantity",
            "expected `int` >= 1; it becomes quantity of a line of regulars.order.placed.v2",
        ),
        (
            {"products": [PRODUCT | {"quantity": "two"}]},
            "properties.products[0].quantity",
            "is 'two', where a whole number belongs; it becomes quantity of a line of",
        ),
        (
            {"products": [PRODUCT | {"price": None}]},
            "properties.products[0].price",
            "is missing; it becomes unit_price_minor of a line of",
        ),
        (
            {"products": [{"sku": "s" * 200, "price": 1}]},
            "properties.products[0].sku",
            "expected `str` of length <= 128; it becomes product of a line of",
        ),
        (
            {"products": [{"product_id": "\0", "price": 1}]},
            "properties.products[0].product_id",
            "holds the character U+0000, which no text may",
        ),
    ],
    ids=repr,
)
def test_what_is_wrong_is_told_in_the_sender_s_words(changed: Record, field: str, reason: str) -> None:
    """The field is theirs, with its place in a list, and the sentence says what it was to become."""
    error = refused("segment", track("Order Completed", **(ORDER | changed)))

    assert error.field == field
    assert error.reason.startswith(reason)


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"timestamp": "yesterday"}, "timestamp", "is 'yesterday'; a time is written as"),
        ({"timestamp": "1066-10-14"}, "timestamp", "is '1066-10-14'; a time lies between 1900 and 2100"),
        ({"timestamp": None, "originalTimestamp": True}, "originalTimestamp", "is true; a time is written as"),
        ({"messageId": None}, "messageId", "is missing; it tells one message from another"),
        ({"messageId": {}}, "messageId", "is missing; it tells one message from another"),
        ({"messageId": "m\0"}, "messageId", "holds the character U+0000"),
        ({"event": None}, "event", "is missing; it becomes name of regulars.visit.interaction_recorded.v1"),
        ({"event": ""}, "event", "expected `str` of length >= 1; it becomes name of"),
        ({"properties": "text"}, "properties", "is 'text', where an object belongs; it becomes properties of"),
        ({"type": "alias", "previousId": "null"}, "previousId", "is 'null', of which nothing can be made; it becomes"),
        ({"userId": {"id": 1}}, "userId", "is an object; an identifier is a text or a whole number"),
        ({"userId": "4" * 500}, "userId", "is 500 characters long; an identifier has 183 at most"),
    ],
    ids=repr,
)
def test_what_is_wrong_with_a_message_is_told(changed: Record, field: str, reason: str) -> None:
    """Of any kind."""
    error = refused("segment", track("Door Opened", colour="red") | changed)

    assert (error.field, error.fault) == (field, "invalid_field")
    assert error.reason.startswith(reason)
