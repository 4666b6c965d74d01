"""The mapping: how the rows of a source become events. It is a YAML file; this is its shape.

Every value that is called an expression is one DuckDB SQL expression over the source's columns, so a text constant
carries its own quotes (``"'GBP'"``). NULL means that the source does not say: the field is left out. The order of
work: the tables are read, ``query`` joins them, ``values`` are computed for each row, ``rejects`` turns rows away, and
``events`` makes facts of the rest.
"""

from collections.abc import Mapping as Mapped
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

SqlName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Expression = Annotated[str, Meta(min_length=1)] | int | float | bool
Fields = dict[str, Any]
"""Expressions by field; a mapping inside it makes an object inside the event."""


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the source, and how its files are read. Nothing is coerced: every column is text.

    ``files`` are names or patterns in the folder that is imported, and the first that fits counts; each also finds its
    ``.gz``. A single table needs none when a file is imported. ``columns`` must be there; without a header, or in JSON
    lines, they are all there is. The format ``lines`` has the one column ``text``. ``delimiter`` is one character or
    ``whitespace``, and an empty ``quote`` means that nothing is quoted. An empty field is NULL. ``types`` are DuckDB's
    (a row that does not fit them is rejected); ``unique`` rejects rows that repeat those columns. The rows of a
    ``lookup`` are only looked up: none of them needs to become a fact. A Parquet file keeps its own types.

    Queries and expressions also see ``<name>_row``, the row's place in the source, and ``<name>_key``, a digest of
    its content and of how many equal rows came before: a name for a row that has no other.
    """

    name: SqlName
    files: list[str] = []
    format: Literal["csv", "jsonl", "parquet", "lines"] = "csv"
    delimiter: Annotated[str, Meta(pattern="^(.|\t|whitespace)$")] = ","
    quote: Annotated[str, Meta(max_length=1)] = '"'
    header: bool = True
    columns: list[str] = []
    types: dict[str, str] = {}
    encoding: str = "utf-8"
    unique: list[str] = []
    lookup: bool = False


class Reject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows for which ``when`` is true are no facts, for a ``reason`` that is a sentence."""

    when: Expression
    reason: Annotated[str, Meta(min_length=1)]


class Lines(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each row of a group adds to the list ``into`` of the event, in source order."""

    into: str
    fields: Fields


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event for each row, or for each group of rows, for which ``when`` is true.

    With ``group_by`` the other expressions are of the group: its keys, or aggregates such as ``min(...)``. ``time`` has
    a zone. ``id`` is what tells one event of this type from another; without it, the keys of the group do, and without
    a group the content of the row. The version of the type is no part of an event's id.
    """

    type: str
    when: Expression = True
    group_by: list[Expression] = []
    subject: Expression
    time: Expression
    id: list[Expression] = []
    data: Fields = {}
    lines: Lines | None = None


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping. Its ``name`` is part of every event's id; ``source`` is the CloudEvents source.

    ``query`` is SQL over the tables that keeps the ``<table>_row`` columns. Its rows stand in source order, and those
    of the same source rows in the order of its columns, the first one first. ``values`` are computed in order, each
    may use those before it, and a row for which one fails is rejected. ``file`` is where the mapping was read from.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9._-]{0,63}$")]
    source: Annotated[str, Meta(min_length=1, max_length=256)]
    licence: str = ""
    attribution: str = ""
    tables: Annotated[list[Table], Meta(min_length=1)]
    query: str = ""
    values: dict[SqlName, Expression] = {}
    rejects: list[Reject] = []
    events: Annotated[list[Rule], Meta(min_length=1)]
    file: str = field(default="mapping", name="_file")


def places(fields: Mapped[str, Any], place: str) -> list[tuple[str, Expression]]:
    """Return every expression of some fields with its place in the mapping, such as ``events[0].data.order``."""
    found: list[tuple[str, Expression]] = []
    for name, value in fields.items():
        inner = f"{place}.{name}"
        found += places(value, inner) if isinstance(value, dict) else [(inner, value)]
    return found
