"""Whole numbers as senders write them, and the sums of them that a translation needs."""

import re

from services.translation.errors import Unfit, shown

_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0*)?", re.ASCII)


def whole(value: object) -> int | None:
    """Return the whole number that a number or a text such as ``"2"`` is; nothing where there is none."""
    if type(value) is int:
        return value
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    message = f"is {shown(value)}, where a whole number belongs"
    raise Unfit(message)


def count(value: object) -> int | None:
    """Return how many a list has, or the whole number that stands there in its place."""
    return len(value) if isinstance(value, list) else whole(value)


def added(first: object, *others: object) -> int | None:
    """Return the sum of whole numbers; nothing where the first is not there. Others that are not there add nothing."""
    start = whole(first)
    return None if start is None else start + sum(whole(other) or 0 for other in others)


def negated(value: object) -> int | None:
    """Return a whole number with the other sign; nothing where there is none."""
    positive = whole(value)
    return None if positive is None else -positive
