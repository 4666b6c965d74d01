"""Joins the tables of a source into one relation, computes its values, and turns away the rows that are no facts.

The relation keeps, for each of its rows, which rows of the source it was made from, its place, and the reason why it is
no fact. Who wants the facts reads the rows without a reason.
"""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from services.connectors.errors import BadMapping
from services.connectors.mapping import Expression, Mapping, Rule, places
from services.connectors.sql import Connection, bracketed, identifier, literal, said

INSTANT = "TIMESTAMP WITH TIME ZONE"
HINT = "; a text constant needs SQL quotes inside the YAML ones"
ZONE = "say which, as in: strptime(day, '%Y-%m-%d') AT TIME ZONE 'Europe/London'"

# One row for each row of the query, in source order, with its values and the first reason against it.
RELATION = """
CREATE TABLE relation AS
SELECT row_number() OVER (ORDER BY {order}) AS regulars_row, *, CAST(NULL AS VARCHAR) AS regulars_reason FROM {rows}
"""

REFUSE = """
UPDATE relation SET regulars_reason = {reason} WHERE regulars_reason IS NULL AND {when}
"""


# The rows with one more column for a value, and one that is true where it fails. TRY gives NULL for a failure, and a
# struct that holds NULL for a value that is NULL.
VALUE = """
(SELECT * EXCLUDE (regulars_try), regulars_try.value AS {name}, regulars_try IS NULL AS regulars_failed_{name}
   FROM (SELECT *, TRY({{'value': {expression}}}) AS regulars_try FROM {rows}))
"""

ALL = "SELECT * FROM {table}"
TYPE = "DESCRIBE SELECT {expression} AS value FROM {rows}"


class Scope(NamedTuple):
    """What an expression of a mapping sees: some rows, as they are or grouped by keys."""

    connection: Connection
    mapping: Mapping
    rows: str = "relation"
    keys: Sequence[Expression] = ()


def join(connection: Connection, mapping: Mapping) -> list[str]:
    """Make the table ``relation`` and return the names of its own columns, without values. Raises BadMapping."""
    query = mapping.query.strip().rstrip(";") or ALL.format(table=mapping.tables[0].name)
    try:
        columns = [str(row[0]) for row in connection.execute(f"DESCRIBE {query}").fetchall()]
    except duckdb.Error as error:
        raise BadMapping(mapping.file, "query", said(error)) from None
    kept = _kept(mapping, columns)
    order = [f"{name} NULLS LAST" for name in (*kept, *(map(identifier, columns) if mapping.query else ()))]
    rows = f"(\n{query}\n)"
    for name, expression in mapping.values.items():
        _check_name(connection, mapping, name)
        type_of(Scope(connection, mapping, rows), f"values.{name}", expression)
        rows = VALUE.format(name=name, expression=bracketed(expression), rows=rows)
    place = "values" if mapping.values else "query"
    _run(connection, mapping, place, RELATION.format(order=", ".join(order), rows=rows))
    _refuse(connection, mapping)
    ours = {f"{table.name}_{what}" for table in mapping.tables for what in ("row", "key")}
    return [name for name in columns if name not in ours]


def _kept(mapping: Mapping, columns: list[str]) -> list[str]:
    """Return the columns that say which rows of the source a row was made from."""
    folded = {name.casefold() for name in columns}
    for table in mapping.tables:
        if not table.lookup and f"{table.name}_row" not in folded:
            raise BadMapping(mapping.file, "query", f"lacks {table.name}_row: nobody could tell where a row comes from")
    for name in mapping.values:
        if name in folded:
            raise BadMapping(mapping.file, f"values.{name}", "is a column of the source: choose another name")
    return [f"{table.name}_row" for table in mapping.tables if f"{table.name}_row" in folded]


def _check_name(connection: Connection, mapping: Mapping, name: str) -> None:
    try:
        connection.execute(TYPE.format(expression=f"({name})", rows=f"(SELECT 1 AS {name})"))
    except duckdb.Error:
        raise BadMapping(mapping.file, f"values.{name}", "is a word of SQL: choose another name") from None


def _refuse(connection: Connection, mapping: Mapping) -> None:
    for name, expression in mapping.values.items():
        reason = f"{name}: {' '.join(str(expression).split())} cannot be computed for this row"
        connection.execute(REFUSE.format(reason=literal(reason), when=f"regulars_failed_{name}"))
    for index, reject in enumerate(mapping.rejects):
        place = f"rejects[{index}].when"
        type_of(Scope(connection, mapping), place, reject.when)
        _run(connection, mapping, place, REFUSE.format(reason=literal(reject.reason), when=bracketed(reject.when)))


def type_of(scope: Scope, place: str, expression: Expression) -> str:
    """Return the SQL type of an expression. Raises BadMapping, which names its place in the mapping."""
    group = f" GROUP BY {', '.join(map(bracketed, scope.keys))}" if scope.keys else ""
    statement = TYPE.format(expression=bracketed(expression), rows=scope.rows + group)
    try:
        return str(scope.connection.execute(statement).fetchall()[0][1])
    except duckdb.Error as error:
        hint = HINT if "not found in FROM" in str(error) else ""
        raise BadMapping(scope.mapping.file, place, f"{expression}: {said(error)}{hint}") from None


def check_rule(connection: Connection, mapping: Mapping, rule: Rule, place: str) -> dict[str, str]:
    """Return the SQL type of each expression of an event by its place. Raises BadMapping, which names it."""
    by_row, by_group = Scope(connection, mapping), Scope(connection, mapping, keys=rule.group_by)
    of_row = [(f"{place}.when", rule.when), *((f"{place}.group_by[{i}]", one) for i, one in enumerate(rule.group_by))]
    of_row += places(rule.lines.fields, f"{place}.lines.fields") if rule.lines else []
    of_group = [(f"{place}.subject", rule.subject), (f"{place}.time", rule.time), *places(rule.data, f"{place}.data")]
    of_group += [(f"{place}.id[{index}]", one) for index, one in enumerate(rule.id)]
    types = {where: type_of(by_row, where, one) for where, one in of_row}
    types |= {where: type_of(by_group, where, one) for where, one in of_group}
    for where, kind in types.items():
        if kind != INSTANT and (where == f"{place}.time" or kind.startswith("TIMESTAMP")):
            raise BadMapping(mapping.file, where, f"is {kind}, which has no zone; {ZONE}")
    return types


def _run(connection: Connection, mapping: Mapping, place: str, statement: str) -> None:
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        raise BadMapping(mapping.file, place, f"{said(error)}; what may fail for a row belongs under values") from None
