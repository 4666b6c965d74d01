"""Why bytes are no event: turns what the decoder says into one sentence that names the field.

Only what was refused comes here, so it may look at the whole document again.
"""

import re

import msgspec

from events.catalog import EVENTS
from events.errors import BadEvent, Fault

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the decoder raises; the last two for text that is no UTF-8, and for nesting too deep."""

_QUOTED_CHARACTERS = 128
_VERSION = re.compile(r"^(?P<family>.+)\.v\d+$")
_AT = re.compile(r"^(?P<reason>.*) - at (?:`key` in )?`\$\.?(?P<field>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<problem>missing required|contains unknown) field `(?P<name>[^`]*)`$")
_TYPES = frozenset(event.event_type for event in EVENTS)
_FAMILIES: dict[str, list[str]] = {}
for _event in EVENTS:
    _FAMILIES.setdefault(_event.event_type.rpartition(".")[0], []).append(_event.event_type.rpartition(".")[2])


def explained(value: bytes, error: Exception) -> BadEvent:
    """Return what is wrong with ``value``, given what the decoder raised for it."""
    if not isinstance(error, msgspec.ValidationError):
        return _malformed(error)
    try:
        document = msgspec.json.decode(value)
    except UNREADABLE as malformed:
        return _malformed(malformed)
    if not isinstance(document, dict):
        return BadEvent(Fault.MALFORMED, "event", "must be a JSON object")
    declared = document.get("type")
    if isinstance(declared, str) and declared not in _TYPES:
        return _unknown(declared)
    return _invalid(str(error))


def refuse_nul(value: bytes) -> None:
    """Raise BadEvent where a text of the document holds U+0000, and what the decoder raises where it is none."""
    if field := _find_nul(msgspec.json.decode(value), ""):
        raise BadEvent(Fault.INVALID_FIELD, field, "holds the character U+0000, which no text may")


def _find_nul(node: object, path: str) -> str:
    if isinstance(node, str):
        return (path or "event") if "\0" in node else ""
    if isinstance(node, dict):
        for name, child in node.items():
            if "\0" in name:
                return f"{path}.{name!r}".lstrip(".")
            if found := _find_nul(child, f"{path}.{name}".lstrip(".")):
                return found
    if isinstance(node, list):
        return next((found for index, child in enumerate(node) if (found := _find_nul(child, f"{path}[{index}]"))), "")
    return ""


def _malformed(error: Exception) -> BadEvent:
    match error:
        case RecursionError():
            reason = "is nested too deeply"
        case UnicodeDecodeError():
            reason = "is not valid UTF-8"
        case _:
            reason = f"is not valid JSON ({error})"
    return BadEvent(Fault.MALFORMED, "event", reason)


def _invalid(message: str) -> BadEvent:
    match = _AT.match(message)
    reason, field = (match["reason"], match["field"]) if match else (message, "")
    if named := _NAMED.match(reason):
        field = f"{field}.{named['name']}".lstrip(".")
        reason = "is missing" if named["problem"] == "missing required" else "is not a field of this event type"
    else:
        reason = reason[:1].lower() + reason[1:]
    return BadEvent(Fault.INVALID_FIELD, field or "event", reason)


def _unknown(declared: str) -> BadEvent:
    quoted = repr(declared if len(declared) <= _QUOTED_CHARACTERS else f"{declared[:_QUOTED_CHARACTERS]}…")
    match = _VERSION.match(declared)
    if match and (versions := _FAMILIES.get(match["family"])):
        known = " and ".join(sorted(versions))
        return BadEvent(Fault.UNKNOWN_VERSION, "type", f"{quoted} is a version nobody knows yet; known: {known}")
    return BadEvent(Fault.UNKNOWN_TYPE, "type", f"{quoted} is not in the catalogue")
