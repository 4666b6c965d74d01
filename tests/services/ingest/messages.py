"""Messages as clients send them: whole ones, each under an id of its own."""

from itertools import count
from typing import Any

_numbers = count(1)

Message = dict[str, Any]


def search(query: str = "red kettle", **changes: Any) -> Message:  # noqa: ANN401 - JSON
    """Return a search that found nothing, in Segment's words; a change to None takes a field away."""
    number = next(_numbers)
    message = {
        "type": "track",
        "messageId": f"m-{number}",
        "userId": f"{number}",
        "event": "Products Searched",
        "timestamp": "2026-03-01T10:00:00Z",
        "properties": {"query": query, "results_count": 0},
    }
    return {name: value for name, value in (message | changes).items() if value is not None}


def event(source: str, query: str = "red kettle", **changes: Any) -> Message:  # noqa: ANN401 - as above
    """Return the same as an event of the catalogue, in CloudEvents' words."""
    number = next(_numbers)
    document = {
        "specversion": "1.0",
        "type": "regulars.search.performed.v2",
        "source": source,
        "id": f"{source}:e-{number}",
        "time": "2026-03-01T10:00:00Z",
        "subject": f"customer:{number}",
        "data": {"query": query, "result_count": 0},
    }
    return {name: value for name, value in (document | changes).items() if value is not None}
