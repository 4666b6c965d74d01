"""A whole message for every rule that Segment's messages are translated by, with every field that is looked at."""

from typing import Any

AT = "2026-03-01T10:00:00Z"
COMMON = {
    "userId": "42",
    "anonymousId": "a-7",
    "timestamp": AT,
    "originalTimestamp": AT,
    "channel": "web",
    "context": {
        "ip": "203.0.113.7",
        "sessionId": "s-1",
        "page": {
            "path": "/kettles",
            "url": "https://shop.example/kettles?x=1",
            "title": "Kettles",
            "referrer": "https://a.example/b",
        },
        "library": {"name": "analytics.js", "version": "4"},
    },
    "integrations": {"All": True},
}
PRODUCT = {
    "product_id": "p-1",
    "sku": "s-1",
    "variant": "blue",
    "name": "Kettle",
    "category": "kitchen",
    "price": 8.99,
    "quantity": 2,
    "position": 3,
    "currency": "GBP",
}
ORDER = {
    "order_id": "o-1",
    "total": 20.48,
    "revenue": 17.98,
    "shipping": 2.5,
    "tax": 0,
    "discount": 0,
    "currency": "GBP",
    "store": "web",
    "products": [PRODUCT, {**PRODUCT, "product_id": "p-2"}],
}


def _track(event: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": "track", "event": event, "properties": properties, **COMMON}


WHOLE: list[dict[str, Any]] = [
    {"type": "identify", "traits": {"name": "Ada", "email": "ada@example.org", "age": 36, "vip": True}, **COMMON},
    {"type": "alias", "previousId": "a-8", **COMMON},
    {"type": "group", "groupId": "club", "traits": {"name": "Club", "members": 7}, **COMMON},
    {
        "type": "page",
        "name": "Kettles",
        "category": "Shop",
        "properties": {
            "path": "/kettles",
            "url": "https://shop.example/",
            "title": "All",
            "referrer": "https://a.example/",
        },
        **COMMON,
    },
    {"type": "screen", "name": "Basket", "properties": {"title": "Basket"}, **COMMON},
    _track("Kettle Admired", colour="red", times=3, where={"room": "kitchen"}, sizes=[1, 2]),
    _track("Products Searched", query="kettle", results_count=0, session_id="s-2"),
    _track("Product Clicked", query="kettle", **PRODUCT),
    _track("Product Viewed", **PRODUCT),
    _track("Product Added", **PRODUCT),
    _track("Product Removed", **PRODUCT),
    _track("Order Completed", **ORDER),
    _track("Order Updated", **ORDER),
    _track("Order Refunded", **ORDER),
    _track("Order Cancelled", **ORDER),
    _track("Product Reviewed", rating=4, review_body="Boils.", **PRODUCT),
]
