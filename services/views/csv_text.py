"""Rows as CSV, after RFC 4180, for programmes and for spreadsheets.

A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP's guidance on CSV injection
asks. What is a list or a map in JSON is JSON in its cell. Money stays in minor units, as in JSON.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import StringIO

import msgspec

from services.views.view import Row

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PIECE_ROWS = 500


def csv_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the text in pieces of some hundred rows; the columns are the first row's, nothing comes of no rows."""
    buffer, columns, held = StringIO(), None, 0
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        if columns is None:
            columns = list(row)
            writer.writerow(columns)
        writer.writerow([cell(row.get(column)) for column in columns])
        held += 1
        if held % PIECE_ROWS == 0:
            yield _taken(buffer)
    if held:
        yield _taken(buffer)


def cell(value: object) -> str | int | float:
    """Return a value as a cell has it."""
    match value:
        case str():
            told: str | int | float = "'" + value if value.startswith(FORMULA) else value
        case bool() | None:
            told = {True: "true", False: "false", None: ""}[value]
        case int() | float():
            told = value
        case datetime():
            told = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            told = value.isoformat()
        case _:
            told = msgspec.json.encode(value).decode()
    return told


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
