"""Tells a sender what is wrong in the sender's own words: from an event's field back to where its value came from."""

import re
from collections.abc import Iterable, Sequence

from events.errors import BadEvent, Fault
from services.translation.compiling import CompiledLines, CompiledRule
from services.translation.errors import Path, bad_field, shown, written
from services.translation.reading import at, present

MISSING = "is missing"
_LINE = re.compile(r"^data\.(?P<into>\w+)\[(?P<place>\d+)\](?:\.(?P<name>.+))?$")
_OURS = frozenset({"regulars", "values", "record"})


def unfit(reason: str, paths: Sequence[Path], scope: object, base: Path, becomes: str) -> BadEvent:
    """Return the error for a value that a function could not take. ``base`` is where its item stands."""
    path = _likeliest(scope, paths)
    return bad_field(_from_record(base, path), f"{reason}{_becomes(becomes)}")


def nobody(scope: object, paths: Sequence[Path]) -> BadEvent:
    """Return the error for a record that does not say whom it is about."""
    names = list(dict.fromkeys(written(path) for path in paths)) or ["message"]
    others = " or ".join(names[1:])
    also = f", nor does {others}" if others else ""
    held = f"is {shown(at(scope, paths[0]))}" if paths and present(scope, paths[0]) else "is missing"
    return BadEvent(Fault.INVALID_FIELD, names[0], f"{held} and names nobody{also}: an event is about somebody")


def refused(error: BadEvent, rule: CompiledRule, scope: object) -> BadEvent:
    """Return the error for an event that the codec refuses, with the field of the record in place of the event's."""
    if "U+0000" in error.reason:
        return bad_field(_first_nul(scope, ()) or (), error.reason)
    if (match := _LINE.match(error.field)) and rule.lines and match["into"] == rule.lines.into:
        return _refused_line(error, rule, rule.lines, scope, int(match["place"]), match["name"] or "")
    paths = _origin(rule.origins, error.field)
    if not paths:
        return BadEvent(error.fault, "message", f"makes no event: {error.field} {error.reason}")
    name = error.field.removeprefix("data.")
    return _said(scope, (), paths, error.reason, f"{name} of {rule.event_type}")


def line_base(lines: CompiledLines, scope: object) -> Path:
    """Return where in a record the list of an event's lines stands."""
    return _likeliest(scope, lines.origin)


def _refused_line(  # noqa: PLR0913, PLR0917 - where it is, and what is wrong there
    error: BadEvent, rule: CompiledRule, lines: CompiledLines, scope: object, place: int, name: str
) -> BadEvent:
    base = (*line_base(lines, scope), place)
    item = at(scope, base)
    paths = _origin(lines.origins, f"data.{name}")
    if not paths:
        return bad_field(base, f"makes no line: {name} {error.reason}")
    inner = {**item, "record": scope} if isinstance(item, dict) else {}
    return _said(inner, base, paths, error.reason, f"{name} of a line of {rule.event_type}")


def _said(scope: object, base: Path, paths: Sequence[Path], reason: str, becomes: str) -> BadEvent:
    if reason != MISSING:
        return bad_field(_from_record(base, _likeliest(scope, paths)), f"{reason}{_becomes(becomes)}")
    path = paths[0]
    if present(scope, path):
        reason = f"is {shown(at(scope, path))}, of which nothing can be made"
    return bad_field(_from_record(base, path), f"{reason}{_becomes(becomes)}")


def _origin(origins: dict[str, tuple[Path, ...]], field: str) -> tuple[Path, ...]:
    """Return where a field, or the one that it is inside of, may come from."""
    while field:
        if field in origins:
            return origins[field]
        field = re.sub(r"(\.[^.\[]*|\[[^\]]*\])$", "", field) if re.search(r"[.\[]", field) else ""
    return ()


def _likeliest(scope: object, paths: Iterable[Path]) -> Path:
    """Return the first path at which something stands, else the first one."""
    candidates = list(paths)
    return next((path for path in candidates if present(scope, path)), candidates[0] if candidates else ())


def _from_record(base: Path, path: Path) -> Path:
    """Return a path that an expression of an item looks at as a path of the record."""
    if path[:1] == ("record",):
        return path[1:]
    return path if path[:1] and path[0] in _OURS else (*base, *path)


def _becomes(what: str) -> str:
    return f"; it becomes {what}" if what else ""


def _first_nul(node: object, path: Path) -> Path | None:
    if isinstance(node, str):
        return path if "\0" in node else None
    if isinstance(node, dict):
        return next(
            (
                found
                for name, inner in node.items()
                if (found := (*path, repr(name)) if "\0" in str(name) else _first_nul(inner, (*path, name)))
            ),
            None,
        )
    if isinstance(node, list):
        return next((found for place, inner in enumerate(node) if (found := _first_nul(inner, (*path, place)))), None)
    return None
