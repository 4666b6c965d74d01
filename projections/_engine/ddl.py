"""The SQL that a declaration stands for: tables, upserts and the views that people query.

A projection's rows live in a table of their own generation (``projection.purchases_v1_g1``). The stable names are
views: ``projection.purchases`` shows the live generation, ``projection.purchases_by_person`` merges one person's
identifiers.
"""

import re

from psycopg import sql

from projections._engine import kept
from projections._engine.declaration import Projection

SCHEMA = "projection"


def table_name(projection: Projection, generation: int) -> str:
    """Return the name of a generation's table."""
    return f"{projection.name}_v{projection.version}_g{generation}"


def _names(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _expression(text: str) -> sql.SQL:
    return sql.SQL(text)  # made from the declaration, never from input


def create_table(projection: Projection, table: str) -> sql.Composed:
    """Return the statement that creates a generation's table."""
    if projection.keeps_events:
        return sql.SQL(kept.CREATE).format(table=sql.Identifier(table))
    fields = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(field.name), _expression(field.sql_type))
        for field in projection.fields()
    )
    return sql.SQL("CREATE TABLE {}.{} ({}, PRIMARY KEY ({})) WITH (fillfactor = 85)").format(
        sql.Identifier(SCHEMA), sql.Identifier(table), fields, _names([key.name for key in projection.keys])
    )


def create_indexes(projection: Projection, table: str) -> list[sql.Composed]:
    """Return the statements for the further indexes that the declaration asks for."""
    return [
        sql.SQL("CREATE INDEX ON {}.{} ({})").format(
            sql.Identifier(SCHEMA), sql.Identifier(table), _names([name.strip() for name in index.split(",")])
        )
        for index in projection.indexes
    ]


def create_stage(table: str) -> sql.Composed:
    """Return the statement for the session's staging table, from which a batch is upserted."""
    return sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}.{}) ON COMMIT DELETE ROWS").format(
        sql.Identifier(stage_name(table)), sql.Identifier(SCHEMA), sql.Identifier(table)
    )


def stage_name(table: str) -> str:
    """Return the name of a table's staging table."""
    return f"stage_{table}"


def copy_stage(projection: Projection, table: str) -> sql.Composed:
    """Return the statement that copies rows into the staging table."""
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(stage_name(table)), _names([field.name for field in projection.fields()])
    )


def upsert(projection: Projection, table: str) -> sql.Composed:
    """Return the statement that merges the staged rows into the table, in key order so that writers cannot deadlock."""
    keys = _names([key.name for key in projection.keys])
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(name), _expression(re.sub(r"\bnew\.", "excluded.", expression)))
        for column in projection.columns
        for name, expression in column.upsert().items()
    ]
    action = sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(assignments)) if assignments else sql.SQL("NOTHING")
    return sql.SQL(
        "INSERT INTO {schema}.{table} AS old ({fields}) SELECT {fields} FROM {stage} ORDER BY {keys}"
        " ON CONFLICT ({keys}) DO {action}"
    ).format(
        schema=sql.Identifier(SCHEMA),
        table=sql.Identifier(table),
        stage=sql.Identifier(stage_name(table)),
        fields=_names([field.name for field in projection.fields()]),
        keys=keys,
        action=action,
    )


def select_rows(projection: Projection, table: str) -> sql.Composed:
    """Return the query for all rows in key order."""
    return sql.SQL("SELECT {} FROM {} AS r ORDER BY {}").format(
        _names([field.name for field in projection.fields()]),
        _source(projection, table),
        _names([key.name for key in projection.keys]),
    )


def _source(projection: Projection, table: str) -> sql.Composed:
    if projection.keeps_events:
        return sql.SQL("({})").format(sql.SQL(kept.SELECT).format(table=sql.Identifier(table)))
    return sql.SQL("{}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(table))


def create_views(projection: Projection, table: str) -> list[sql.Composed]:
    """Return the statements that point the stable names at a generation."""
    view, by_person = sql.Identifier(projection.name), sql.Identifier(f"{projection.name}_by_person")
    schema = sql.Identifier(SCHEMA)
    statements = [
        sql.SQL("DROP VIEW IF EXISTS {}.{}").format(schema, by_person),
        sql.SQL("DROP VIEW IF EXISTS {}.{}").format(schema, view),
    ]
    shown = sql.SQL("CREATE VIEW {}.{} AS SELECT * FROM {} AS r")
    statements.append(shown.format(schema, view, _source(projection, table)))
    if projection.keeps_events:
        statements.append(_events_by_person(projection))
    elif projection.personal:
        statements.append(_by_person(projection))
    return statements


def create_log_view(projection: Projection) -> list[sql.Composed]:
    """Return the statements for the view of a projection that a log serves which can be queried."""
    view = sql.Identifier(SCHEMA, projection.name)
    return [
        sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(SCHEMA, f"{projection.name}_by_person")),
        sql.SQL("DROP VIEW IF EXISTS {}").format(view),
        sql.SQL("CREATE VIEW {} AS {}").format(view, _expression(projection.log_view or "")),
        _events_by_person(projection),
    ]


def _events_by_person(projection: Projection) -> sql.Composed:
    words = """CREATE VIEW {view} AS SELECT coalesce(p.person, r.subject) AS person, r.* FROM {events} AS r
      LEFT JOIN projection.person_of AS p ON p.identifier = r.subject"""
    view = sql.Identifier(SCHEMA, f"{projection.name}_by_person")
    return sql.SQL(words).format(view=view, events=sql.Identifier(SCHEMA, projection.name))


def _by_person(projection: Projection) -> sql.Composed:
    others = [key.name for key in projection.keys if key.name != "subject"]
    combined = [
        sql.SQL("{} AS {}").format(_expression(expression), sql.Identifier(name))
        for column in projection.columns
        for name, expression in column.combine().items()
    ]
    person = sql.SQL("coalesce(p.person, r.subject)")
    grouped = [person, *(sql.SQL("r.{}").format(sql.Identifier(name)) for name in others)]
    chosen = [sql.SQL("{} AS person").format(person), *grouped[1:], *combined]
    return sql.SQL(
        "CREATE VIEW {schema}.{view} AS SELECT {chosen} FROM {schema}.{source} AS r"
        " LEFT JOIN {schema}.person_of AS p ON p.identifier = r.subject GROUP BY {grouped}"
    ).format(
        schema=sql.Identifier(SCHEMA),
        view=sql.Identifier(f"{projection.name}_by_person"),
        source=sql.Identifier(projection.name),
        chosen=sql.SQL(", ").join(chosen),
        grouped=sql.SQL(", ").join(grouped),
    )


def drop_table(table: str) -> sql.Composed:
    """Return the statement that drops a retired generation."""
    return sql.SQL("DROP TABLE IF EXISTS {}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(table))
