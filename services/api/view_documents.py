"""What the OpenAPI document says of views: their parameters, an example of the answer, and the schema that it keeps to.

The examples are answers of the little shop that tests look at, cut short, and lie in ``services/api/examples``; a test
compares them with what is answered (tests/dashboard/test_openapi.py), and writes them anew where it is told to.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from services.ingest.http import documents
from services.views.view import Past, View

POINT = {"type": "string", "format": "date-time"}
CONTROLS: dict[str, tuple[str, Any]] = {
    "known_at": ("As the log knew it then.", POINT),
    "as_of": ("The same as known_at; or positions such as 0:120,3:17.", {"type": "string"}),
    "happened_by": ("As it was then, also if it was recorded later.", POINT),
}
MIN_POSITION = ("Wait until its projections have come so far, such as 0:120,3:17.", {"type": "string"})
PROBLEMS = (202, 401, 403, 404, 422, 503)
EXAMPLES = files("services.api") / "examples"

AS_OF = {
    "type": "object",
    "description": "As of which positions of the log it is answered, and how many events are not in it yet.",
    "required": ["positions", "lag_events", "time"],
    "properties": {
        "positions": {"type": "object", "additionalProperties": {"type": "integer"}},
        "lag_events": {"type": ["integer", "null"], "description": "Null while the log does not answer."},
        "time": POINT,
        "known_at": POINT,
        "happened_by": POINT,
        "at_positions": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}
TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def said_of(view: View, *, csv: bool) -> dict[str, Any]:
    """Return what the document says of a view's route, as JSON or as CSV."""
    example = example_of(view)
    answered = documents.answers(schema_of(example), *PROBLEMS, well="The answer, and as of what it is.")
    if csv:
        text = {"schema": {"type": "string"}, "example": csv_example(example)}
        answered[200] = {
            "description": "The rows of one of its tables, the first by itself.",
            "content": {"text/csv": text},
        }
    security = [*documents.KEYS, documents.SESSION]
    summary = f"{view.title}, as CSV" if csv else view.title
    extra = {"parameters": parameters_of(view), "security": security}
    return {"summary": summary, "responses": answered, "openapi_extra": extra}


def add_examples(document: dict[str, Any], views: Iterable[View]) -> None:
    """Put the example of each view into an OpenAPI document that is made already: what makes it leaves out nulls."""
    for view in views:
        if example := example_of(view):
            operation = document["paths"][f"/v1{view.path}"]["get"]
            operation["responses"]["200"]["content"]["application/json"]["example"] = example


def example_of(view: View) -> dict[str, Any]:
    """Return an answer of the little shop, cut short; nothing where there is none."""
    found = EXAMPLES / f"{view.name}.json"
    return msgspec.json.decode(found.read_bytes(), type=dict[str, Any]) if found.is_file() else {}


def schema_of(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of answers that are like an example: its parts, and of each table what its rows have."""
    parts = {name: _part(value) for name, value in example.items() if name not in {"as_of", "tables"}}
    tables = {name: _table(rows) for name, rows in example.get("tables", {}).items()}
    held = {"type": "object", "required": list(tables), "properties": tables}
    return {
        "type": "object",
        "required": ["as_of", *(name for name in example if name != "as_of")],
        "properties": {"as_of": AS_OF, **parts, **({"tables": held} if tables else {})},
    }


def csv_example(example: Mapping[str, Any]) -> str:
    """Return the heading of the CSV: the columns of the first table."""
    tables: Mapping[str, list[dict[str, Any]]] = example.get("tables", {})
    rows = next(iter(tables.values()), [])
    return ",".join(rows[0]) if rows else ""


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = {name: _part(value) for row in rows[:1] for name, value in row.items()}
    return {"type": "array", "items": {"type": "object", "required": list(columns), "properties": columns}}


def _part(value: object) -> dict[str, Any]:
    """Return the schema of a part: its type, or null; one that was null in the example may be anything."""
    match value:
        case None:
            return {}
        case dict():
            return {"type": ["object", "null"]}
        case list():
            return {"type": ["array", "null"]}
        case int() | float() if not isinstance(value, bool):
            return {"type": ["number", "null"]}
        case _:
            return {"type": [TYPES[type(value)], "null"]}


def parameters_of(view: View) -> list[dict[str, Any]]:
    """Return what OpenAPI says of a view's parameters."""
    schema = msgspec.json.schema(view.parameters)
    named = schema.get("$defs", {})
    held = named.get(view.parameters.__name__, schema)
    own = [
        {"name": name, "in": "query", "description": _described(said), "schema": _whole(said, named)}
        for name, said in held.get("properties", {}).items()
    ]
    path = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in view.path.split("/")
        if part.startswith("{")
    ]
    controls = CONTROLS if view.past is not Past.NOBODY else {}
    more = {**controls, **({"min_position": MIN_POSITION} if view.reads else {})}
    return (
        path
        + own
        + [{"name": name, "in": "query", "description": about, "schema": kind} for name, (about, kind) in more.items()]
    )


def _whole(said: Any, named: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema in which what it refers to stands itself: it is to stand alone."""
    match said:
        case {"$ref": str(ref)}:
            others = {name: part for name, part in said.items() if name != "$ref"}
            return _whole({**named[ref.rpartition("/")[2]], **others}, named)
        case dict():
            return {name: _whole(part, named) for name, part in said.items()}
        case list():
            return [_whole(part, named) for part in said]
        case _:
            return said


def _described(said: Mapping[str, Any]) -> str:
    parts = [said, *said.get("anyOf", [])]
    return next((str(part["description"]) for part in parts if "description" in part), "")
