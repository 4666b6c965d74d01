"""The SQL that a declaration stands for: tables, upserts and the views that people query.

A projection's rows live in a table of their own generation (``projection.purchases_v1_g1``). The stable names are
views: ``projection.purchases`` shows the live generation, ``projection.purchases_by_person`` merges each person's
identifiers. ``projection.purchases_of('customer:42')`` is that view for one person, who may be named by any identifier,
and costs no more than that person's rows. A past, see ``past``, has the same names in a schema of its own.
"""

import re
from collections.abc import Sequence

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


def create_table(projection: Projection, table: str, schema: str = SCHEMA) -> sql.Composed:
    """Return the statement that creates a generation's table."""
    if projection.keeps_events:
        return sql.SQL(kept.CREATE).format(table=sql.Identifier(table))
    fields = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(field.name), _expression(field.sql_type))
        for field in projection.fields()
    )
    return sql.SQL("CREATE TABLE {}.{} ({}, PRIMARY KEY ({})) WITH (fillfactor = 85)").format(
        sql.Identifier(schema), sql.Identifier(table), fields, _names([key.name for key in projection.keys])
    )


def create_indexes(projection: Projection, table: str, schema: str = SCHEMA) -> list[sql.Composed]:
    """Return the statements for the further indexes that the declaration asks for."""
    return [
        sql.SQL("CREATE INDEX ON {}.{} ({})").format(
            sql.Identifier(schema), sql.Identifier(table), _names([name.strip() for name in index.split(",")])
        )
        for index in projection.indexes
    ]


def create_stage(table: str, schema: str = SCHEMA) -> sql.Composed:
    """Return the statement for the session's staging table, from which a batch is upserted."""
    return sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}.{}) ON COMMIT DELETE ROWS").format(
        sql.Identifier(stage_name(table)), sql.Identifier(schema), sql.Identifier(table)
    )


def stage_name(table: str) -> str:
    """Return the name of a table's staging table."""
    return f"stage_{table}"


def copy_stage(projection: Projection, table: str) -> sql.Composed:
    """Return the statement that copies rows into the staging table."""
    return _copy(projection, sql.Identifier(stage_name(table)))


def copy_rows(projection: Projection, table: str, schema: str) -> sql.Composed:
    """Return the statement that copies rows into a table that is empty."""
    return _copy(projection, sql.Identifier(schema, table))


def _copy(projection: Projection, into: sql.Identifier) -> sql.Composed:
    names = _names([field.name for field in projection.fields()])
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(into, names)


def upsert(projection: Projection, table: str, schema: str = SCHEMA) -> sql.Composed:
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
        schema=sql.Identifier(schema),
        table=sql.Identifier(table),
        stage=sql.Identifier(stage_name(table)),
        fields=_names([field.name for field in projection.fields()]),
        keys=keys,
        action=action,
    )


def select_rows(projection: Projection, table: str, schema: str = SCHEMA) -> sql.Composed:
    """Return the query for all rows in key order."""
    return sql.SQL("SELECT {} FROM {} AS r ORDER BY {}").format(
        _names([field.name for field in projection.fields()]),
        _source(projection, table, schema),
        _names([key.name for key in projection.keys]),
    )


def _source(projection: Projection, table: str, schema: str) -> sql.Composed:
    if projection.keeps_events:
        return sql.SQL("({})").format(sql.SQL(kept.SELECT).format(table=sql.Identifier(table)))
    return sql.SQL("{}").format(sql.Identifier(schema, table))


def create_views(projection: Projection, table: str, schema: str = SCHEMA) -> list[sql.Composed]:
    """Return the statements that point the stable names at a generation."""
    return [*drop_views(projection, schema), *show(projection, table, schema)]


