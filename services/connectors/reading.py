"""Reads a source whole into DuckDB, before anything is appended: each row with its file and line, as text.

Text formats are cut into records by ``records``; Parquet is read by DuckDB, and its line is the number of the row in
its file. The awkward half: a plain text that was cut off exactly at the end of a row looks like a whole one; only gzip
and Parquet say how they end.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import msgspec

from services.connectors.errors import BadMapping, BadSource
from services.connectors.mapping import Mapping, Table
from services.connectors.sources import Source, found
from services.connectors.sql import Connection, count, digest, identifier, literal, said
from services.connectors.texts import TextTable, read_clean

Heard = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""

_MALFORMED = {"of_table": "VARCHAR", "file": "VARCHAR", "line": "BIGINT", "reason": "VARCHAR", "text": "VARCHAR"}
_PLACE = {"regulars_file": "VARCHAR", "regulars_line": "BIGINT"}

# The rows of a table as they were read, with the reason why one cannot be used, if there is any.
STAGED = """
CREATE TABLE staging.{table} AS
SELECT *, {reason} AS regulars_reason FROM (SELECT *, {key} AS {table}_key FROM (SELECT *, {content} FROM {rows}))
"""

# The rows that can be used, as queries and expressions see them.
USABLE = """
CREATE VIEW {table} AS SELECT {table}_row, {table}_key, {columns} FROM staging.{table} WHERE regulars_reason IS NULL
"""

PARQUET = """
(SELECT row_number() OVER (ORDER BY regulars_order, file_row_number) AS {table}_row, parse_filename(filename)
        AS regulars_file, file_row_number + 1 AS regulars_line, * EXCLUDE (filename, file_row_number, regulars_order)
   FROM (SELECT *, list_position([{paths}], filename) AS regulars_order
           FROM read_parquet([{paths}], filename=true, file_row_number=true)))
