"""How a projection's file reads its own tables: named SQL, parameters by name, rows as dicts."""

from typing import Any, LiteralString

from psycopg.rows import dict_row

from projections._engine.registry import Connection


def rows(connection: Connection, statement: LiteralString, /, **parameters: Any) -> list[dict[str, Any]]:
    """Return the rows of a query as dicts by column name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, parameters).fetchall()


def row(connection: Connection, statement: LiteralString, /, **parameters: Any) -> dict[str, Any]:
    """Return the only row of a query that always has one, such as an aggregate over everything."""
    return rows(connection, statement, **parameters)[0]
