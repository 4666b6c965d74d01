"""Accounts for every row of the source: it is in an event, was only looked up, or stands in the file of rejects.

A line of that file is one JSON object: table, file, line, reason, and the row: its columns, or its text where it could
not be cut into columns. A row can be in an event though a part of it was rejected, such as one item of a basket: then
the file has a line for that part. A fact that the log refused as a conflict is added at the end, with its ``id``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import msgspec

from services.connectors.errors import ImportRefused
from services.connectors.mapping import Mapping, Table
from services.connectors.sql import Connection, count, identifier, literal

PAGE_ROWS = 10_000
MOST_REASONS = 10

# The rows of a table that are in an event.
COVERED = """
CREATE TABLE covered_{table} AS
SELECT DISTINCT {table}_row FROM relation SEMI JOIN (SELECT unnest(rows) AS regulars_row FROM fact) USING (regulars_row)
 WHERE {table}_row IS NOT NULL
"""

# The rows of a table that are in no event, with the first reason against them.
UNUSED = """
SELECT false, {name}, regulars_file, regulars_line,
       coalesce(s.regulars_reason, made.regulars_reason, if(made.{table}_row IS NULL,
                'the query of the mapping leaves this row out', 'no rule of the mapping makes a fact of this row')),
       CAST(to_json({row}) AS VARCHAR)
  FROM staging.{table} AS s ANTI JOIN covered_{table} USING ({table}_row)
  LEFT JOIN (SELECT {table}_row, min_by(regulars_reason, regulars_row) AS regulars_reason
               FROM relation GROUP BY {table}_row) AS made USING ({table}_row)
"""

# The rows of a table that is only looked up which cannot be read.
UNREADABLE = """
SELECT false, {name}, regulars_file, regulars_line, regulars_reason, CAST(to_json({row}) AS VARCHAR)
  FROM staging.{table} AS s WHERE regulars_reason IS NOT NULL
"""

MALFORMED = "SELECT false, of_table, file, line, reason, CAST(to_json(text) AS VARCHAR) FROM staging.malformed"

MISSING = "r.{table}_row NOT IN (SELECT {table}_row FROM covered_{table})"

# Rejected rows of the relation whose rows of the source are all in other events.
PARTS = """
SELECT true, {of_table}, {file}, {line}, r.regulars_reason, CAST(to_json({row}) AS VARCHAR)
  FROM relation AS r {joins} WHERE r.regulars_reason IS NOT NULL AND {is_covered}
"""

REJECTS = """
CREATE TABLE reject AS
SELECT * FROM ({parts}) AS found (is_part, of_table, file, line, reason, row) ORDER BY file, line, row
"""

CONFLICTS = """
SELECT fact.number, {of_table}, {file}, {line}, CAST(to_json({row}) AS VARCHAR)
  FROM fact JOIN relation AS r ON r.regulars_row = fact.rows[1] {joins}
 WHERE list_contains($numbers, fact.number) ORDER BY fact.number
"""

REASONS = "SELECT reason, count(*) AS rows FROM reject GROUP BY reason ORDER BY rows DESC, reason LIMIT {most}"


class Account(NamedTuple):
    """What became of the rows: ``rows`` is the sum of those in events, those looked up, and those rejected."""

    rows: int
    rows_in_events: int
    rows_looked_up: int
    rows_rejected: int
    parts_rejected: int
    reasons: dict[str, int]


def account(connection: Connection, mapping: Mapping, columns: list[str]) -> Account:
    """Make the table ``reject``, and count. ``columns`` are the relation's own."""
    facts = [table for table in mapping.tables if not table.lookup]
    for table in facts:
        connection.execute(COVERED.format(table=table.name))
    parts = [MALFORMED]
    for table in mapping.tables:
        values = {"table": table.name, "name": literal(table.name), "row": _row(connection, table)}
        parts.insert(0, (UNREADABLE if table.lookup else UNUSED).format(**values))
    if mapping.query:
        missing = [MISSING.format(table=table.name) for table in facts]
        parts.append(PARTS.format(is_covered=f"({' OR '.join(missing)}) IS NOT TRUE", **_place(mapping, columns)))
    connection.execute(REJECTS.format(parts=" UNION ALL ".join(parts)))
    staged = [f"staging.{table.name}" for table in mapping.tables]
    lookups = [table.name for table in mapping.tables if table.lookup]
    return Account(
        rows=count(connection, *staged, "staging.malformed"),
        rows_in_events=count(connection, *(f"covered_{table.name}" for table in facts)),
        rows_looked_up=count(connection, *lookups),
        rows_rejected=count(connection, "reject WHERE NOT is_part"),
        parts_rejected=count(connection, "reject WHERE is_part"),
        reasons=dict(connection.execute(REASONS.format(most=MOST_REASONS)).fetchall()),
    )


