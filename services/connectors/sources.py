"""Finds the files of a source and opens them; every way of being broken becomes one sentence that names the file."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from services.connectors.errors import BadSource
from services.connectors.mapping import Mapping, Table

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(NamedTuple):
    """The files of one table."""

    table: Table
    paths: list[Path]


class Opened(NamedTuple):
    """An open text, and a function that tells how many of the bytes on the disk have been read."""

    text: io.TextIOWrapper
    position_bytes: Callable[[], int]


def found(path: Path, mapping: Mapping) -> list[Source]:
    """Return the files of each table: ``path`` itself, or those in the folder. Raises BadSource if one is missing."""
    if path.is_dir():
        return [Source(table, _in_folder(path, table)) for table in mapping.tables]
    if not path.is_file():
        message = f"{path}: there is no such file"
        raise BadSource(message)
    if len(mapping.tables) > 1:
        names = ", ".join(table.files[0] for table in mapping.tables)
        message = f"{path}: {mapping.name} reads several files ({names}): name the folder that holds them"
        raise BadSource(message)
    return [Source(mapping.tables[0], [path])]


def _in_folder(folder: Path, table: Table) -> list[Path]:
    for pattern in table.files:
        for one in (pattern, f"{pattern}.gz"):
            if paths := sorted(path for path in folder.glob(one) if path.is_file()):
                return paths
    names = f"is called {' or '.join(table.files)}" if table.files else "is named by the mapping: name the file itself"
    message = f"{folder}: no file in this folder {names} (table {table.name})"
    raise BadSource(message)


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[Opened]:
    """Open a text, plain or gzip. Bytes that are no text become surrogates. Raises BadSource, while reading too."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == _GZIP
            stream = io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=raw))) if packed else raw
            start = stream.peek(2)[:2]
            if not start:
                message = f"{path}: is empty"
                raise BadSource(message)
            if start in _UTF16 and encoding == "utf-8":
                message = f"{path}: is UTF-16; save it as UTF-8, or say so in the mapping (encoding: utf-16)"
                raise BadSource(message)
            name = "utf-8-sig" if encoding == "utf-8" else encoding
            yield Opened(io.TextIOWrapper(cast("BinaryIO", stream), name, "surrogateescape", newline=""), raw.tell)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"{path}: the gzip file is cut off or damaged ({error}); nothing was imported"
        raise BadSource(message) from None
    except UnicodeError as error:
        message = f"{path}: is not text in {encoding} ({error})"
        raise BadSource(message) from None
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise BadSource(message) from None
