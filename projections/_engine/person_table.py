"""Keeps ``projection.person_of``: whom each identifier belongs to, in step with the identity graph's rows.

The graph is the projection that is declared with ``graph=True``: key ``(subject, identifier)``, columns ``linked``
(Latest[bool]) and ``decision`` (Latest[str]: ``confirmed`` or ``refused``). An identifier without a row is a person of
its own.
"""

from collections.abc import Mapping

from psycopg import sql

from projections._engine.compiler import Rows
from projections._engine.persons import Belonging, Edge, is_nobody, resolve
from projections._engine.registry import Connection

# Edges that touch some identifiers, from either end.
EDGES = """
SELECT subject, identifier, linked, decision FROM {table} WHERE subject = ANY (%(nodes)s)
UNION
SELECT subject, identifier, linked, decision FROM {table} WHERE identifier = ANY (%(nodes)s)
"""

SHARED = "SELECT identifier FROM projection.person_of WHERE identifier = ANY (%s) AND shared"

REPLACE = """
WITH wanted AS (SELECT * FROM unnest(%(identifiers)s::text[], %(persons)s::text[], %(shared)s::boolean[])
                    AS w (identifier, person, shared)),
gone AS (DELETE FROM {person_of} AS p USING wanted AS w
          WHERE p.identifier = w.identifier AND w.person = w.identifier AND NOT w.shared)
INSERT INTO {person_of} AS p (identifier, person, shared)
SELECT identifier, person, shared FROM wanted WHERE person <> identifier OR shared ORDER BY identifier
ON CONFLICT (identifier) DO UPDATE SET person = excluded.person, shared = excluded.shared
 WHERE (p.person, p.shared) IS DISTINCT FROM (excluded.person, excluded.shared)
"""


def settle(connection: Connection, table: str, rows: Rows) -> None:
    """Bring ``person_of`` in step with the edges that a batch touched, within its transaction.

    Only what is connected to them is resolved again. One writer at a time: batches with links take a lock until they
    commit, so that each sees the edges of the one before.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.person_of'))")
    edges, hubs = _connected(connection, table, rows)
    _replace(connection, resolve(edges, hubs))


def settle_all(connection: Connection, table: str, schema: str = "projection") -> None:
    """Make ``person_of`` anew from a whole table of edges."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.person_of'))")
    query = sql.SQL("SELECT subject, identifier, linked, decision FROM {}").format(sql.Identifier(schema, table))
    belongings = resolve(Edge(*row) for row in connection.execute(query))
    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, "person_of")))
    _replace(connection, belongings, schema)


def within_reach(connection: Connection, table: str, identifier: str) -> set[str]:
    """Return every identifier that was ever linked to this one, however indirectly, also if it was taken back.

    What stands for nobody links nobody, and is not gone through.
    """
    query = sql.SQL(EDGES).format(table=sql.Identifier("projection", table))
    seen: set[str] = set()
    frontier = {identifier}
    while frontier:
        seen |= frontier
        found = connection.execute(query, {"nodes": list(_somebody(frontier))}).fetchall()
        frontier = {node for row in found for node in row[:2]} - seen
    return seen


def _somebody(identifiers: set[str]) -> set[str]:
    return {identifier for identifier in identifiers if not is_nobody(identifier)}


def _replace(connection: Connection, belongings: Mapping[str, Belonging], schema: str = "projection") -> None:
    connection.execute(
        sql.SQL(REPLACE).format(person_of=sql.Identifier(schema, "person_of")),
        {
            "identifiers": list(belongings),
            "persons": [belonging.person for belonging in belongings.values()],
            "shared": [belonging.shared for belonging in belongings.values()],
        },
    )


def _connected(connection: Connection, table: str, rows: Rows) -> tuple[set[Edge], set[str]]:
    """Return all edges within reach of a batch's edges, and the shared devices at which the search stopped.

    A device that was shared before stays shared whatever is linked to it or around it, so the search does not go
    through it: a till that a hundred thousand customers used costs nothing. Only an unlinking, or a decision of staff,
    makes the search look at it again. What stands for nobody links nobody, so it leads nowhere either.
    """
    loosened: set[str] = set()
    decided = False
    for key, (linked, decision) in rows.items():
        decided = decided or decision is not None
        if linked is not None and not linked[2]:
            loosened |= set(key)
    query = sql.SQL(EDGES).format(table=sql.Identifier("projection", table))
    edges: set[Edge] = set()
    seen: set[str] = set()
    hubs: set[str] = set()
    frontier = _somebody({node for key in rows for node in key})
    while frontier:
        if not decided:
            stops = {row[0] for row in connection.execute(SHARED, [list(frontier - loosened)])}
            hubs |= stops
            frontier -= stops
        seen |= frontier
        found = {Edge(*row) for row in connection.execute(query, {"nodes": list(frontier)})}
        edges |= found
        frontier = _somebody({node for edge in found for node in edge[:2]} - seen - hubs)
    return edges, hubs
