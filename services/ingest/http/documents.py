"""What the OpenAPI document says of each route: bodies, examples, and how it answers."""

from typing import Any

from services.access.sessions import COOKIE
from services.ingest.segment import KINDS

EXAMPLES: dict[str, dict[str, Any]] = {
    "track": {
        "userId": "42",
        "event": "Products Searched",
        "properties": {"query": "red kettle", "results_count": 0},
        "messageId": "m-1",
        "timestamp": "2026-03-01T10:00:00Z",
    },
    "identify": {"userId": "42", "anonymousId": "a-7", "traits": {"name": "Ada", "language": "en"}, "messageId": "m-2"},
    "page": {"anonymousId": "a-7", "name": "Kettles", "properties": {"path": "/kettles"}, "messageId": "m-3"},
    "screen": {"userId": "42", "name": "Basket", "messageId": "m-4"},
    "group": {"userId": "42", "groupId": "book-club", "traits": {"name": "Book club"}, "messageId": "m-5"},
    "alias": {"userId": "42", "previousId": "a-7", "messageId": "m-6"},
}
ORDER = {
    "specversion": "1.0",
    "type": "regulars.order.placed.v2",
    "source": "shop",
    "id": "o-1",
    "time": "2026-03-01T10:05:00Z",
    "subject": "customer:42",
    "data": {
        "order": "1001",
        "currency": "GBP",
        "total_minor": 1798,
        "lines": [{"product": "teapot-blue", "quantity": 2, "unit_price_minor": 899}],
    },
}
KEYS: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}]
SESSION: dict[str, list[str]] = {"session": []}
SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Somebody who is signed in; what changes something has to come from a page of ours.",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "The key is the user; the password is empty."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key is the token."},
}

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
WORKING_SCHEMA = {"$ref": "#/components/schemas/Working"}
FIRST_ERROR = 400
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "success", "code", "message"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The code as a URI."},
        "title": {"type": "string", "description": "The kind of error."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people: the same as the message."},
        "success": {"const": False},
        "code": {"type": "string", "description": "For programmes, such as invalid_field."},
        "message": {"type": "string", "description": "For people."},
        "field": {"type": "string", "description": "Where it is wrong."},
        "verdict": {"type": "integer", "description": "Under what number it is kept, to be mended and sent again."},
    },
}
_WORKING = {
    "type": "object",
    "required": ["success", "code", "message"],
    "properties": {"success": {"const": False}, "code": {"const": "working"}, "message": {"type": "string"}},
}
SCHEMAS = {"Problem": _PROBLEM, "Working": _WORKING}
_VERDICT = {
    "type": "object",
    "required": ["messageId", "outcome"],
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "messageId": {"type": "string"},
        "outcome": {"enum": ["stored", "duplicate", "ignored", "conflict", "rejected"]},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "message": {"type": "string"},
        "verdict": {"type": "integer"},
        "events": {"type": "array", "items": {"type": "object"}},
    },
}
_MANY = {
    "type": "object",
    "required": ["success", "received", "accepted", "rejected", "verdicts"],
    "properties": {
        "success": {"type": "boolean", "description": "Whether no message was rejected."},
        "received": {"type": "integer"},
        "accepted": {"type": "integer", "description": "Stored now, or before."},
        "duplicates": {"type": "integer"},
        "ignored": {"type": "integer"},
        "rejected": {"type": "integer"},
        "positions": {"type": "object", "additionalProperties": {"type": "integer"}},
        "verdicts": {"type": "array", "items": _VERDICT},
    },
}
_SAID = {
    202: "It is being worked out; Retry-After says when to ask again.",
    400: "It is no message that we could take; the sentence names the field.",
    401: "The key is missing or not known, or the signature is wrong.",
    403: "The key, or the link, is not for that.",
    404: "There is no such thing.",
    408: "The body did not come in time.",
    409: "The id was used before, for something else; or somebody decided first: look again.",
    413: "It is too large.",
    415: "The Content-Encoding is not known here.",
    422: "A parameter is not what it has to be, or a rule says no; the sentence names it.",
    429: "Faster than this source may; Retry-After says when to go on.",
    503: "It cannot be stored now; Retry-After says when to try again. Nothing of it is known to be stored.",
}


