"""Cuts a text into the records of a table: exact line numbers, and what is malformed stays beside its neighbours.

A line number counts the lines of the file from one, the header and the lines inside quotes included; a record that
spans lines has the number of its first. A line ends with LF, CRLF or CR. Blank lines are no rows.

The awkward half: when a quote is never closed, or text follows a closing quote, only the line on which the record began
is rejected, and reading goes on with the next line. A record that is well formed but has the wrong number of columns
is rejected with all of its lines, as they may be one customer's text. A field of a CSV has at most 131,072 characters.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from services.connectors.mapping import Table

MAX_RECORD_CHARACTERS = 1 << 19
"""Twice what the bytes of an event may be. What is longer cannot become one."""


# What the csv module says, and what it means to whoever has to mend the file.
_QUOTING = (
    ("unexpected end of data", "a quote is opened and never closed"),
    ("expected after", "text follows a closing quote"),
    ("field limit", f"a field is longer than {csv.field_size_limit():,} characters"),
)

NUL = "holds the character U+0000, which no text may"


class Record(NamedTuple):
    """One row: the number of its first line, and its fields as text; None is a field that is not there."""

    line: int
    fields: Sequence[str | None]


class Malformed(NamedTuple):
    """What is no row: the number of its first line, why, and the text itself."""

    line: int
    reason: str
    text: str


class Lines:
    """The lines of a text. It knows which ones the current record is made of, and takes lines back."""

    def __init__(self, stream: Iterable[str]) -> None:
        """Read from a stream that keeps line ends, and that marks bytes it cannot decode by surrogates."""
        self._stream = iter(stream)
        self._returned: deque[str] = deque()
        self._taken: list[str] = []
        self._number = 0
        self._characters = 0
        self._suspect = False

    def __iter__(self) -> "Lines":
        """Return the lines from the next one on."""
        return self

    def __next__(self) -> str:
        """Return the next line."""
        line = self._returned.popleft() if self._returned else next(self._stream)
        self._number += 1
        self._taken.append(line)
        self._characters += len(line)
        if not line.isascii() or "\0" in line:
            self._suspect = True
        return line

    def begin(self) -> None:
        """Begin a record with the next line."""
        self._taken.clear()
        self._characters = 0
        self._suspect = False

    @property
    def start(self) -> int:
        """The number of the record's first line; 1 when there is none."""
        return max(1, self._number - len(self._taken) + 1)

    @property
    def text(self) -> str:
        """The record as it stands in the file."""
        return "".join(self._taken)

    def refuse(self, reason: str) -> Malformed:
        """Return the current record as one that is malformed; a byte that is no text is written in hexadecimal."""
        text = self.text.rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return Malformed(self.start, reason, text)

    def refuse_first(self, reason: str) -> Malformed:
        """Return the first line of the current record as malformed, and take back the others."""
        self._returned.extendleft(reversed(self._taken[1:]))
        self._number -= len(self._taken) - 1
        del self._taken[1:]
        return self.refuse(reason)

    def fault(self) -> str:
        """Return what is wrong with the characters of the current record; empty if nothing is."""
        if self._characters > MAX_RECORD_CHARACTERS:
            return f"is {self._characters:,} characters long; the most is {MAX_RECORD_CHARACTERS:,}"
        if not self._suspect:
            return ""
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            return f"byte 0x{ord(error.object[error.start]) - 0xDC00:02x} is not text in the file's encoding"
        return NUL if "\0" in self.text else ""


def records(lines: Lines, table: Table) -> Iterator[Record | Malformed]:
    """Return the records of a text, the header of a CSV included as the first one."""
    match table.format:
        case "jsonl":
            return _json_lines(lines, table.columns)
        case "csv" if table.delimiter != "whitespace":
            return _csv(lines, table)
        case _:
            return _plain(lines, whole=table.format == "lines")


def _csv(lines: Lines, table: Table) -> Iterator[Record | Malformed]:
    quotechar = table.quote or None  # with none there is no quoting
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if table.quote else csv.QUOTE_NONE
    reader = csv.reader(lines, strict=True, delimiter=table.delimiter, quotechar=quotechar, quoting=quoting)
    while True:
        lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines.refuse_first(next((says for hint, says in _QUOTING if hint in str(error)), str(error)))
            continue
        if fault := lines.fault():
            yield lines.refuse(fault)
        elif fields:
            yield Record(lines.start, fields)


def _plain(lines: Lines, *, whole: bool) -> Iterator[Record | Malformed]:
    while True:
        lines.begin()
        line = next(lines, None)
        if line is None:
            return
        if fault := lines.fault():
            yield lines.refuse(fault)
        elif fields := line.split():
            yield Record(lines.start, [line.rstrip("\r\n")] if whole else fields)


def _json_lines(lines: Lines, columns: list[str]) -> Iterator[Record | Malformed]:
    decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
    while True:
        lines.begin()
        line = next(lines, None)
        if line is None:
            return
        if fault := lines.fault():
            yield lines.refuse(fault)
        elif line.strip():
            try:
                held = decoder.decode(line)
                fields = [_json_text(held.get(column)) for column in columns]
            except msgspec.MsgspecError as error:
                yield lines.refuse(f"is not a JSON object: {error}")
                continue
            if any("\0" in field for field in fields if field):
                yield lines.refuse(NUL)
            else:
                yield Record(lines.start, fields)


def _json_text(value: msgspec.Raw | None) -> str | None:
    """Return a text as it is, null as None, and anything else as the JSON that was written."""
    if value is None or (written := bytes(value)) == b"null":
        return None
    return msgspec.json.decode(written, type=str) if written.startswith(b'"') else written.decode()
