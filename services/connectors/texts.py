"""Copies the text files of a table into one clean CSV that DuckDB cannot misread, and what is malformed beside it."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TextIO

from services.connectors.errors import BadSource
from services.connectors.mapping import Table
from services.connectors.records import Lines, Malformed, Record, records
from services.connectors.sources import opened
from services.connectors.sql import literal

MARK_EVERY_ROWS = 20_000
MAX_ROW_BYTES = 1 << 22  # a record as long as may be, of characters of four bytes, twice over

# The clean files quote a CR and an LF inside a field because their own lines end with both.
LINE_END = "\r\n"
READ = "read_csv({path}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\r\\n', \
max_line_size={size}, columns={{{columns}}})"


def read_clean(path: Path, columns: dict[str, str]) -> str:
    """Return SQL that reads a clean file, whose columns are given with their types."""
    kinds = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return READ.format(path=literal(str(path)), size=MAX_ROW_BYTES, columns=kinds)


class TextTable:
    """The rows of one table: each with its place in the source, its file, its line and its fields."""

    def __init__(self, table: Table, folder: Path) -> None:
        """Write the clean files into a folder."""
        self._table = table
        self.rows_path = folder / f"{table.name}.rows.csv"
        self.malformed_path = folder / f"{table.name}.malformed.csv"
        self.columns: list[str] = []
        self.rows = 0

    def __enter__(self) -> Self:
        """Open the clean files."""
        paths = (self.rows_path, self.malformed_path)
        self._files: list[TextIO] = [path.open("w", encoding="utf-8", newline="") for path in paths]
        self._good, self._bad = (csv.writer(file, lineterminator=LINE_END) for file in self._files)
        return self

    def __exit__(self, *_: object) -> None:
        """Close them, so that they can be read."""
        for file in self._files:
            file.close()

    def add(self, path: Path, mark: Callable[[int], None]) -> None:
        """Copy one file; ``mark`` hears how many of its bytes are read. Raises BadSource."""
        with opened(path, self._table.encoding) as file:
            lines = Lines(file.text)
            cut = records(lines, self._table)
            columns = self._header(path, cut)
            if self.columns and columns != self.columns:
                message = f"{path}: its columns are not those of the files before it: {', '.join(columns)}"
                raise BadSource(message)
            self.columns = columns
            self._good.writerows(self._fitting(path.name, lines, cut, lambda: mark(file.position_bytes())))

    def _header(self, path: Path, cut: Iterator[Record | Malformed]) -> list[str]:
        if self._table.format != "csv" or not self._table.header:
            return self._table.columns or ["text"]
        first = next(cut, None)
        if not isinstance(first, Record):
            message = f"{path}: has no header: {first.reason if first else 'there are blank lines only'}"
            raise BadSource(message)
        return [name or f"column{place}" for place, name in enumerate(first.fields, start=1)]

    def _fitting(
        self, file: str, lines: Lines, cut: Iterator[Record | Malformed], mark: Callable[[], None]
    ) -> Iterator[list[Any]]:
        width, row = len(self.columns), self.rows
        for one in cut:
            if isinstance(one, Record) and len(one.fields) == width:
                row += 1
                yield [row, file, one.line, *one.fields]
                if row % MARK_EVERY_ROWS == 0:
                    mark()
            else:
                bad = lines.refuse(f"has {len(one.fields)} columns, not {width}") if isinstance(one, Record) else one
                self._bad.writerow((self._table.name, file, *bad))
        self.rows = row
