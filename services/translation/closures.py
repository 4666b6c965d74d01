"""The pieces that a compiled expression is put together from; evaluating one is a call.

What they say is JMESPath's: https://jmespath.org/specification.html
"""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Evaluate = Callable[[Any], Any]
"""Gives what an expression finds in a value."""

_ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def is_true(value: object) -> bool:
    """Return whether JMESPath takes a value for true: all but null, false, and what is empty. Zero is true."""
    return bool(value) or not (value is None or value is False or isinstance(value, str | list | dict))


def compared(operation: str, left: object, right: object) -> bool | None:
    """Return how two values compare; None for an order that there is not, such as between a text and a number."""
    if operation in {"eq", "ne"}:
        return _equal(left, right) == (operation == "eq")
    texts = isinstance(left, str) and isinstance(right, str)
    if not texts and not (_is_number(left) and _is_number(right)):
        return None
    return bool(_ORDERED[operation](left, right))


def itself(value: object) -> object:
    """Return what is given: the current node."""
    return value


def constant(value: object) -> Evaluate:
    """Return a closure for a literal."""
    return lambda _: value


def field(name: str) -> Evaluate:
    """Return a closure for a field of an object."""

    def evaluate(value: object) -> object:
        return value.get(name) if isinstance(value, dict) else None

    return evaluate


def inner_field(outer: str, name: str) -> Evaluate:
    """Return a closure for a field of an object that is itself a field: what most expressions begin with."""

    def evaluate(value: object) -> object:
        held = value.get(outer) if isinstance(value, dict) else None
        return held.get(name) if isinstance(held, dict) else None

    return evaluate


def index(place: int) -> Evaluate:
    """Return a closure for a place in a list, from its end where negative."""

    def evaluate(value: object) -> object:
        within = isinstance(value, list) and -len(value) <= place < len(value)
        return value[place] if within and isinstance(value, list) else None

    return evaluate


def chained(steps: list[Evaluate]) -> Evaluate:
    """Return a closure that gives each step what the one before it found."""
    if len(steps) == 2:  # noqa: PLR2004 - a pair, which most are
        first, second = steps
        return lambda value: second(first(value))

    def evaluate(value: object) -> object:
        for step in steps:
            value = step(value)
        return value

    return evaluate


def either(alternatives: list[Evaluate]) -> Evaluate:
    """Return a closure for the first alternative that is true, else for the last one."""

    def evaluate(value: object) -> object:
        found = None
        for alternative in alternatives:
            found = alternative(value)
            if found or is_true(found):
                break
        return found

    return evaluate


def both(first: Evaluate, second: Evaluate) -> Evaluate:
    """Return a closure for the second of two, where the first is true."""

    def evaluate(value: object) -> object:
        found = first(value)
        return second(value) if found or is_true(found) else found

    return evaluate


def negated(inner: Evaluate) -> Evaluate:
    """Return a closure for what is not true."""

    def evaluate(value: object) -> bool:
        found = inner(value)
        return not found and not _is_number(found)

    return evaluate


def comparison(operation: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """Return a closure for a comparison."""
    return lambda value: compared(operation, left(value), right(value))


def listed(members: list[Evaluate]) -> Evaluate:
    """Return a closure for a list of what its members find."""
    return lambda value: None if value is None else [member(value) for member in members]


def named(members: dict[str, Evaluate]) -> Evaluate:
    """Return a closure for an object of what its members find."""
    pairs = list(members.items())
    return lambda value: None if value is None else {name: member(value) for name, member in pairs}


def _equal(left: object, right: object) -> bool:
    """Compare as JMESPath does: one is not true, as it is in Python (but inside a list or an object it is)."""
    if isinstance(left, bool) != isinstance(right, bool) and (_is_number(left) or _is_number(right)):
        return False
    return left == right


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
