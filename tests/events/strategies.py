"""Hypothesis strategies for envelopes of any event class, derived from the class's own types and bounds."""

from datetime import timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from events.catalog import EVENTS
from events.envelope import EARLIEST_TIME, LATEST_TIME, Envelope
from events.event import Event

_LONGEST = 12
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
_ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_MOMENTS = st.datetimes(
    min_value=EARLIEST_TIME.replace(tzinfo=None) + timedelta(days=1),
    max_value=LATEST_TIME.replace(tzinfo=None) - timedelta(days=1),
    timezones=_ZONES,
)
_SUBJECTS = st.from_regex(r"[a-z][a-z0-9_-]{0,31}:[^\s\x00][a-zA-Z0-9]{0,20}", fullmatch=True)
_PLAIN: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.DateType: st.dates(EARLIEST_TIME.date(), LATEST_TIME.date()),
    inspect.DateTimeType: _MOMENTS,
}


def envelopes(event: type[Event] | None = None) -> st.SearchStrategy[Envelope]:
    """Return envelopes of one event class, or of any; times come in every zone."""
    return st.builds(
        Envelope,
        id=st.text(_CHARACTERS, min_size=1, max_size=_LONGEST),
        source=st.text(_CHARACTERS, min_size=1, max_size=_LONGEST),
        time=_MOMENTS,
        subject=_SUBJECTS,
        data=events(event) if event else st.sampled_from(EVENTS).flatmap(events),
        correlationid=st.text(_CHARACTERS, max_size=_LONGEST),
        causationid=st.text(_CHARACTERS, max_size=_LONGEST),
    )


def events(event: type[Event]) -> st.SearchStrategy[Event]:
    """Return facts of one event class, with every value within its bounds."""
    info = inspect.type_info(event)
    assert isinstance(info, inspect.StructType)
    return _struct(info)


def _struct(info: inspect.StructType) -> st.SearchStrategy[Any]:
    return st.builds(info.cls, **{field.name: _values(field.type) for field in info.fields})


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata(type=inner):
            return _values(inner)
        case inspect.StructType():
            return _struct(kind)
        case inspect.UnionType(types=types):
            return st.one_of(*map(_values, types))
        case inspect.VarTupleType(item_type=item, min_length=least):
            return st.lists(_values(item), min_size=least or 0, max_size=3).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_values(key), _values(value), max_size=3)
        case _:
            return _scalars(kind)


def _scalars(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StrType():
            return _texts(kind)
        case inspect.IntType(ge=least, le=most):
            return st.integers(least, most)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case _:
            return _PLAIN[type(kind)]


def _texts(kind: inspect.StrType) -> st.SearchStrategy[str]:
    if kind.pattern is None:
        return st.text(_CHARACTERS, min_size=kind.min_length or 0, max_size=_LONGEST)
    if ":" in kind.pattern:
        return _SUBJECTS
    return st.sampled_from(("GBP", "EUR") if kind.pattern.startswith("^[A-Z]{3}") else ("", "GBP"))
