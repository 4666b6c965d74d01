"""Where in a record an expression looks: what a sender is told when a value there is wrong."""

from typing import Any

from services.translation.errors import Path

Node = dict[str, Any]
"""A node of an expression's syntax tree: its type, its value, and what is inside it."""

_UNNAMED = frozenset({"literal", "expref", "slice"})
_PROJECTIONS = frozenset({"projection", "filter_projection", "value_projection", "flatten"})
_STEPS = frozenset({"subexpression", "index_expression", "pipe"})


def inner(node: Node) -> list[Node]:
    """Return the nodes inside a node."""
    return [child for child in node["children"] if isinstance(child, dict)]


def paths(node: Node) -> list[Path]:
    """Return every place that an expression looks at, in the order in which it does; each one once."""
    return list(dict.fromkeys(_paths(node)))


def present(value: object, path: Path) -> bool:
    """Return whether something stands at a path of a record: neither null nor an empty text."""
    found = at(value, path)
    return found is not None and found != ""


def at(value: object, path: Path) -> object:
    """Return what stands at a path of a record; None where there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def _paths(node: Node) -> list[Path]:
    kind = node["type"]
    if kind in {"field", "index"}:
        return [(node["value"],)]
    if kind in {"current", "identity"}:
        return [()]
    if kind in _STEPS:
        return _in_turn(inner(node))
    if kind in _PROJECTIONS:
        return _paths(inner(node)[0])
    return [] if kind in _UNNAMED else [path for child in inner(node) for path in _paths(child)]


def _in_turn(steps: list[Node]) -> list[Path]:
    """Return the paths of steps of which each goes on from where the one before it came; a projection ends them."""
    found: list[Path] = [()]
    for step in steps:
        if step["type"] in _PROJECTIONS or step["type"] == "slice":
            break
        found = [(*base, *path) for base in found for path in _paths(step)] or found
    return found
