"""Reads a mapping from YAML and checks it against the catalogue, so that a mistake is named before a row is read."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from events.catalog import EVENTS
from events.event import Event
from services import strict_yaml
from services.connectors.errors import BadMapping
from services.connectors.mapping import Lines, Mapping, Rule, places

BUILT_IN = ("online-retail", "cdnow", "olist", "groceries")
"""The mappings that are shipped, by name: one YAML file each."""

_CLASSES = {event.event_type: event for event in EVENTS}


def built_in(name: str) -> Mapping:
    """Return a mapping that is shipped. Raises BadMapping for a name that is not in ``BUILT_IN``."""
    if name not in BUILT_IN:
        raise BadMapping(name, "", f"is no mapping that is shipped; those are {', '.join(BUILT_IN)}")
    text = files("services.connectors").joinpath("mappings", f"{name}.yaml").read_text(encoding="utf-8")
    return parse(text, f"{name}.yaml")


def load(path: Path) -> Mapping:
    """Return the mapping in a file. Raises BadMapping, which names the file and the field."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadMapping(str(path), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadMapping(str(path), "", "is not text in UTF-8") from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Mapping:
    """Return the mapping that a text describes; ``file`` names it in messages. Raises BadMapping."""
    try:
        mapping = msgspec.structs.replace(strict_yaml.shaped(text, Mapping, "a field of a mapping"), file=file)
    except strict_yaml.BadYaml as error:
        raise BadMapping(file, error.place, error.reason) from None
    _check_tables(mapping)
    for index, rule in enumerate(mapping.events):
        _check_rule(mapping, rule, f"events[{index}]")
    return mapping


def _check_tables(mapping: Mapping) -> None:
    names = [table.name for table in mapping.tables]
    for index, table in enumerate(mapping.tables):
        place = f"tables[{index}]"
        if names.count(table.name) > 1:
            raise BadMapping(mapping.file, f"{place}.name", f"{table.name} stands there twice")
        if not table.columns and (table.format == "jsonl" or (table.format == "csv" and not table.header)):
            raise BadMapping(mapping.file, f"{place}.columns", "is missing: nothing else names the columns")
        if len(mapping.tables) > 1 and not table.files:
            raise BadMapping(mapping.file, f"{place}.files", "is missing: there are several tables to tell apart")
        try:
            "".encode(table.encoding)
        except LookupError:
            raise BadMapping(mapping.file, f"{place}.encoding", f"{table.encoding} is no encoding") from None
    if all(table.lookup for table in mapping.tables):
        raise BadMapping(mapping.file, "tables", "are all looked up only: no row could become a fact")
    if len(names) > 1 and not mapping.query:
        raise BadMapping(mapping.file, "query", "is missing: several tables need one to join them")


def _check_rule(mapping: Mapping, rule: Rule, place: str) -> None:
    event = _CLASSES.get(rule.type)
    if event is None:
        raise BadMapping(
            mapping.file, f"{place}.type", f"{rule.type} is not in the catalogue{_near(rule.type, _CLASSES)}"
        )
    for where, value in [*places(rule.data, f"{place}.data"), *_line_places(rule, place)]:
        if not isinstance(value, str | int | float) or value == "":
            raise BadMapping(mapping.file, where, "must be an SQL expression, or a mapping with a field inside")
    fields = {one.name: one.required for one in msgspec.structs.fields(event)}
    if rule.lines:
        _check_lines(mapping, event, rule, rule.lines, place)
    given = set(rule.data) | ({rule.lines.into} if rule.lines else set())
    _check_fields(mapping, f"{place}.data", event.__name__, fields, given)


def _check_lines(mapping: Mapping, event: type[Event], rule: Rule, lines: Lines, place: str) -> None:
    if not rule.group_by:
        raise BadMapping(mapping.file, f"{place}.group_by", "is missing: lines are gathered from the rows of a group")
    if lines.into in rule.data:
        raise BadMapping(mapping.file, f"{place}.lines.into", f"{lines.into} stands in data as well")
    parts = _part_fields(event, lines.into)
    if parts is None:
        raise BadMapping(mapping.file, f"{place}.lines.into", f"{lines.into} is no list of {event.__name__}")
    _check_fields(mapping, f"{place}.lines.fields", f"a line of {event.__name__}", parts, set(lines.fields))


def _line_places(rule: Rule, place: str) -> list[tuple[str, Any]]:
    return places(rule.lines.fields, f"{place}.lines.fields") if rule.lines else []


def _check_fields(mapping: Mapping, place: str, what: str, fields: dict[str, bool], given: set[str]) -> None:
    for name in sorted(given - set(fields)):
        raise BadMapping(mapping.file, f"{place}.{name}", f"is not a field of {what}{_near(name, fields)}")
    for name in sorted(name for name, required in fields.items() if required and name not in given):
        raise BadMapping(mapping.file, f"{place}.{name}", f"is missing: {what} needs it")


def _part_fields(event: type[Event], name: str) -> dict[str, bool] | None:
    """Return the fields of a list's items, and whether each is required; None if the field is no list of parts."""
    declared = next((one for one in msgspec.structs.fields(event) if one.name == name), None)
    held = msgspec.inspect.type_info(declared.type) if declared else None
    while isinstance(held, msgspec.inspect.Metadata):
        held = held.type
    if not isinstance(held, msgspec.inspect.VarTupleType) or not isinstance(held.item_type, msgspec.inspect.StructType):
        return None
    return {one.name: one.required for one in held.item_type.fields}


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