def answers(
    schema: dict[str, Any],
    *problems: int,
    well: str = "The log holds it, durably.",
    problem_type: str = "application/problem+json",
) -> dict[int | str, dict[str, Any]]:
    """Return how a route answers: as the schema says where all is well, and with which problems."""
    answered: dict[int | str, dict[str, Any]] = {
        200: {"description": well, "content": {"application/json": {"schema": schema}}}
    }
    for status in problems:
        kind = "application/json" if status < FIRST_ERROR else problem_type
        answered[status] = {
            "description": _SAID[status],
            "content": {kind: {"schema": PROBLEM_SCHEMA if status >= FIRST_ERROR else WORKING_SCHEMA}},
        }
    return answered


def _body(schema: dict[str, Any], **examples: object) -> dict[str, Any]:
    shown = {name: {"value": example} for name, example in examples.items()}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": shown}}}


def _route(
    summary: str, body: dict[str, Any], answers: dict[int | str, dict[str, Any]], *, keys: bool = True
) -> dict[str, Any]:
    extra: dict[str, Any] = {"requestBody": body}
    if keys:
        extra["security"] = [*KEYS, {}]
    return {"summary": summary, "responses": answers, "openapi_extra": extra}


_MESSAGE = {
    "type": "object",
    "properties": {
        "type": {"enum": list(KINDS)},
        "messageId": {"type": "string", "description": "The same when it is sent again: it counts once."},
        "userId": {"type": ["string", "null"]},
        "anonymousId": {"type": ["string", "null"]},
        "timestamp": {"type": "string", "format": "date-time"},
        "event": {"type": "string"},
        "properties": {"type": "object"},
        "traits": {"type": "object"},
        "context": {"type": "object"},
    },
}
_PROBLEMS = (400, 401, 403, 408, 413, 415, 429, 503)

BATCH = _route(
    "Segment: a batch of messages",
    _body(
        {
            "type": "object",
            "required": ["batch"],
            "properties": {
                "batch": {"type": "array", "items": _MESSAGE},
                "sentAt": {"type": "string", "format": "date-time"},
                "writeKey": {"type": "string"},
            },
        },
        messages={"batch": [{"type": kind, **example} for kind, example in EXAMPLES.items()]},
    ),
    answers(_MANY, *_PROBLEMS, problem_type="application/json"),
)
EVENTS = _route(
    "CloudEvents 1.0: one event, or a batch",
    {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": {"type": "object"}, "examples": {"order": {"value": ORDER}}},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "items": {"type": "object"}},
                "examples": {"orders": {"value": [ORDER]}},
            },
            "application/json": {"schema": {}, "examples": {"data": {"value": ORDER["data"]}}},
        },
    },
    answers({"anyOf": [_MANY, _VERDICT]}, *_PROBLEMS, 409),
)
WEBHOOK = _route(
    "What a shop or a desk calls us with",
    _body({"type": "object"}, any={}),
    answers(_MANY, 400, 401, 404, 408, 413, 415, 429, 503),
    keys=False,
)

_DONE = {
    "type": "object",
    "required": ["success", "aggregate", "id", "version", "events"],
    "properties": {
        "success": {"const": True},
        "aggregate": {"type": "string"},
        "id": {"type": "string"},
        "version": {"type": "integer", "minimum": 0, "description": "The one that it led to, as the ETag says it."},
        "events": {"type": "array", "items": {"type": "string"}, "description": "Their ids; none where it was so."},
    },
}
DECIDED = _route(
    "Have something done at the desk",
    _body({"type": "object"}, reply={"channel": "mail", "text": "We are sorry, and send another one today."}),
    answers(_DONE, 400, 401, 403, 404, 408, 409, 413, 415, 422, 503, well="It is decided, durably."),
)


def single(kind: str) -> dict[str, Any]:
    """Return what the document says of the route for one message of a type."""
    body = _body(_MESSAGE, **{kind: EXAMPLES[kind]})
    return _route(
        f"Segment: one message of the type {kind}",
        body,
        answers(_VERDICT, *_PROBLEMS, 409, problem_type="application/json"),
    )


def linked(summary: str, *problems: int) -> dict[str, Any]:
    """Return what the document says of a route that is read without a key, by a link that was signed."""
    return {"summary": summary, "responses": answers({"type": "object"}, *problems), "openapi_extra": {"security": []}}


def read(summary: str, *problems: int) -> dict[str, Any]:
    """Return what the document says of a route that only reads."""
    extra = {"security": KEYS}
    return {"summary": summary, "responses": answers({"type": "object"}, *problems), "openapi_extra": extra}
