"""Reads a translation from YAML and checks it against the catalogue: a mistake is named before a record comes."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from services.translation.checking import check
from services.translation.declaration import Translation
from services.translation.errors import BadTranslation

SHIPPED: tuple[str, ...] = ("segment", "shopify", "stripe", "zendesk")
"""The translations that are shipped, by name: one YAML file each."""

_AT = re.compile(r"^(?P<reason>.*) - at `(?:key` in `)?\$\.?(?P<field>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<problem>missing required|contains unknown) field `(?P<name>[^`]*)`$")
_BOOLEAN = "tag:yaml.org,2002:bool"
_INSTANT = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """YAML as people read it: a key stands there once, ``on`` and ``no`` are words, and a date is a text."""

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


@cache
def shipped(name: str) -> Translation:
    """Return a translation that is shipped. Raises BadTranslation for a name that is not in ``SHIPPED``."""
    if name not in SHIPPED:
        raise BadTranslation(name, "", f"is no translation that is shipped; those are {', '.join(SHIPPED)}")
    text = files("services.translation").joinpath("shipped", f"{name}.yaml").read_text(encoding="utf-8")
    return parse(text, f"{name}.yaml")


def parse(text: str, file: str) -> Translation:
    """Return the translation that a text describes; ``file`` names it in messages. Raises BadTranslation."""
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadTranslation(file, place, f"is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise BadTranslation(file, "", f"is not valid YAML: {error}") from None
    except RecursionError:
        raise BadTranslation(file, "", "is nested too deeply") from None
    try:
        translation = msgspec.structs.replace(msgspec.convert(document, Translation), file=file)
    except msgspec.ValidationError as error:
        raise _explained(file, error) from None
    check(translation)
    return translation


def _explained(file: str, error: msgspec.ValidationError) -> BadTranslation:
    match = _AT.match(str(error))
    reason, place = (match["reason"], match["field"]) if match else (str(error), "")
    if named := _NAMED.match(reason):
        place = f"{place}.{named['name']}".lstrip(".")
        reason = "is missing" if named["problem"] == "missing required" else "is not a field of a translation"
    return BadTranslation(file, place, reason[:1].lower() + reason[1:])
