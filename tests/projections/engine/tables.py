"""Tables under test: made, drained and made live step by step, where a test looks between two steps."""

from collections.abc import Callable, Iterable, Sequence

from events.log import Chunk, EventLog, Positions
from projections._engine import digest, registry
from projections._engine.declaration import Projection
from projections._engine.progress import Progress
from projections._engine.projector import Projector, make_live
from projections._engine.pump import Lane
from projections._engine.registry import Connection, Table

NEWS = "UPDATE engine.checkpoint SET signals_from = 0 WHERE table_name = ANY (%s)"
LIVE = "SELECT table_name FROM engine.projection WHERE name = %s AND state = 'live'"

Connect = Callable[[], Connection]


def new_tables(connection: Connection, log: EventLog, projections: Iterable[Projection]) -> list[Table]:
    """Return an empty table of each projection, the next generation of it; it is not live."""
    with connection.transaction():
        return [registry.new_table(connection, projection, log) for projection in projections]


def live_name(connection: Connection, projection: str) -> str:
    """Return the name of the live table of a projection, whatever its version."""
    (name,) = connection.execute(LIVE, [projection]).fetchall()[0]
    return str(name)


def live_tables(connection: Connection, log: EventLog, projections: Iterable[Projection]) -> list[Table]:
    """Return an empty live table of each projection, in place of the one before; the whole log is news to it."""
    tables = new_tables(connection, log, projections)
    connection.execute(NEWS, [[table.name for table in tables]])
    make_live(connection, tables)
    return [table._replace(live=True) for table in tables]


def drain(
    log: EventLog,
    connect: Connect,
    tables: Sequence[Table],
    *,
    batch_events: int = 1000,
    until: Positions | None = None,
) -> Progress:
    """Take the tables over and bring them to the log's end, or to the positions."""
    with Lane(log, connect, tables, batch_events=batch_events) as lane:
        lane.drain(log.ends() if until is None else until)
        return lane.progress


def pump(log: EventLog, connect: Connect, projections: Sequence[Projection], *, batch_events: int = 1000) -> Progress:
    """Let a projector catch up, as a worker does on its start."""
    projector = Projector(log, connect, projections, batch_events=batch_events)
    try:
        return projector.catch_up()
    finally:
        projector.close()


def opened(connection: Connection, log: EventLog, projections: Iterable[Projection]) -> list[Table]:
    """Return the tables that a worker opens for these projections."""
    return registry.open_tables(connection, projections, log)


def digest_of(connection: Connection, table: Table) -> str:
    """Return the digest of what a table holds."""
    return digest.table_digest(connection, table).digest


def chunk_of(values: Sequence[bytes], log: EventLog, start: int = 0) -> Chunk:
    """Return values as a partition of a log would give them."""
    return Chunk(0, range(start, start + len(values)), list(values), start + len(values), log.records(0, 0, 1)[0][2])