def show(projection: Projection, table: str, schema: str) -> list[sql.Composed]:
    """Return the statements that give a table its stable names in a schema that has none of them."""
    shown = sql.SQL("CREATE VIEW {} AS SELECT * FROM {} AS r")
    statements = [shown.format(sql.Identifier(schema, projection.name), _source(projection, table, schema))]
    if projection.keeps_events:
        statements += events_by_person(projection, schema)
    elif projection.personal:
        statements += _by_person(projection, schema)
    return statements


def create_log_view(projection: Projection) -> list[sql.Composed]:
    """Return the statements for the view of a projection that a log serves which can be queried."""
    view = sql.Identifier(SCHEMA, projection.name)
    return [
        *drop_views(projection, SCHEMA),
        sql.SQL("CREATE VIEW {} AS {}").format(view, _expression(projection.log_view or "")),
        *events_by_person(projection, SCHEMA),
    ]


def drop_views(projection: Projection, schema: str) -> list[sql.Composed]:
    """Return the statements that take the stable names away, where they are there."""
    return [
        sql.SQL("DROP FUNCTION IF EXISTS {}(text)").format(sql.Identifier(schema, f"{projection.name}_of")),
        sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(schema, f"{projection.name}_by_person")),
        sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(schema, projection.name)),
    ]


def events_by_person(projection: Projection, schema: str) -> list[sql.Composed]:
    """Return the statements for what shows events by person, over the view of them."""
    return _personal_views(projection, schema, [sql.SQL("r.*")], [])


def _by_person(projection: Projection, schema: str) -> list[sql.Composed]:
    others = [sql.SQL("r.{}").format(sql.Identifier(key.name)) for key in projection.keys if key.name != "subject"]
    combined = [
        sql.SQL("{} AS {}").format(_expression(expression), sql.Identifier(name))
        for column in projection.columns
        for name, expression in column.combine().items()
    ]
    return _personal_views(projection, schema, [*others, *combined], [sql.SQL("1"), *others])


# What an identifier's person is called, and which identifiers that person has; an identifier without a row is its own.
PERSON = "coalesce((SELECT person FROM {person_of} WHERE identifier = {asked}), {asked})"
IDENTIFIERS = f"SELECT {PERSON} UNION SELECT identifier FROM {{person_of}} WHERE person = {PERSON}"


def _personal_views(
    projection: Projection, schema: str, chosen: Sequence[sql.Composable], grouped: Sequence[sql.Composable]
) -> list[sql.Composed]:
    """Return the statements for the view of all persons and for the function of one, which say the same."""
    names = {
        "view": sql.Identifier(schema, f"{projection.name}_by_person"),
        "function": sql.Identifier(schema, f"{projection.name}_of"),
        "source": sql.Identifier(schema, projection.name),
        "person_of": sql.Identifier(schema, "person_of"),
        "chosen": sql.SQL(", ").join(chosen),
        "grouped": sql.SQL(" GROUP BY {}").format(sql.SQL(", ").join(grouped)) if grouped else sql.SQL(""),
    }
    asked = {"person_of": names["person_of"], "asked": sql.Identifier(f"{projection.name}_of", "asked")}
    view = """CREATE VIEW {view} AS SELECT coalesce(p.person, r.subject) AS person, {chosen}
      FROM {source} AS r LEFT JOIN {person_of} AS p ON p.identifier = r.subject{grouped}"""
    function = """CREATE FUNCTION {function}(asked text) RETURNS SETOF {view} LANGUAGE sql STABLE ROWS 20
      BEGIN ATOMIC SELECT {person} AS person, {chosen} FROM {source} AS r
      WHERE r.subject = ANY (ARRAY({identifiers})){grouped}; END"""
    person = sql.SQL(PERSON).format(**asked)
    identifiers = sql.SQL(IDENTIFIERS).format(**asked)
    return [
        sql.SQL(view).format(**names),
        sql.SQL(function).format(**names, person=person, identifiers=identifiers),
    ]


def drop_table(table: str) -> sql.Composed:
    """Return the statement that drops a retired generation."""
    return sql.SQL("DROP TABLE IF EXISTS {}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(table))
