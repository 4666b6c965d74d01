"""Fills the directory: everybody at once after a refresh, and those of whom something was heard in between.

Everything is read in one snapshot and kept in one transaction; of several processes one does it at a time. Rows that
did not change are not written. Who is asked for again gives the same rows, so nothing is lost by doing it twice.

The awkward half: ranks, dials and segments are those of the last refresh, and who came since then has no rank.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from projections import PROJECTIONS, purchases
from projections._engine import checkpoint
from projections._engine.registry import Connection, live_tables
from services.directory import folding, queries
from services.directory.queries import UNRANKED
from services.directory.schema import drop_indexes, make_indexes
from services.reports.asking import NO_CURRENCY, snapshot

READS = ("profile", "purchases", "visits", "complaint_cases", "managers", "identity")
"""The projections that it is worked out of; as of where all of them stand."""

LOCK, UNLOCK = (f"SELECT pg_advisory_{word}(hashtext('regulars.directory.fill'))" for word in ("lock", "unlock"))
AT_ONCE = 20_000


class State(NamedTuple):
    """As of what the directory is."""

    log_id: str
    currency: str
    month: object
    filled_at: datetime
    positions: Sequence[int]


def state_of(connection: Connection) -> State | None:
    """Return as of what the directory is, or nothing where it was never filled."""
    row = connection.execute(queries.STATE).fetchone()
    return None if row is None else State(*row)


def fill(connection: Connection, log_id: str, now: datetime) -> int:
    """Work everybody out, by a clock, and return how many customers there are."""
    with alone(connection), snapshot(connection):
        currency = next(iter(purchases.currencies(connection)), NO_CURRENCY)
        asked = _asked(connection, currency, now)
        positions = positions_of(connection)
        connection.execute(queries.TABLES)
        connection.execute(queries.EVERYBODY)
        first = connection.execute("SELECT FROM directory LIMIT 1").fetchone() is None
        if first:
            drop_indexes(connection)
        _keep(connection, asked, whole=True)
        for statement in (queries.ALL_GONE, queries.ALL_KEYS_GONE, queries.KEEP_KEYS):
            connection.execute(statement)
        if first:
            make_indexes(connection)
        connection.execute(queries.SEGMENTS_GONE)
        connection.execute(queries.KEEP_SEGMENTS, asked)
        connection.execute(queries.KEEP_STATE, asked | {"log_id": log_id, "positions": positions})
        customers: int = connection.execute("SELECT count(*) FROM directory").fetchall()[0][0]
    connection.execute("ANALYZE directory, directory_key")
    return customers


def fill_some(connection: Connection, subjects: Iterable[str], state: State, now: datetime) -> None:
    """Work out those to whom these subjects belong, within a transaction of the caller's, who is ``alone``."""
    asked = _asked(connection, state.currency, now)
    connection.execute(queries.TABLES)
    connection.execute(queries.SOME, {"subjects": sorted(set(subjects))})
    _keep(connection, asked, whole=False)
    for statement in (queries.GONE, queries.KEYS_GONE, queries.KEEP_KEYS):
        connection.execute(statement)


def positions_of(connection: Connection) -> list[int]:
    """Return the offset of each partition up to which everything that it reads has been folded."""
    vectors = [
        checkpoint.positions(connection, table.name)
        for table in live_tables(connection, [each for each in PROJECTIONS if each.name in READS])
    ]
    partitions = sorted({partition for vector in vectors for partition in vector})
    return [min(vector.get(partition, 0) for vector in vectors) for partition in partitions]


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Be the only one who fills: whoever else wants to waits."""
    connection.execute(LOCK)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(UNLOCK)


def _asked(connection: Connection, currency: str, now: datetime) -> dict[str, object]:
    months = [row[0] for row in connection.execute(queries.MONTHS, {"currency": currency, "now": now}).fetchall()]
    month, before = (*months, None, None)[:2]
    return {"currency": currency, "now": now, "month": month, "before": before}


def _keep(connection: Connection, asked: dict[str, object], *, whole: bool) -> None:
    connection.execute(queries.ANALYZE)
    _name(connection)
    connection.execute("ANALYZE directory_named")
    kept = [name for name in queries.COLUMNS if whole or name != "rank"]
    statement = sql.SQL(queries.KEEP).format(
        columns=_names(queries.COLUMNS),
        worked_out=sql.SQL(queries.WORKED_OUT).format(rank=sql.SQL(queries.RANK) if whole else sql.Literal(UNRANKED)),
        assignments=sql.SQL(", ").join(
            sql.SQL("{} = excluded.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in kept
        ),
        old=_names(kept, "old"),
        new=_names(kept, "excluded"),
    )
    connection.execute(statement, asked)


def _names(names: Sequence[str], table: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in names)


def _name(connection: Connection) -> None:
    """Work out by which words, addresses and numbers each of them is found."""
    with connection.cursor(name="directory_traits") as reading:
        reading.itersize = AT_ONCE
        reading.execute(queries.TRAITS)
        while rows := reading.fetchmany(AT_ONCE):
            with connection.cursor() as cursor:
                with cursor.copy(queries.COPY_NAMED) as copy:
                    for person, name, _, _ in rows:
                        if said := folding.words(name or ""):
                            copy.write_row((person, name, " ".join(said), "".join(f" {word}" for word in said)))
                with cursor.copy(queries.COPY_FOUND) as copy:
                    for row in rows:
                        for kind, key in keys(*row[1:]):
                            copy.write_row((kind, key, row[0]))


def keys(name: str | None, email: str | None, phone: str | None) -> Iterator[tuple[str, str]]:
    """Yield what somebody with these traits is found by: the kind and the key."""
    for word in dict.fromkeys(folding.words(name or "")):
        yield "word", word
    if address := folding.email(email or ""):
        yield "email", address
    if digits := folding.phone(phone or ""):
        yield "phone", folding.ending(digits)