def conflicts(connection: Connection, mapping: Mapping, columns: list[str], ids: dict[int, str]) -> Iterator[bytes]:
    """Return the lines for facts that the log refused: their ids by number. Each names the first row of the fact."""
    found = connection.execute(CONFLICTS.format(**_place(mapping, columns)), {"numbers": list(ids)})
    for number, table, file, line, row in found.fetchall():
        reason = "conflict: the log holds another fact under this id"
        yield _line({"table": table, "file": file, "line": line, "reason": reason, "id": ids[number]}, row)


def lines(connection: Connection) -> Iterator[bytes]:
    """Return the lines of the table ``reject``."""
    found = connection.execute("SELECT is_part, of_table, file, line, reason, row FROM reject")
    while page := found.fetchmany(PAGE_ROWS):
        for is_part, table, file, line, reason, row in page:
            entry = {"table": table, "file": file, "line": line, "reason": reason}
            yield _line(entry | {"part": True} if is_part else entry, row)


def where(path: Path, given: Path | None) -> Path:
    """Return where the rejects of ``path`` go: as given, beside it, or where that cannot be written, into this folder.

    Raises ImportRefused when none of them can be written.
    """
    beside = path.absolute().with_name(f"{path.absolute().name}.rejects.jsonl")
    choices = [given] if given else [beside, Path.cwd() / beside.name]
    for choice in choices:
        if os.access(choice.absolute().parent, os.W_OK) and not choice.is_dir():
            return choice
    message = f"{choices[0]}: the rejects cannot be written there; name another place"
    raise ImportRefused(message)


@contextmanager
def written_whole(path: Path) -> Iterator[Any]:
    """Open a file that appears under its name when it is written to the end, and not at all otherwise."""
    with NamedTemporaryFile("wb", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            yield file
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)


def _line(entry: dict[str, Any], row: str) -> bytes:
    return msgspec.json.encode(entry | {"row": msgspec.Raw(row.encode())}) + b"\n"


def _row(connection: Connection, table: Table) -> str:
    ours = {f"{table.name}_row", f"{table.name}_key"}
    names = [str(row[0]) for row in connection.execute(f"DESCRIBE staging.{table.name}").fetchall()]
    return _struct("s", [name for name in names if name not in ours and not name.startswith("regulars_")])


def _struct(alias: str, names: list[str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {alias}.{identifier(name)}" for name in names) + "}"


def _place(mapping: Mapping, columns: list[str]) -> dict[str, str]:
    """Return SQL for where a row of the relation comes from: the first table that is not only looked up."""
    names = [table.name for table in mapping.tables if not table.lookup]
    return {
        "of_table": f"CASE {' '.join(f'WHEN r.{name}_row IS NOT NULL THEN {literal(name)}' for name in names)} END",
        "file": f"coalesce({', '.join(f'{name}.regulars_file' for name in names)}, NULL)",
        "line": f"coalesce({', '.join(f'{name}.regulars_line' for name in names)}, NULL)",
        "joins": " ".join(f"LEFT JOIN staging.{name} AS {name} ON {name}.{name}_row = r.{name}_row" for name in names),
        "row": _struct("r", columns),
    }
