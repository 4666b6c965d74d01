"""The past of one person, for queries: their rows as of a point, under the names that queries use, and nobody else's.

It is folded from that person's events alone, see ``as_of``, and lies in a schema whose rows are rolled back when the
block ends: nobody else sees anything of it. What belongs to no person, such as pairs of products, is answered as of
now.

Some schemas with their tables, views and functions stay, empty, for whoever looks back next, since making them takes
longer than all else; where all of them are taken, one is made that is rolled back, too. The awkward half: what was
rolled back lies on the disk until Postgres cleans up behind it, as everything does that is changed or deleted.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files

from psycopg import sql

from projections._engine import ddl
from projections._engine.as_of import Past, Until, as_of
from projections._engine.bulk import copy_into
from projections._engine.declaration import Projection
from projections._engine.past import LIVE_SCHEMAS
from projections._engine.past_events import events_until, held
from projections._engine.reference import States
from projections._engine.registry import Connection

ROOMS = 8
"""So many may look back at a time without making anything."""

MOST_SCRIPTS = 64
"""Of how many schemas it is remembered how they are made."""

ENGINE = files("projections._engine").joinpath("engine.sql").read_bytes()
"""Makes the tables after which some of ours are made, too."""

TAKEN = "SELECT pg_try_advisory_lock(hashtext('regulars.past_of_one'), %s)"
LEFT = "SELECT pg_advisory_unlock(hashtext('regulars.past_of_one'), %s)"
MADE_OF = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"


@contextmanager
def looking_back(
    connection: Connection, projections: Sequence[Projection], subject: str, until: Until
) -> Iterator[Past]:
    """Have a connection's queries answered of one person as of a point, until the block ends.

    ``projections`` are those that queries may read, the graph among them. Nothing of it is seen by others.
    """
    past = as_of(connection, projections, subject, until)
    told = tuple(each for each in projections if not each.keeps_events and each.name in past.states)
    with _room(connection, told) as room, connection.transaction(force_rollback=True):
        schema = room or _made_for_once(connection, told)
        _fill_persons(connection, schema, past)
        for projection in told:
            if states := past.states[projection.name]:
                _fill(connection, projection, schema, states)
        own = sql.SQL("subject = ANY ({}) AND {}").format(sql.Literal(past.identifiers), held(until))
        for projection in projections:
            if projection.keeps_events:
                connection.execute(sql.SQL("; ").join(events_until(projection, schema, own)), prepare=False)
        connection.execute("SELECT set_config('search_path', %s, true)", [f"{schema}, {LIVE_SCHEMAS}"])
        yield past


@contextmanager
def _room(connection: Connection, projections: tuple[Projection, ...]) -> Iterator[str | None]:
    """Yield an empty schema that nobody else uses meanwhile, made or as it was left; None where all are taken."""
    number = next((each for each in range(ROOMS) if connection.execute(TAKEN, [each]).fetchone() == (True,)), None)
    if number is None:
        yield None
        return
    schema = f"past_of_one_{number}"
    try:
        _prepare(connection, schema, projections)
        yield schema
    finally:
        if not connection.closed:
            connection.execute(LEFT, [number])


def _prepare(connection: Connection, schema: str, projections: tuple[Projection, ...]) -> None:
    """Make a schema where it is not there, or is of other declarations."""
    script = _made(projections, schema)
    known = hashlib.sha256(script + ENGINE).hexdigest()
    if connection.execute(MADE_OF, [schema]).fetchone() == (known,):
        return
    named = sql.Identifier(schema)
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(named))
        connection.execute(script, prepare=False)
        connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(named, sql.Literal(known)))


def _made_for_once(connection: Connection, projections: tuple[Projection, ...]) -> str:
    row = connection.execute("SELECT 'past_of_one_by_' || pg_backend_pid()").fetchone()
    schema = str(row[0]) if row else ""
    connection.execute(_made(projections, schema), prepare=False)
    return schema


def _fill_persons(connection: Connection, schema: str, past: Past) -> None:
    others = [identifier for identifier in past.identifiers if identifier != past.person]
    query = sql.SQL("INSERT INTO {} SELECT unnest(%s::text[]), %s, false").format(sql.Identifier(schema, "person_of"))
    connection.execute(query, [others, past.person])


@lru_cache(maxsize=MOST_SCRIPTS)
def _made(projections: tuple[Projection, ...], schema: str) -> bytes:
    """Return the statements for a schema of empty tables with their views and functions: they are made in one trip."""
    persons = sql.SQL("CREATE UNLOGGED TABLE {} (LIKE projection.person_of INCLUDING ALL)")
    statements: list[sql.Composable] = [
        sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)),
        persons.format(sql.Identifier(schema, "person_of")),
    ]
    for projection in projections:
        table = _table(projection)
        fields = [sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(f.sql_type)) for f in projection.fields()]
        made = sql.SQL("CREATE UNLOGGED TABLE {} ({})")
        statements += [
            made.format(sql.Identifier(schema, table), sql.SQL(", ").join(fields)),
            *ddl.show(projection, table, schema),
        ]
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
