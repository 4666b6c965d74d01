"""Reads YAML as people write it: a key stands there once, ``on`` and ``no`` are words, and a date is a text.

YAML's own loader would let the last of two equal keys win, in silence, and take ``on`` for true.
"""

import re
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")

_BOOLEAN = "tag:yaml.org,2002:bool"
_INSTANT = "tag:yaml.org,2002:timestamp"

_AT = re.compile(r"^(?P<reason>.*) - at (?:`key` in )?`\$\.?(?P<field>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<problem>missing required|contains unknown) field `(?P<name>[^`]*)`$")


class BadYaml(ValueError):
    """A text that is not valid YAML: where, as far as that is known, and why."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the parts."""
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place = place
        self.reason = reason


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - YAML's signature
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                message = f"{key.value} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {_BOOLEAN, _INSTANT}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|false)$"), ["t", "f"])


def document(text: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what a YAML text says. Raises BadYaml, which names the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadYaml(place, f"is not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0] or "it is nested too deeply"
        nowhere = ""
        raise BadYaml(nowhere, f"is not valid YAML: {reason}") from None


def shaped(text: str, shape: type[T], known: str) -> T:
    """Return what a YAML text says as a struct. Raises BadYaml with the field; a strange one is not ``known``."""
    try:
        return msgspec.convert(document(text), shape)
    except msgspec.ValidationError as error:
        raise BadYaml(*wrong(error, known)) from None


def wrong(error: msgspec.ValidationError, known: str) -> tuple[str, str]:
    """Return the field that is wrong, empty where it is the whole, and why; a strange one is not ``known``."""
    match = _AT.match(str(error))
    reason, field = (match["reason"], match["field"]) if match else (str(error), "")
    if named := _NAMED.match(reason):
        field = f"{field}.{named['name']}".lstrip(".")
        reason = "is missing" if named["problem"] == "missing required" else f"is not {known}"
    return field, reason[:1].lower() + reason[1:]
