"""What the catalogue's events consist of, as far as a translation has to fit them."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

import msgspec

from events.catalog import EVENTS
from events.event import Event

CLASSES: dict[str, type[Event]] = {event.event_type: event for event in EVENTS}


@cache
def fields(event: type[Event]) -> Mapping[str, bool]:
    """Return the fields of an event class, and whether each is required."""
    return {one.name: one.required for one in msgspec.structs.fields(event)}


def part_fields(event: type[Event], name: str) -> dict[str, bool] | None:
    """Return the fields of a list's items, and whether each is required; None if the field is no list of parts."""
    held = _kind(event, name)
    if not isinstance(held, msgspec.inspect.VarTupleType) or not isinstance(held.item_type, msgspec.inspect.StructType):
        return None
    return {one.name: one.required for one in held.item_type.fields}


@cache
def moments(event: type[Event]) -> frozenset[str]:
    """Return the names of the fields of an event class that hold an instant."""
    return frozenset(name for name in fields(event) if _is_moment(_kind(event, name)))


def near(name: str, known: Iterable[str]) -> str:
    """Return a hint at the name that was meant, empty where nothing is like it."""
    likely = get_close_matches(name, list(known), n=1)
    return f"; did you mean {likely[0]}?" if likely else ""


@cache
def _kind(event: type[Event], name: str) -> msgspec.inspect.Type | None:
    declared = next((one for one in msgspec.structs.fields(event) if one.name == name), None)
    held = msgspec.inspect.type_info(declared.type) if declared else None
    while isinstance(held, msgspec.inspect.Metadata):
        held = held.type
    return held


def _is_moment(kind: msgspec.inspect.Type | None) -> bool:
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(_is_moment(member) for member in kind.types)
    return isinstance(kind, msgspec.inspect.DateTimeType)
