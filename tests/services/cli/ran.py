"""What a command left behind, and the events that these tests send."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

CUSTOMER = "customer:ann"
VISITOR = "visitor:7a"


class Ran(NamedTuple):
    """How a command ended and what it printed."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """The one JSON document on its stdout."""
        return json.loads(self.out)

    @property
    def documents(self) -> list[Any]:
        """The JSON documents on its stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def event(number: int, kind: str, subject: str = CUSTOMER, *, day: int = 1, **data: object) -> dict[str, Any]:
    """Return a CloudEvents document, of the given day of March 2026."""
    return {
        "specversion": "1.0",
        "id": f"event-{number}",
        "source": "urn:regulars:test",
        "type": f"regulars.{kind}",
        "time": datetime(2026, 3, day, 10, 0, number, tzinfo=UTC),
        "subject": subject,
        "data": data,
    }


def order(number: int, total_minor: int, subject: str = CUSTOMER, *, day: int = 1) -> dict[str, Any]:
    """Return an order of one kettle."""
    line = {"product": "kettle", "quantity": 1, "unit_price_minor": total_minor}
    return event(
        number,
        "order.placed.v2",
        subject,
        day=day,
        order=f"order-{number}",
        currency="GBP",
        lines=[line],
        total_minor=total_minor,
    )


def linked(number: int) -> dict[str, Any]:
    """Return that the visitor proved to be the customer."""
    return event(number, "identity.linked.v1", identifier=VISITOR, basis="login")


def viewed(number: int, subject: str = VISITOR) -> dict[str, Any]:
    """Return the view of a page."""
    return event(number, "visit.page_viewed.v1", subject, page="/kettles")


def as_lines(*events: dict[str, Any]) -> str:
    """Return events as lines of JSON."""
    return "".join(msgspec.json.encode(each).decode() + "\n" for each in events)
