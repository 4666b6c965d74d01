"""What a request asks of a view: its parameters, the point in time, and up to where its projections must have come."""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from events.log.vectors import parsed
from projections._engine.as_of import AtPositions, Until
from services.api.points import until_of
from services.ingest.http.answers import Problem
from services.views.view import View

POINTS = ("as_of", "known_at", "happened_by")
CONTROLS = (*POINTS, "min_position")
AT = re.compile(r" - at `\$\.?([^`.\[]*)[^`]*`$")
UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")


class AskedFor(NamedTuple):
    """A view's parameters, the past that is meant, and the offsets that have to have been folded before."""

    parameters: Any
    until: Until | None
    wanted: dict[int, int]


def asked_for(view: View, query: Mapping[str, str]) -> AskedFor:
    """Return what a query asks of a view; an empty value is none. Raises Problem 422 that names the field."""
    given = {name: text for name, text in query.items() if text}
    field = next((name for name, text in given.items() if "\0" in text), None)
    if field is not None:
        message = f"{field}: holds a NUL character, as no text here does."
        raise refused(field, message)
    said = {name: text for name, text in given.items() if name not in CONTROLS}
    try:
        parameters = msgspec.convert(said, view.parameters, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(view, str(error)) from None
    return AskedFor(parameters, _until(given), positions_in("min_position", given.get("min_position", "")))


def refused(field: str, message: str) -> Problem:
    """Return the answer to a parameter that is not what it has to be."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field=field)


def _refusal(view: View, said: str) -> Problem:
    if unknown := UNKNOWN.search(said):
        names = [field.encode_name for field in msgspec.structs.fields(view.parameters)]
        message = f"{unknown[1][:64]}: is no parameter of {view.title}; there are {', '.join([*names, *CONTROLS])}."
        return refused(unknown[1], message)
    found = AT.search(said)
    field = found[1] if found else ""
    return refused(field, f"{field}: {AT.sub('', said)}.")


def _until(given: Mapping[str, str]) -> Until | None:
    points = [name for name in POINTS if name in given]
    if len(points) > 1:
        message = f"{points[1]}: there are two clocks, known_at (or as_of) and happened_by: give one point."
        raise refused(points[1], message)
    if not points:
        return None
    name, text = points[0], given[points[0]]
    if name == "as_of" and ":" in text and "-" not in text:
        return AtPositions(positions_in(name, text))
    instant = _instant(name, text)
    return until_of(None, instant) if name == "happened_by" else until_of(instant, None)


def _instant(name: str, text: str) -> datetime:
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        message = f"{name}: {text[:64]!r} is no instant: write it like 2026-03-01T09:30:00Z."
        raise refused(name, message) from None


def positions_in(name: str, text: str) -> dict[int, int]:
    """Return an offset vector that is written like ``0:120,3:17``. Raises Problem 422 that names the field."""
    try:
        return parsed(text) if text else {}
    except ValueError as error:
        message = f"{name}: {error}"
        raise refused(name, message) from None
