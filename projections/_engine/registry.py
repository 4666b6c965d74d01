"""Which tables there are: creates them, checks that declarations still fit, and points the views at the live ones."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from events.log import EventLog
from projections._engine import ddl
from projections._engine.declaration import Projection
from projections._engine.errors import DeclarationChanged

Connection = psycopg.Connection[TupleRow]

# The live table of a version first, then what is still building.
TABLES_OF = """
SELECT table_name, fingerprint, state FROM engine.projection
 WHERE name = %(name)s AND version = %(version)s AND state <> 'retired' ORDER BY state = 'live' DESC, generation DESC
"""

REGISTER = """
INSERT INTO engine.projection (table_name, name, version, generation, fingerprint, state)
VALUES (%(table)s, %(name)s, %(version)s, %(generation)s, %(fingerprint)s, 'building')
"""

# Signals go on where the live table stands, which goes on itself: what both signal is one signal. The first table of a
# projection takes what is on the log for history.
START_CHECKPOINTS = """
INSERT INTO engine.checkpoint (table_name, partition, log_id, next_offset, signals_from)
SELECT %(table)s, w.partition, %(log_id)s, w.next_offset, coalesce(before.signals_from, w.end_offset)
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[], %(ends)s::bigint[])
       AS w (partition, next_offset, end_offset)
  LEFT JOIN (SELECT c.partition, greatest(c.next_offset, c.signals_from) AS signals_from
               FROM engine.checkpoint AS c JOIN engine.projection AS p USING (table_name)
              WHERE p.name = %(name)s AND p.state = 'live' AND c.log_id = %(log_id)s) AS before USING (partition)
"""

HIGHEST_GENERATION = "SELECT coalesce(max(generation), 0) FROM engine.projection WHERE name = %s AND version = %s"


SCRIPTS = (
    ("engine.sql", "engine.projection"),
    ("engine_kafka.sql", "engine.seen_ids"),
    ("engine_dismissed.sql", "engine.dead_letter_open"),
    ("engine_past.sql", "engine.past"),
    ("engine_once.sql", "engine.signal_once"),
)
"""What makes the engine's schema, in order: a script, and a table or index of its own that is there once it has run."""


class Table(NamedTuple):
    """A projection and the table that holds one generation of it."""

    projection: Projection
    name: str
    live: bool
    schema: str = ddl.SCHEMA


def create_engine(connection: Connection) -> None:
    """Create the engine's schema where it is missing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        for script, made_by_it in SCRIPTS:
            if connection.execute("SELECT to_regclass(%s)", [made_by_it]).fetchone() == (None,):
                connection.execute(files("projections._engine").joinpath(script).read_text(encoding="utf-8"))


def open_tables(connection: Connection, projections: Iterable[Projection], log: EventLog) -> list[Table]:
    """Return the table of every stored projection, made and registered where it is new.

    A new projection, or a new version of one, gets a table that is building: it becomes live once it has caught up.
    Raises DeclarationChanged where a declaration differs from the table's and its version was not raised.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        return [_open(connection, projection, log) for projection in projections]


def _open(connection: Connection, projection: Projection, log: EventLog) -> Table:
    rows = connection.execute(TABLES_OF, {"name": projection.name, "version": projection.version}).fetchall()
    fingerprint = projection.fingerprint()
    for table, stored, state in rows:
        if stored == fingerprint:
            return Table(projection, table, live=state == "live")
        if state == "live":
            message = (
                f"the declaration of projection {projection.name} v{projection.version} differs from the one that"
                f" filled table {table}; raise its version and the new table is built beside the old one"
            )
            raise DeclarationChanged(message)
    return new_table(connection, projection, log)


def new_table(connection: Connection, projection: Projection, log: EventLog) -> Table:
    """Create and register the next generation's empty table, with its checkpoints at the log's beginning."""
    row = connection.execute(HIGHEST_GENERATION, [projection.name, projection.version]).fetchone()
    generation = (row[0] if row else 0) + 1
    table = ddl.table_name(projection, generation)
    connection.execute(
        REGISTER,
        {
            "table": table,
            "name": projection.name,
            "version": projection.version,
            "generation": generation,
            "fingerprint": projection.fingerprint(),
        },
    )
    starts, ends = log.starts(), log.ends()
    connection.execute(
        START_CHECKPOINTS,
        {
            "table": table,
            "name": projection.name,
            "log_id": log.log_id,
            "partitions": list(starts),
            "offsets": list(starts.values()),
            "ends": [ends[partition] for partition in starts],
        },
    )
    connection.execute(ddl.create_table(projection, table))
    for statement in ddl.create_indexes(projection, table):
        connection.execute(statement)
    return Table(projection, table, live=False)


def make_live(connection: Connection, tables: Sequence[Table]) -> list[Table]:
    """Point the stable names at these tables and retire and drop what they replace. Call it in a transaction."""
    for table in tables:
        replaced = connection.execute(
            "UPDATE engine.projection SET state = 'retired', changed_at = now()"
            " WHERE name = %s AND state <> 'retired' AND table_name <> %s RETURNING table_name",
            [table.projection.name, table.name],
        ).fetchall()
        connection.execute(
            "UPDATE engine.projection SET state = 'live', changed_at = now() WHERE table_name = %s", [table.name]
        )
        if table.projection.keeps_events:
            drop_pasts(connection)
        for statement in ddl.create_views(table.projection, table.name):
            connection.execute(statement)
        for (name,) in replaced:
            connection.execute(ddl.drop_table(name))
            connection.execute("DELETE FROM engine.checkpoint WHERE table_name = %s", [name])
            connection.execute(
                "UPDATE engine.dead_letter SET missed = array_remove(missed, %s) WHERE %s = ANY (missed)", [name, name]
            )
    return [table._replace(live=True) for table in tables]


def drop_pasts(connection: Connection) -> None:
    """Drop every past: their views of the events hang on that of the log, which is about to be another."""
    for (schema,) in connection.execute("DELETE FROM engine.past RETURNING schema_name").fetchall():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def make_view(connection: Connection, projection: Projection) -> None:
    """Create the view of a projection that the journal serves, where it is missing."""
    exists = connection.execute("SELECT to_regclass(%s)", [f"{ddl.SCHEMA}.{projection.name}"]).fetchone()
    if exists == (None,):
        for statement in ddl.create_log_view(projection):
            connection.execute(statement)


def analyze(connection: Connection, tables: Sequence[Table]) -> None:
    """Have the planner know tables that were filled just now: autovacuum comes too late for whoever asks next."""
    names = [(table.schema, table.name) for table in tables]
    names += [(table.schema, "person_of") for table in tables if table.projection.graph]
    for name in names:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(*name)))


def live_tables(connection: Connection, projections: Iterable[Projection]) -> list[Table]:
    """Return the live tables of these projections; those that have none yet are left out."""
    rows = connection.execute("SELECT name, table_name FROM engine.projection WHERE state = 'live'").fetchall()
    names: dict[str, str] = dict(rows)
    return [Table(each, names[each.name], live=True) for each in projections if each.name in names]
