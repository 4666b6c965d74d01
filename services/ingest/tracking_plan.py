"""The tracking plan of a source: which events it may send, with which fields, and what happens to the others.

It is a YAML document::

    unplanned_types: block    # an event of a type that is not listed: block, flag or let; unsaid, flag
    unplanned_fields: flag    # an event with a field that is not listed: the same
    types:
      regulars.visit.page_viewed.v1: any
      regulars.order.placed.v2: [channel, promised_at]

``any`` plans every field of a type. What a type requires is planned with it, and so is ``store``, which a source has by
itself. A field at its default does not count as sent: nobody can tell whether it was. A type of an older version stands
for the newest one, as which its events are read; so a plan stays good when the catalogue grows.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import msgspec

from events.catalog import EVENTS
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.event import Event, newest
from services import strict_yaml

ANY = "any"
KEYS = ("unplanned_types", "unplanned_fields", "types")
ALWAYS_PLANNED = frozenset({"store"})

_CLASSES = {event.event_type: event for event in EVENTS}


class BadPlan(ValueError):
    """A text is no tracking plan: ``place`` says where, the message says why."""

    def __init__(self, *, place: str, reason: str) -> None:
        """Keep the parts; the message is ``tracking plan: place: reason``."""
        super().__init__(": ".join(part for part in ("tracking plan", place, reason) if part))
        self.place = place
        self.reason = reason


class Action(StrEnum):
    """What a plan has done to what is not planned."""

    BLOCK = "block"
    FLAG = "flag"
    LET = "let"


Done = Literal["blocked", "flagged"]
_DONE: dict[Action, Done] = {Action.BLOCK: "blocked", Action.FLAG: "flagged"}


class Violation(NamedTuple):
    """What of an event is not planned, and what is done about it. ``field`` is '' where it is the whole type."""

    type: str
    field: str
    action: Done

    @property
    def blocks(self) -> bool:
        """Whether the event is not let in."""
        return self.action == "blocked"

    def error(self) -> BadEvent:
        """Return it as what is wrong with the event."""
        if self.field:
            return BadEvent(Fault.UNPLANNED, f"data.{self.field}", f"is not in the tracking plan for {self.type}")
        return BadEvent(Fault.UNPLANNED, "type", f"{self.type} is not in the tracking plan")


class _Optional(NamedTuple):
    """A field that is not planned: sent, where it is not what it would be by itself."""

    name: str
    default: object
    violation: Violation


class _Rule(NamedTuple):
    """What every event of a type violates, and what it does where it has certain fields."""

    always: tuple[Violation, ...]
    fields: tuple[_Optional, ...]


class Plan:
    """A tracking plan, worked out for every type before the first event comes. Any thread may use it."""

    def __init__(
        self, unplanned_types: Action, unplanned_fields: Action, planned: Mapping[type[Event], set[str]]
    ) -> None:
        """Take which fields of which types are planned; types are the newest versions."""
        self.unplanned_types = unplanned_types
        self.unplanned_fields = unplanned_fields
        self._rules = {event: self._rule(event, planned.get(event)) for event in EVENTS if event.upcast_to is None}

    def judge(self, envelope: Envelope) -> list[Violation]:
        """Return what of an event is not planned, nothing where all of it is or may pass unseen."""
        data = envelope.data
        always, fields = self._rules[type(data)]
        found = [violation for name, default, violation in fields if getattr(data, name) != default]
        return [*always, *found] if always else found

    def _rule(self, event: type[Event], planned: set[str] | None) -> _Rule:
        if planned is None:
            if self.unplanned_types is Action.LET:
                return _Rule((), ())
            return _Rule((Violation(event.event_type, "", _DONE[self.unplanned_types]),), ())
        if self.unplanned_fields is Action.LET:
            return _Rule((), ())
        done = _DONE[self.unplanned_fields]
        fields = (
            _Optional(field.name, _default(field), Violation(event.event_type, field.name, done))
            for field in msgspec.structs.fields(event)
            if not field.required and field.name not in planned | ALWAYS_PLANNED
        )
        return _Rule((), tuple(fields))


def parse(text: str) -> Plan:
    """Return the plan that a YAML text describes. Raises BadPlan."""
    document = _document(text)
    for key in document:
        if key not in KEYS:
            raise BadPlan(place=str(key), reason=f"is no part of a tracking plan{_near(str(key), KEYS)}")
    types = document.get("types")
    if not isinstance(types, dict) or not types:
        raise BadPlan(
            place="types", reason="is missing: it lists the types that are planned, each with its fields or with any"
        )
    planned: dict[type[Event], set[str]] = {}
    for declared, fields in types.items():
        event = _CLASSES.get(declared)
        if event is None:
            raise BadPlan(place=f"types.{declared}", reason=f"is not in the catalogue{_near(str(declared), _CLASSES)}")
        planned.setdefault(newest(event), set()).update(_fields(event, fields))
    return Plan(_action(document, "unplanned_types"), _action(document, "unplanned_fields"), planned)


def _document(text: str) -> dict[Any, Any]:
    try:
        document = strict_yaml.document(text)
    except strict_yaml.BadYaml as error:
        raise BadPlan(place=error.place, reason=error.reason) from None
    if not isinstance(document, dict):
        raise BadPlan(place="", reason=f"must be a YAML mapping with {', '.join(KEYS)}")
    return document


def _action(document: Mapping[Any, Any], key: str) -> Action:
    said = document.get(key, Action.FLAG)
    try:
        return Action(said)
    except ValueError:
        raise BadPlan(place=key, reason=f"is {said!r}; it can be {', '.join(Action)}") from None


def _fields(event: type[Event], said: object) -> set[str]:
    """Return the planned fields of a type; of an older version, those of the newest that bear the same names too."""
    place = f"types.{event.event_type}"
    if said == ANY:
        return {field.name for version in (event, newest(event)) for field in msgspec.structs.fields(version)}
    if not isinstance(said, list):
        raise BadPlan(place=place, reason=f"must be a list of fields, or {ANY}")
    known = [field.name for version in (event, newest(event)) for field in msgspec.structs.fields(version)]
    for name in said:
        if name not in known:
            raise BadPlan(place=f"{place}.{name}", reason=f"is not a field of this type{_near(str(name), known)}")
    return set(said)


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""
