"""Writes the facts of a mapping: SQL that makes one event of each row or group, as JSON the way the wire has it.

DuckDB writes the JSON and the codec reads it, so every event is checked by the one reader there is.
"""

import duckdb
import msgspec

from services.connectors.errors import BadMapping
from services.connectors.mapping import Expression, Fields, Mapping, Rule
from services.connectors.relation import INSTANT, check_rule
from services.connectors.sql import Connection, bracketed, count, digest, literal, said

# All facts in the order in which they happened; at one instant, in source order.
FACTS = """
CREATE OR REPLACE TABLE fact AS
SELECT row_number() OVER (ORDER BY happened NULLS FIRST, first_row, rule) AS number, rule, rows, value
  FROM ({rules}) ORDER BY number
"""

FACT = """
SELECT {index} AS rule, {time} AS happened, {first_row} AS first_row, {rows} AS rows, {value} AS value
  FROM relation WHERE regulars_reason IS NULL AND {when}{group}
"""

# A page of facts, in order.
PAGE = "SELECT rule, value FROM fact WHERE number BETWEEN $first AND $last ORDER BY number"


def plan(connection: Connection, mapping: Mapping) -> str:
    """Return the statement that makes the table ``fact``. Raises BadMapping for an expression that cannot be."""
    rules: list[str] = []
    for index, rule in enumerate(mapping.events):
        place = f"events[{index}]"
        rules.append(_fact(mapping, rule, index, place, check_rule(connection, mapping, rule, place)))
    return FACTS.format(rules=" UNION ALL ".join(rules))


def make(connection: Connection, mapping: Mapping, statement: str) -> int:
    """Make the facts of the rows that have no reason against them, and return how many there are."""
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        message = f"{said(error)}; what may fail for a row belongs under values, where it costs that row alone"
        raise BadMapping(mapping.file, "events", message) from None
    return count(connection, "fact")


def _fact(mapping: Mapping, rule: Rule, index: int, place: str, types: dict[str, str]) -> str:
    keys = [bracketed(key) for key in rule.group_by]
    return FACT.format(
        index=index,
        time=bracketed(rule.time),
        first_row="min(regulars_row)" if keys else "regulars_row",
        rows="list(regulars_row ORDER BY regulars_row)" if keys else "[regulars_row]",
        value=_envelope(mapping, rule, place, types),
        when=bracketed(rule.when),
        group=f" GROUP BY {', '.join(keys)}" if keys else "",
    )


def _envelope(mapping: Mapping, rule: Rule, place: str, types: dict[str, str]) -> str:
    keys = rule.id or rule.group_by or [f"{table.name}_key" for table in mapping.tables if not table.lookup]
    # Without its version, so that a newer mapping conflicts with what an older one imported and does not double it.
    family = rule.type.rpartition(".")[0]
    identity = digest([literal(mapping.name), literal(family), *map(bracketed, keys)])
    pieces = [
        literal(f'"specversion":"1.0","type":{_json(rule.type)},"source":{_json(mapping.source)}'),
        _piece("id", f"'\"' || {identity} || '\"'"),
        _piece("time", _instant(rule.time)),
        _piece("subject", f"CAST(to_json({bracketed(rule.subject)}) AS VARCHAR)"),
        _piece("data", _data(rule, place, types)),
    ]
    return _joined(pieces)


def _data(rule: Rule, place: str, types: dict[str, str]) -> str:
    pieces = _pieces(rule.data, f"{place}.data", types)
    if rule.lines:
        line = _joined(_pieces(rule.lines.fields, f"{place}.lines.fields", types))
        pieces.append(_piece(rule.lines.into, f"'[' || string_agg({line}, ',' ORDER BY regulars_row) || ']'"))
    return _joined(pieces)


def _pieces(fields: Fields, place: str, types: dict[str, str]) -> list[str]:
    pieces: list[str] = []
    for name, value in fields.items():
        inner = f"{place}.{name}"
        written = _joined(_pieces(value, inner, types)) if isinstance(value, dict) else _written(value, types[inner])
        pieces.append(_piece(name, written))
    return pieces


def _written(expression: Expression, kind: str) -> str:
    if kind == INSTANT:
        return _instant(expression)
    return f"CAST(to_json({bracketed(expression)}) AS VARCHAR)"


def _instant(expression: Expression) -> str:
    return f"strftime({bracketed(expression)} AT TIME ZONE 'UTC', '\"%Y-%m-%dT%H:%M:%S.%fZ\"')"


def _piece(name: str, written: str) -> str:
    """Return SQL for a field and its JSON; it is NULL, and so left out, where the JSON is."""
    return f"{literal(_json(name) + ':')} || {written}"


def _joined(pieces: list[str]) -> str:
    return f"('{{' || concat_ws(',', {', '.join(pieces) or 'NULL'}) || '}}')"


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
