"""A JSON Schema as a plain function that says whether a value holds to it: the words that our schemas use."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.oracle.clock import is_day, is_time

Schema = dict[str, Any]
Holds = Callable[[Any], bool]

SAID = {"$schema", "$id", "$defs", "title", "description", "default", "deprecated", "x-personal"}
"""Words that ask for nothing."""

FORMATS: dict[str, Holds] = {"date-time": is_time, "date": is_day}


def compiled(schema: Schema) -> Holds:
    """Return the function that a whole schema stands for. Raises KeyError for a word that it does not know."""
    return _node(schema, schema.get("$defs", {}))


def _node(node: Schema, parts: Schema) -> Holds:
    asked = node.keys() - SAID
    if "$ref" in asked:
        return _node(parts[node["$ref"].removeprefix("#/$defs/")], parts)
    if "enum" in asked:
        return partial(_one_of, [(type(value), value) for value in node["enum"]])
    if "anyOf" in asked:
        return partial(_any, [_node(each, parts) for each in node["anyOf"]])
    make, words = MAKERS[node["type"]]
    if unknown := asked - words - {"type"}:
        message = f"a schema asks for {sorted(unknown)} of a {node['type']}, which this reader does not know"
        raise KeyError(message)
    return make(node, parts)


def _text(node: Schema, _parts: Schema) -> Holds:
    least, most = node.get("minLength", 0), node.get("maxLength", float("inf"))
    further: list[Callable[[str], Any]] = []
    if "pattern" in node:
        further.append(re.compile(node["pattern"]).search)
    if "format" in node:
        further.append(FORMATS[node["format"]])
    if not further:
        return lambda value: type(value) is str and least <= len(value) <= most
    return lambda value: type(value) is str and least <= len(value) <= most and all(each(value) for each in further)


def _whole_number(node: Schema, _parts: Schema) -> Holds:
    least, most = node["minimum"], node["maximum"]
    return lambda value: type(value) is int and least <= value <= most


def _flag(_node: Schema, _parts: Schema) -> Holds:
    return lambda value: type(value) is bool


def _nothing(_node: Schema, _parts: Schema) -> Holds:
    return lambda value: value is None


def _list(node: Schema, parts: Schema) -> Holds:
    item = _node(node["items"], parts)
    least, most = node.get("minItems", 0), node["maxItems"]
    return lambda value: type(value) is list and least <= len(value) <= most and all(item(each) for each in value)


def _object(node: Schema, parts: Schema) -> Holds:
    if "properties" in node:
        fields = {name: _node(each, parts) for name, each in node["properties"].items()}
        return partial(_record, fields, node.get("required", ()), node.get("additionalProperties", True))
    names = _text({"type": "string", **node["propertyNames"]}, parts)
    values = _node(node["additionalProperties"], parts)
    most = node["maxProperties"]
    return lambda value: (
        type(value) is dict and len(value) <= most and all(names(name) and values(held) for name, held in value.items())
    )


def _record(fields: dict[str, Holds], required: list[str], is_open: bool, value: Any) -> bool:  # noqa: ANN401, FBT001
    if type(value) is not dict or not all(name in value for name in required):
        return False
    for name, held in value.items():
        holds = fields.get(name)
        if holds is None:
            if not is_open:
                return False
        elif not holds(held):
            return False
    return True


def _one_of(allowed: list[tuple[type, Any]], value: Any) -> bool:  # noqa: ANN401 - any JSON
    return (type(value), value) in allowed


def _any(choices: list[Holds], value: Any) -> bool:  # noqa: ANN401 - any JSON
    return any(holds(value) for holds in choices)


MAKERS: dict[str, tuple[Callable[[Schema, Schema], Holds], set[str]]] = {
    "string": (_text, {"minLength", "maxLength", "pattern", "format"}),
    "integer": (_whole_number, {"minimum", "maximum"}),
    "boolean": (_flag, set()),
    "null": (_nothing, set()),
    "array": (_list, {"items", "minItems", "maxItems"}),
    "object": (_object, {"properties", "required", "additionalProperties", "propertyNames", "maxProperties"}),
}
