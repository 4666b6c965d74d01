"""Rules that every event class keeps, so that no fact can be unbounded, nameless or half erased."""

import inspect as python
import re
from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from msgspec import inspect

from events import catalog
from events.catalog import EVENTS
from events.codec import personal_fields
from events.event import Currency, Event, Part
from tests.events.samples import SAMPLES_BY_TYPE

TYPE = re.compile(r"^regulars\.(?P<family>[a-z]+)\.(?P<fact>[a-z][a-z_]*[a-z])\.v(?P<version>[1-9]\d*)$")
_CURRENCY: msgspec.Meta = get_args(Currency)[1]
_BOUNDED = inspect.BoolType | inspect.NoneType | inspect.LiteralType | inspect.DateType
_HOLDERS = inspect.StructType | inspect.Metadata | inspect.UnionType
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)


def parsed(event: type[Event]) -> re.Match[str]:
    """Return the parts of an event class's type."""
    match = TYPE.match(event.event_type)
    assert match, f"{event.event_type} does not read regulars.<family>.<fact>.v<n>"
    return match


def walk(kind: inspect.Type, path: str) -> Iterator[tuple[str, inspect.Type]]:
    """Yield every type that a value can have below ``kind``, with the path to it."""
    yield path, kind
    match kind:
        case inspect.Metadata(type=inner):
            yield from walk(inner, path)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from walk(field.type, f"{path}.{field.name}")
        case inspect.UnionType(types=types):
            for member in types:
                yield from walk(member, path)
        case inspect.VarTupleType(item_type=item):
            yield from walk(item, f"{path}[]")
        case inspect.DictType(key_type=key, value_type=value):
            yield from walk(key, f"{path}.keys")
            yield from walk(value, f"{path}.values")
        case _:
            pass


def is_bounded(kind: inspect.Type) -> bool:
    """Return whether values of a type have a largest size; a type nobody thought of here has none."""
    match kind:
        case inspect.StrType(pattern=pattern) if pattern == _CURRENCY.pattern:
            return True
        case inspect.StrType() | inspect.VarTupleType() | inspect.DictType():
            return kind.max_length is not None
        case inspect.IntType(ge=least, le=most):
            return least is not None and most is not None
        case inspect.DateTimeType(tz=zone):
            return zone is True
        case _:
            return isinstance(kind, _BOUNDED | _HOLDERS)


def test_every_event_class_is_in_the_catalogue_once() -> None:
    """A class that its module's EVENTS or the catalogue's list forgot could be written, but never read."""
    written = {
        member
        for _, module in python.getmembers(catalog, python.ismodule)
        for _, member in python.getmembers(module, python.isclass)
        if issubclass(member, Event) and member is not Event
    }

    assert written == set(EVENTS)
    assert len(EVENTS) == len({event.event_type for event in EVENTS})


@every_event
def test_a_type_names_its_family_and_one_module_holds_one_family(event: type[Event]) -> None:
    """``regulars.<family>.<fact>.v<n>``; reports count by family."""
    family = parsed(event)["family"]

    assert {parsed(other)["family"] for other in EVENTS if other.__module__ == event.__module__} == {family}
    assert {other.__module__ for other in EVENTS if parsed(other)["family"] == family} == {event.__module__}


@every_event
def test_versions_count_up_and_each_but_the_last_leads_to_the_next(event: type[Event]) -> None:
    """A gap would be a version that somebody published and nobody reads."""
    match = parsed(event)
    versions = {int(parsed(other)["version"]): other for other in EVENTS if other.event_type.startswith(match[0][:-1])}

    assert sorted(versions) == list(range(1, len(versions) + 1))
    assert event.upcast_to is versions.get(int(match["version"]) + 1)


@every_event
def test_an_event_class_says_what_happened(event: type[Event]) -> None:
    """The first sentence of its docstring is what people read in the published contract."""
    text = event.__dict__.get("__doc__") or ""

    assert re.match(r"^[A-Z][^\n]+[.:]", text), f"{event.__name__} has no docstring"


@every_event
def test_every_value_of_an_event_is_bounded(event: type[Event]) -> None:
    """Text, numbers, lists and mappings end up in rows and keys; floats do not add up, and times need a zone."""
    unbounded = [path for path, kind in walk(inspect.type_info(event), event.__name__) if not is_bounded(kind)]

    assert unbounded == []


@every_event
def test_a_personal_field_has_a_default_that_an_erased_one_reads_as(event: type[Event]) -> None:
    """A required one would make the whole fact unreadable once the person is erased."""
    info = inspect.type_info(event)
    assert isinstance(info, inspect.StructType)

    without_default = [field.name for field in info.fields if field.name in personal_fields(event) and field.required]

    assert without_default == []


@every_event
def test_personal_marks_stand_on_an_event_s_own_fields_only(event: type[Event]) -> None:
    """The codec seals whole fields of the event; a mark further down would promise what nobody keeps."""
    marked = {
        path
        for path, kind in walk(inspect.type_info(event), "")
        if isinstance(kind, inspect.Metadata) and (kind.extra or {}).get("personal")
    }

    assert marked == {f".{name}" for name in personal_fields(event)}


@every_event
def test_a_sample_fills_every_optional_field(event: type[Event]) -> None:
    """Tests that use the samples then see all that a fact can say."""
    data = SAMPLES_BY_TYPE[event.event_type].data
    info = inspect.type_info(event)
    assert isinstance(info, inspect.StructType)

    left_out = [field.name for field in info.fields if getattr(data, field.name) == field.default]

    assert left_out == []


def test_parts_refuse_what_they_do_not_know() -> None:
    """A misspelt field of an order's line must not be dropped without a word."""
    kinds = (kind for event in EVENTS for _, kind in walk(inspect.type_info(event), ""))
    parts = {kind.cls for kind in kinds if isinstance(kind, inspect.StructType) and issubclass(kind.cls, Part)}

    assert parts
    assert all(msgspec.structs.fields(part) and inspect.type_info(part).forbid_unknown_fields for part in parts)  # type: ignore[attr-defined]
