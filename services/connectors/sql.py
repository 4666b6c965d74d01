"""Pieces of SQL that the import is built of. A mapping's expressions are trusted; names and texts are quoted."""

from collections.abc import Iterable

import duckdb

from services.connectors.mapping import Expression

Connection = duckdb.DuckDBPyConnection

COUNT = "SELECT count(*) FROM {rows}"


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def bracketed(expression: Expression) -> str:
    """Return an expression in brackets; YAML's numbers and truth values are themselves."""
    text = str(expression).lower() if isinstance(expression, bool) else str(expression)
    return f"(\n{text}\n)"  # a comment at the end of an expression ends with its line


def digest(expressions: Iterable[str]) -> str:
    """Return SQL for 128 bits of SHA-256 over some values, in hexadecimal.

    Each value is written as ``<bytes>:<text>,`` and NULL as ``-,``, so that no two lists of values look alike.
    """
    parts = [
        f"coalesce(strlen(CAST({one} AS VARCHAR)) || ':' || CAST({one} AS VARCHAR) || ',', '-,')" for one in expressions
    ]
    return f"left(sha256({' || '.join(parts)}), 32)"


def said(error: duckdb.Error) -> str:
    """Return the sentence in DuckDB's error, without its picture of the query."""
    return " ".join(str(error).split("\n\n")[0].split())


def count(connection: Connection, *rows: str) -> int:
    """Return how many rows some tables have in all; each may be followed by a condition."""
    return sum(int(connection.execute(COUNT.format(rows=one)).fetchall()[0][0]) for one in rows)
