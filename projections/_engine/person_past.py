"""The past of one person, for queries: their rows as of a point, under the names that queries use, and nobody else's.

It is folded from that person's events alone, see ``as_of``, and lies in a schema that is rolled back when the block
ends. What belongs to no person, such as pairs of products, is answered as of now.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from psycopg import sql

from projections._engine import ddl
from projections._engine.as_of import Past, Until, as_of
from projections._engine.bulk import copy_into
from projections._engine.declaration import Projection
from projections._engine.past import LIVE_SCHEMAS
from projections._engine.past_events import events_until, held
from projections._engine.reference import States
from projections._engine.registry import Connection

MOST_SCRIPTS = 64
"""Of how many connections it is remembered how their schemas are made."""


@contextmanager
def looking_back(
    connection: Connection, projections: Sequence[Projection], subject: str, until: Until
) -> Iterator[Past]:
    """Have a connection's queries answered of one person as of a point, until the block ends.

    ``projections`` are those that queries may read, the graph among them. Nothing of it is seen by others.
    """
    past = as_of(connection, projections, subject, until)
    with connection.transaction(force_rollback=True):
        row = connection.execute("SELECT 'past_of_one_' || pg_backend_pid()").fetchone()
        schema = str(row[0]) if row else ""
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        _create(connection, schema, past)
        told = tuple(each for each in projections if not each.keeps_events and each.name in past.states)
        connection.execute(_made(told, schema), prepare=False)
        for projection in told:
            if states := past.states[projection.name]:
                _fill(connection, projection, schema, states)
        own = sql.SQL("subject = ANY ({}) AND {}").format(sql.Literal(past.identifiers), held(until))
        for projection in projections:
            if projection.keeps_events:
                connection.execute(sql.SQL("; ").join(events_until(projection, schema, own)), prepare=False)
        connection.execute("SELECT set_config('search_path', %s, true)", [f"{schema}, {LIVE_SCHEMAS}"])
        yield past


def _create(connection: Connection, schema: str, past: Past) -> None:
    persons = sql.Identifier(schema, "person_of")
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE projection.person_of INCLUDING ALL)").format(persons))
    others = [identifier for identifier in past.identifiers if identifier != past.person]
    query = sql.SQL("INSERT INTO {} SELECT unnest(%s::text[]), %s, false").format(persons)
    connection.execute(query, [others, past.person])


@lru_cache(maxsize=MOST_SCRIPTS)
def _made(projections: tuple[Projection, ...], schema: str) -> bytes:
    """Return the statements for empty tables with their views and functions: in one trip, since a slider asks often."""
    statements: list[sql.Composable] = []
    for projection in projections:
        table = _table(projection)
        fields = [sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(f.sql_type)) for f in projection.fields()]
        made = sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(schema, table), sql.SQL(", ").join(fields))
        statements += [made, *ddl.show(projection, table, schema)]
    return sql.SQL("; ").join(statements).as_bytes(None)


def _table(projection: Projection) -> str:
    return projection.name + "_rows"


def _fill(connection: Connection, projection: Projection, schema: str, states: States) -> None:
    values, fields = projection.compiled.values, projection.fields()
    statement = ddl.copy_rows(projection, _table(projection), schema)
    with connection.cursor() as cursor, copy_into(cursor, statement) as copy:
        copy.set_types([field.copy_type for field in fields])
        for key, row in states.items():
            copy.write_row(values(key, row))
