"""A visitor's morning as it is told in the words of Segment's libraries, and what of it is to be on the log."""

from typing import Any

AT = "2026-03-01T10:00:0{}+00:00"
PRODUCT = {"product_id": "p-1", "name": "Bouilloire à thé", "category": "kitchen", "price": 8.99}
QUERY = "röd stol 🪑"


def _message(number: int, kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": kind, "messageId": f"m-{number}", "timestamp": AT.format(number), "userId": "42", **fields}


MESSAGES = [
    _message(1, "identify", anonymousId="a-7", traits={"name": "Zoë", "language": "sv"}),
    _message(2, "track", event="Products Searched", properties={"query": QUERY, "results_count": 0}),
    _message(3, "track", event="Product Viewed", properties={**PRODUCT, "currency": "GBP"}),
    _message(
        4,
        "track",
        event="Order Completed",
        properties={"order_id": "o-1", "total": 17.98, "currency": "GBP", "products": [{**PRODUCT, "quantity": 2}]},
    ),
    _message(5, "track", event="Kettle Admired", properties={"colour": "red", "times": 3}),
    _message(6, "page", name="Kettles", properties={"path": "/kettles", "title": "All kettles"}),
    _message(7, "screen", name="Basket"),
    _message(8, "group", groupId="book-club", traits={"name": "Book club"}),
    _message(9, "alias", previousId="a-9"),
]


def landed(source: str, channel: str) -> list[dict[str, Any]]:
    """Return the events that are to be on the log, in the order of their ids, as JSON."""
    where = {"store": "web", "session": ""}
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("m-1", "customer.traits_changed.v2", {"traits": {"name": "Zoë", "language": "sv"}}),
        ("m-1:link", "identity.linked.v1", {"identifier": "visitor:a-7", "basis": "identify"}),
        ("m-2", "search.performed.v2", {"query": QUERY, "result_count": 0, **where}),
        (
            "m-3",
            "visit.product_viewed.v1",
            {
                "product": "p-1",
                "name": "Bouilloire à thé",
                "category": "kitchen",
                "price_minor": 899,
                "currency": "GBP",
                **where,
            },
        ),
        (
            "m-4",
            "order.placed.v2",
            {
                "order": "o-1",
                "currency": "GBP",
                "total_minor": 1798,
                "lines": [
                    {
                        "product": "p-1",
                        "quantity": 2,
                        "unit_price_minor": 899,
                        "name": "Bouilloire à thé",
                        "category": "kitchen",
                        "options": {},
                    }
                ],
                "channel": channel,
                "promised_at": None,
                **where,
            },
        ),
        (
            "m-5",
            "visit.interaction_recorded.v1",
            {"name": "Kettle Admired", "properties": {"colour": "red", "times": "3"}, "channel": channel, **where},
        ),
        ("m-6", "visit.page_viewed.v1", {"page": "/kettles", "title": "All kettles", "referrer": "", **where}),
        ("m-7", "visit.page_viewed.v1", {"page": "Basket", "title": "Basket", "referrer": "", **where}),
        (
            "m-8",
            "visit.interaction_recorded.v1",
            {
                "name": "group",
                "properties": {"group": "book-club", "traits.name": "Book club"},
                "channel": channel,
                **where,
            },
        ),
        ("m-9", "identity.linked.v1", {"identifier": "visitor:a-9", "basis": "alias"}),
    ]
    return [_event(source, name, kind, data) for name, kind, data in told]


def _event(source: str, name: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{source}:{name}",
        "source": source,
        "type": f"regulars.{kind}",
        "time": f"2026-03-01T10:00:0{name[2]}Z",
        "subject": "customer:42",
        "data": data,
    }
