"""What a command asks for, as the fields of a form, and a form's texts as the command.

Money is typed as people write it, such as 12.50, in the currency of the same form; times are typed in UTC. A list of
parts, such as the contacts of a plan, is a form for one of them: its fields are called such as ``contacts.due_on``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from services.dashboard.desk_words import HELP, LABELS, SUGGESTED
from services.dashboard.formats import worded
from services.desk.aggregates import BY_NAME
from services.desk.asking import aggregate_of, class_of, from_words, schema_of
from services.desk.deciding import Command, Refused
from services.translation.errors import Unfit
from services.translation.money import minor

MINOR = "_minor"
LONG_CHARACTERS = 1000
"""A text that may be longer gets several lines."""


class Field(NamedTuple):
    """A field of a form. ``kind`` is text, area, number, money, date, moment, check or choice."""

    name: str
    label: str
    kind: str
    required: bool
    usual: str
    longest: int | None
    least: float | None
    most: float | None
    choices: tuple[str, ...]
    help: str
    suggested: tuple[str, ...] = ()

    def options(self) -> list[tuple[str, str]]:
        """Return the choices with the words for them."""
        return [(each, worded(each)) for each in self.choices]

    def limits(self) -> dict[str, str]:
        """Return the attributes by which a browser holds whoever types to it."""
        said: dict[str, object] = {"maxlength": self.longest, "min": self.least, "max": self.most}
        return {name: str(value) for name, value in said.items() if value is not None and self.kind != "money"}


@cache
def form_fields(aggregate: str, command: str) -> tuple[Field, ...]:
    """Return the fields of a command, in their order. Raises Refused for a command that there is not."""
    return tuple(_fields(schema_of(class_of(aggregate_of(BY_NAME, aggregate), command)), command))


def _fields(schema: Mapping[str, Any], command: str) -> Iterator[Field]:
    definitions = schema.get("$defs", {})
    for name, said in schema["properties"].items():
        required = name in schema.get("required", ())
        part = _part(said.get("items", {}), definitions)
        if part:
            wanted = part.get("required", ())
            for inner, told in part["properties"].items():
                yield _field(f"{name}.{inner}", inner, _plain(told), command, required=inner in wanted)
        else:
            yield _field(name, name, _plain(said), command, required=required)


def _part(items: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = items.get("$ref", "")
    found: Mapping[str, Any] = definitions.get(reference.rpartition("/")[2], {}) if reference else {}
    return found


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without the alternative of being nothing."""
    others = [each for each in said.get("anyOf", ()) if each.get("type") != "null"]
    return {**said, **(others[0] if others else {})}


def _field(name: str, plain: str, said: Mapping[str, Any], command: str, *, required: bool) -> Field:
    usual, longest = said.get("default"), said.get("maxLength")
    label = LABELS.get(f"{command}.{name}", LABELS.get(plain, worded(plain.removesuffix(MINOR))))
    kind = _kind(plain, said, longest)
    return Field(
        name,
        label if kind != "moment" else f"{label} (UTC)",
        kind,
        required and kind != "check",
        "" if usual is None or isinstance(usual, bool) or kind == "money" else str(usual),
        longest,
        said.get("minimum"),
        said.get("maximum"),
        tuple(map(str, said.get("enum", ()))),
        HELP.get(f"{command}.{name}", HELP.get(plain, "")),
        SUGGESTED.get(f"{command}.{name}", SUGGESTED.get(plain, ())),
    )


def _kind(name: str, said: Mapping[str, Any], longest: int | None) -> str:
    kind = {"date": "date", "date-time": "moment"}.get(said.get("format", ""), "")
    if not kind and "enum" in said:
        kind = "choice"
    if not kind and said.get("type") == "boolean":
        kind = "check"
    if not kind and said.get("type") in {"integer", "number"}:
        kind = "money" if name.endswith(MINOR) else "number"
    return kind or ("area" if longest is not None and longest > LONG_CHARACTERS else "text")


def command_of(command: type[Command], said: Mapping[str, str], fields: Sequence[Field]) -> Command:
    """Return the command that a form says; what is left empty is not said. Raises Refused, which names the field."""
    texts = {name: text for name, text in said.items() if text.strip()}
    parts: dict[str, dict[str, str]] = {}
    words: list[str] = []
    for field in fields:
        if field.name not in texts:
            if field.required:
                message = f"{field.label}: say it, it is needed."
                raise _wrong(field, message)
            continue
        text = _written(field, texts.pop(field.name).strip(), said)
        whole, dot, inner = field.name.partition(".")
        if dot:
            parts.setdefault(whole, {})[inner] = text
        else:
            words.append(f"{field.name}={text}")
    words += [f"{whole}={json.dumps([part])}" for whole, part in parts.items()]
    return from_words(command, [*words, *(f"{name}={text}" for name, text in texts.items())])


def _written(field: Field, text: str, said: Mapping[str, str]) -> str:
    """Return a text as the command takes it. Raises Refused."""
    if field.kind == "moment":
        return _instant(field, text)
    if field.kind != "money":
        return text
    try:
        amount = minor(text.replace(",", "."), said.get("currency", "").strip())
    except Unfit as error:
        message = f"{field.label}: {error}. Write it such as 12.50."
        raise _wrong(field, message) from error
    return str(amount)


def _instant(field: Field, text: str) -> str:
    """Return an instant in UTC: a browser writes it without seconds and without a zone. Raises Refused."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{field.label}: {text[:32]!r} is no time; write it such as 2026-03-01T09:30."
        raise _wrong(field, message) from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _wrong(field: Field, message: str) -> Refused:
    return Refused("invalid_field", message, field=field.name)
