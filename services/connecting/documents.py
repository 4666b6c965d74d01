"""Reads YAML as connector files want it: a key stands there once, ``on`` is a word, and a date stays a text."""

import re
from typing import Any

import yaml

from services.connecting.errors import BadConnector

BOOLEAN = "tag:yaml.org,2002:bool"
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """YAML's own loader would let the last of two equal keys win, in silence, and take ``on`` for true."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - YAML's signature
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                message = f"{key.value} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {BOOLEAN, TIMESTAMP}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(BOOLEAN, re.compile(r"^(?:true|false)$"), ["t", "f"])


def document(text: str, file: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what a YAML text says. Raises BadConnector, which names the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadConnector(file, place, f"is not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0] or "it is nested too deeply"
        raise BadConnector(file, "", f"is not valid YAML: {reason}") from None


def as_text(document: object) -> str:
    """Return a part of a document as YAML again."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
