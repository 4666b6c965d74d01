"""Texts for events: of any value, and within the catalogue's bounds.

What people read (a name, a title, details) is cut to its bound, and the cut shows as ``…``. What tells one thing from
another (an order, a product) is never cut, since two things could become one: the event is refused instead.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from events.catalog.parts import MAX_PROPERTIES
from events.event import MAX_KEY_CHARACTERS, MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS
from services.translation.errors import Unfit, shown

CUT = "…"
MAX_DEPTH = 8


def text(value: object) -> str | None:
    """Return a value as text: numbers as they were written, objects and lists as JSON; nothing where there is none."""
    if type(value) is str or value is None:
        return value
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            return str(value)
        case date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case dict() | list():
            try:
                return msgspec.json.encode(value).decode()
            except (TypeError, ValueError, OverflowError):
                message = f"is {shown(value)} that cannot be written as text"
                raise Unfit(message) from None
        case _:
            message = f"is a {type(value).__name__}, which is no text"
            raise Unfit(message)


def label(value: object) -> str | None:
    """Return a value as a short text, cut to what a label may have."""
    return cut(text(value), MAX_KEY_CHARACTERS)


def name(value: object) -> str | None:
    """Return a value as one line of text, cut to what a name may have."""
    return cut(text(value), MAX_NAME_CHARACTERS)


def prose(value: object) -> str | None:
    """Return a value as free text, cut to what a text may have."""
    return cut(text(value), MAX_TEXT_CHARACTERS)


def lower(value: object) -> str | None:
    """Return a value as text in lower case."""
    plain = text(value)
    return plain and plain.lower()


def words(*values: object) -> str | None:
    """Return the texts that are there with a space between them; nothing where there are none."""
    return joined(" ", *values)


def joined(separator: object, *values: object) -> str | None:
    """Return the texts that are there with ``separator`` between them; nothing where there are none."""
    there = [plain for value in values if (plain := text(value))]
    return str(separator).join(there) or None


def texts(value: object) -> dict[str, str]:
    """Return the details of an object as texts by name; what is null is left out.

    What is inside another object is named with a dot, ``address.city``; a list is written as JSON. Names and texts are
    cut to their bounds. Of more than an event may hold, the first ones are kept, and ``…`` says how many are not.
    """
    return _flat(value, None)


def traits(value: object) -> dict[str, str]:
    """Return the traits of an object as texts by name, as ``texts`` does; a null trait is empty: it is taken away."""
    return _flat(value, "")


def cut(plain: str | None, most: int) -> str | None:
    """Return a text, cut to so many characters."""
    return plain if plain is None or len(plain) <= most else plain[: most - 1] + CUT


def _flat(value: object, missing: str | None) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        message = f"is {shown(value)}, where an object belongs"
        raise Unfit(message)
    found: dict[str, str] = {}
    _gather("", value, found, missing, MAX_DEPTH)
    if len(found) <= MAX_PROPERTIES:
        return found
    kept = dict(list(found.items())[: MAX_PROPERTIES - 1])
    return {**kept, CUT: f"and {len(found) - len(kept)} more"}


def _gather(prefix: str, held: dict[str, Any], found: dict[str, str], missing: str | None, depth: int) -> None:
    for key, value in held.items():
        full = f"{prefix}{key}"
        if isinstance(value, dict) and depth:
            _gather(f"{full}.", value, found, missing, depth - 1)
            continue
        plain = missing if value is None else text(value)
        if plain is not None:
            if len(full) > MAX_KEY_CHARACTERS:
                full = full[: MAX_KEY_CHARACTERS - 1] + CUT
            if len(plain) > MAX_NAME_CHARACTERS:
                plain = plain[: MAX_NAME_CHARACTERS - 1] + CUT
            found.setdefault(full or CUT, plain)
