"""Messages that were turned away, as the tests make them."""

import json
from datetime import UTC, datetime
from typing import Any

from events.errors import BadEvent, Fault
from services.ingest.source import Protocol
from services.ingest.verdict import Outcome, Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def searched(message_id: str = "m-1", query: str = "kettle", results: object = 3) -> bytes:
    """Return a search in Segment's words."""
    properties = {"query": query, "results_count": results}
    return as_json(type="track", messageId=message_id, userId="7", event="Products Searched", properties=properties)


def as_json(**said: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a message of that noon."""
    return json.dumps({"timestamp": NOON.isoformat(), **said}).encode()


def refused(  # noqa: PLR0913 - all that a refused message is
    body: bytes = b"{}",
    *,
    source: str = "shop",
    message_id: str = "m-1",
    outcome: Outcome = Outcome.REJECTED,
    protocol: Protocol = Protocol.SEGMENT,
    origin: str = "/v1/batch",
    field: str = "properties.results_count",
    reason: str = "is no number",
    at: datetime = NOON,
) -> Refused:
    """Return a message that could not be accepted."""
    fault = Fault.CONFLICT if outcome is Outcome.CONFLICT else Fault.INVALID_FIELD
    return Refused(source, protocol, origin, message_id, outcome, BadEvent(fault, field, reason), body, at)