"""


def stage(connection: Connection, mapping: Mapping, path: Path, folder: Path, heard: Heard) -> None:
    """Read every file into ``staging.<table>``, and make a view ``<table>`` of the rows that can be used.

    ``folder`` is for temporary files. Raises BadSource or BadMapping.
    """
    connection.execute("CREATE SCHEMA staging")
    columns = ", ".join(f"{name} {kind}" for name, kind in _MALFORMED.items())
    connection.execute(f"CREATE TABLE staging.malformed ({columns})")
    sources = found(path, mapping)
    total_bytes = sum(one.stat().st_size for source in sources for one in source.paths)
    done_bytes = 0
    for source in sources:
        mark = partial(_mark, heard, done_bytes, total_bytes)
        if source.table.format == "parquet":
            _stage_parquet(connection, mapping, source)
        else:
            _stage_text(connection, mapping, source, folder, mark)
        done_bytes += sum(one.stat().st_size for one in source.paths)
        heard("reading", done_bytes, total_bytes)


def _mark(heard: Heard, before_bytes: int, total_bytes: int, position_bytes: int) -> None:
    heard("reading", before_bytes + position_bytes, total_bytes)


def _stage_text(
    connection: Connection, mapping: Mapping, source: Source, folder: Path, mark: Callable[[int], None]
) -> None:
    table = source.table
    with TextTable(table, folder) as text:
        before_bytes = 0
        for path in source.paths:
            text.add(path, lambda position, before=before_bytes: mark(before + position))  # type: ignore[misc]
            before_bytes += path.stat().st_size
    _check_columns(mapping, source, text.columns)
    connection.execute(f"INSERT INTO staging.malformed FROM {read_clean(text.malformed_path, _MALFORMED)}")
    columns = {f"{table.name}_row": "BIGINT"} | _PLACE | dict.fromkeys(text.columns, "VARCHAR")
    _make(connection, mapping, table, read_clean(text.rows_path, columns), text.columns)
    text.rows_path.unlink()
    if count(connection, f"staging.{table.name}") != text.rows:
        message = f"{source.paths[0]}: {text.rows} rows were read, but not as many arrived in DuckDB"
        raise BadSource(message)


def _stage_parquet(connection: Connection, mapping: Mapping, source: Source) -> None:
    paths = ", ".join(literal(str(path)) for path in source.paths)
    try:
        described = connection.execute(f"DESCRIBE FROM read_parquet([{paths}])").fetchall()
        columns = [str(row[0]) for row in described]
        _check_columns(mapping, source, columns)
        _make(connection, mapping, source.table, PARQUET.format(table=source.table.name, paths=paths), columns)
    except duckdb.Error as error:
        message = f"{source.paths[0]}: cannot be read as Parquet: {said(error)}"
        raise BadSource(message) from None


def _check_columns(mapping: Mapping, source: Source, columns: list[str]) -> None:
    path, table = source.paths[0], source.table
    if missing := [name for name in table.columns if name not in columns]:
        message = f"{path}: lacks {', '.join(missing)}, which {mapping.name} needs; it has {', '.join(columns)}"
        raise BadSource(message)
    folded = [name.casefold() for name in columns]
    ours = {f"{table.name}_row", f"{table.name}_key"}
    for name in folded:
        if folded.count(name) > 1 or name in ours or name.startswith("regulars_"):
            why = "stands there twice" if folded.count(name) > 1 else "is a name that the import uses itself"
            message = f"{path}: the column {name} {why}"
            raise BadSource(message)
    for name in (*table.unique, *table.types):
        if name not in columns:
            field = f"tables.{table.name}.{'unique' if name in table.unique else 'types'}"
            raise BadMapping(mapping.file, field, f"{name} is no column of {path.name}: {', '.join(columns)}")


def _make(connection: Connection, mapping: Mapping, table: Table, rows: str, columns: list[str]) -> None:
    for name, kind in table.types.items():
        try:
            connection.execute(f"SELECT TRY_CAST(NULL AS {kind})")
        except duckdb.Error as error:
            raise BadMapping(mapping.file, f"tables.{table.name}.types.{name}", f"{kind}: {said(error)}") from None
    connection.execute(
        STAGED.format(table=table.name, rows=rows, reason=_reason(table), **_key(mapping, table, columns))
    )
    shown = (
        f"CAST({identifier(name)} AS {table.types[name]}) AS {identifier(name)}"
        if name in table.types
        else identifier(name)
        for name in columns
    )
    connection.execute(USABLE.format(table=table.name, columns=", ".join(shown)))


def _key(mapping: Mapping, table: Table, columns: list[str]) -> dict[str, str]:
    """Return SQL for the digest of a row's content, and for the key that tells it from equal rows."""
    named = f"{table.name}_key".encode() in msgspec.json.encode(mapping)
    by_default = not table.lookup and any(not rule.id and not rule.group_by for rule in mapping.events)
    if not named and not by_default:
        return {"content": "NULL AS regulars_content", "key": "CAST(NULL AS VARCHAR)"}
    place = f"row_number() OVER (PARTITION BY regulars_content ORDER BY {table.name}_row)"
    content = digest(identifier(name) for name in sorted(columns))
    return {"content": f"{content} AS regulars_content", "key": digest(["regulars_content", place])}


def _reason(table: Table) -> str:
    reasons = [
        f"CASE WHEN {identifier(name)} IS NOT NULL AND TRY_CAST({identifier(name)} AS {kind}) IS NULL"
        f" THEN {literal(f'{name} is no {kind}')} END"
        for name, kind in table.types.items()
    ]
    if table.unique:
        names = ", ".join(map(identifier, table.unique))
        place = f"row_number() OVER (PARTITION BY {names} ORDER BY {table.name}_row)"
        says = literal(f"repeats {', '.join(table.unique)} of an earlier row: the first one counts")
        reasons.append(f"CASE WHEN {place} > 1 THEN {says} END")
    return f"coalesce({', '.join(reasons)}, NULL)" if reasons else "CAST(NULL AS VARCHAR)"
