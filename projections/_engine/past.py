"""The past of everybody: projections as of a point, in tables of their own, folded from exactly the events up to there.

``as_of`` folds one person's events; this folds the whole log, so that any query can be asked of the past. The rows lie
in a schema of their own (``past_5f0c…``) under the names that queries use: a connection that looks there first answers
as of then. A past is made once and kept, and goes on from where it stands when it is asked for again: of *happened by*
more may be heard later. Of many pasts those that were used last are kept.

What cannot be decoded, folded or stored counts for nothing here; the live tables' dead letters show it.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from psycopg import sql

from events.codec import Codec
from events.log import Chunk, EventLog
from events.log.window import Entries, Repeats, Window, entries_of
from projections._engine import ddl, person_table, seen_ids
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until
from projections._engine.collector import collector_paused
from projections._engine.declaration import Projection
from projections._engine.folding import Batch, Decoded, Folder
from projections._engine.past_events import events_until, held
from projections._engine.pipeline import cut, halves, pieces
from projections._engine.registry import Connection, Table, analyze
from projections._engine.store import UNSTORABLE, prepare_stages, write_rows

BATCH_EVENTS = 50_000
KEPT_PASTS = 16
LIVE_SCHEMAS = "projection, public"

Heard = Callable[[int, int], None]

READ_UP_TO = "SELECT next_offsets FROM engine.past WHERE schema_name = %s"

USE = """
INSERT INTO engine.past AS p (schema_name, log_id, next_offsets) VALUES (%(schema)s, %(log_id)s, %(offsets)s)
ON CONFLICT (schema_name) DO UPDATE SET next_offsets = excluded.next_offsets, used_at = now()
"""

FORGOTTEN = "SELECT schema_name FROM engine.past ORDER BY used_at DESC OFFSET %s"


class Past(NamedTuple):
    """Where a past lies, and the positions of the log that it was made of."""

    schema: str
    positions: dict[int, int]


def table_of(projection: Projection, schema: str) -> Table:
    """Return a past's table of a projection."""
    return Table(projection, f"{projection.name}_v{projection.version}", live=False, schema=schema)


def look_at(connection: Connection, past: Past | None) -> None:
    """Have a connection's queries answered as of a past, or as of now for None."""
    path = LIVE_SCHEMAS if past is None else f"{past.schema}, {LIVE_SCHEMAS}"
    connection.execute("SELECT set_config('search_path', %s, false)", [path])


def made(
    projections: Sequence[Projection],
    log: EventLog,
    connect: Callable[[], Connection],
    until: Until,
    heard: Heard | None = None,
) -> Past:
    """Return the past of these projections up to a point, made or brought up to date; one process at a time does.

    The graph has to be among them. ``heard`` is told how many records of how many have been read.
    """
    with connect() as connection:
        making = _Making(connection, projections, log, until)
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [making.schema])
        making.prepare()
        with collector_paused():
            making.drain(heard)
        _forget(connection, making.schema)
        return Past(making.schema, making.target)


def _forget(connection: Connection, schema: str) -> None:
    """Drop the pasts that nobody has used for longest; one that is being made or used waits for the next time."""
    for (name,) in connection.execute(FORGOTTEN, [KEPT_PASTS]).fetchall():
        if name == schema or connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone() == (
            False,
        ):
            continue
        with connection.transaction():
            connection.execute("DELETE FROM engine.past WHERE schema_name = %s", [name])
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


class _Making:
    """One past while it is made."""

    def __init__(self, connection: Connection, projections: Sequence[Projection], log: EventLog, until: Until) -> None:
        self._connection = connection
        self._log = log
        self._until = until
        self.schema = _schema(projections, log, until)
        folded = [each for each in projections if not each.keeps_events]
        self._tables = [table_of(each, self.schema) for each in folded]
        self._keeping = [each for each in projections if each.keeps_events]
        self._codec = Codec()
        self._folder = Folder(folded, self._codec)
        self._windows: dict[int, Window] = {}
        self._at: dict[int, int] = {}
        self.target = _target(log, until)

    def prepare(self) -> None:
        """Find the past, or make its schema with empty tables."""
        row = self._connection.execute(READ_UP_TO, [self.schema]).fetchone()
        self._at = dict(self._log.starts() if row is None else enumerate(row[0]))
        with self._connection.transaction():
            if row is None:
                self._create()
            self._keep()
        prepare_stages(self._connection, self._tables)
        if not self._log.refuses_known_ids:
            self._windows = {
                partition: seen_ids.window_at(self._connection, self._log, partition, at)
                for partition, at in self._at.items()
            }

    def _create(self) -> None:
        schema, execute = sql.Identifier(self.schema), self._connection.execute
        execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        execute(
            sql.SQL("CREATE TABLE {} (LIKE projection.person_of INCLUDING ALL)").format(
                sql.Identifier(self.schema, "person_of")
            )
        )
        for table in self._tables:
            execute(ddl.create_table(table.projection, table.name, self.schema))
            for statement in ddl.create_indexes(table.projection, table.name, self.schema):
                execute(statement)
            for statement in ddl.create_views(table.projection, table.name, self.schema):
                execute(statement)
        for projection in self._keeping:
            for statement in events_until(projection, self.schema, held(self._until)):
                execute(statement)

    def drain(self, heard: Heard | None) -> None:
        """Read up to the point, and settle who is who."""
        total, linked = sum(self.target.values()) - sum(self._at.values()), False
        left = total
        while wanted := {
            partition: self._at[partition] for partition, end in self.target.items() if self._at[partition] < end
        }:
            chunks = [cut(chunk, self.target[chunk.partition]) for chunk in self._log.read(wanted, BATCH_EVENTS)]
            if not chunks:
                break
            batch, repeats = self._folded(chunks)
            linked = linked or any(
                batch.rows[table.projection.name] for table in self._tables if table.projection.graph
            )
            self._at |= {chunk.partition: chunk.next_offset for chunk in chunks}
            with self._connection.transaction():
                self._write(batch, repeats)
                self._keep()
            left = sum(self.target.values()) - sum(self._at.values())
            if heard:
                heard(total - left, total)
        if linked:
            with self._connection.transaction():
                for table in self._tables:
                    if table.projection.graph:
                        person_table.settle_all(self._connection, table.name, self.schema)
        if total:
            analyze(self._connection, self._tables)

    def _folded(self, chunks: Sequence[Chunk]) -> tuple[Batch, dict[int, Repeats]]:
        batch = self._folder.begin(chunks)
        repeats: dict[int, Repeats] = {}
        for chunk in chunks:
            for piece in map(self._folder.decode, pieces(chunk)):
                again = self._admitted(piece)
                repeats.setdefault(chunk.partition, {}).update(again)
                self._folder.add(batch, self._held(piece), again)
        return batch, repeats

    def _admitted(self, piece: Decoded) -> Repeats:
        if self._log.refuses_known_ids:
            return {}
        ids = [None if envelope is None else envelope.id for envelope in piece.envelopes]
        incoming: Entries = entries_of(ids, piece.chunk.values, piece.chunk.offsets)
        return self._windows[piece.chunk.partition].admit(incoming)

    def _held(self, piece: Decoded) -> Decoded:
        """Return a piece without what had not happened yet."""
        if not isinstance(self._until, HappenedBy):
            return piece
        instant = self._until.instant
        return piece._replace(envelopes=[e if e is not None and e.time <= instant else None for e in piece.envelopes])

    def _write(self, batch: Batch, repeats: dict[int, Repeats]) -> None:
        """Merge a batch's rows; where one cannot be stored, find its event by halving, and leave it out."""
        try:
            with self._connection.transaction():
                for table in self._tables:
                    if rows := batch.rows[table.projection.name]:
                        write_rows(self._connection, table, rows)
                        stage = sql.Identifier(ddl.stage_name(table.name))
                        self._connection.execute(sql.SQL("TRUNCATE {}").format(stage))
        except UNSTORABLE:
            if batch.events > 1:
                for half in halves(batch.chunks):
                    pieces_held = [self._held(self._folder.decode(chunk)) for chunk in half]
                    self._write(self._folder.fold(pieces_held, repeats), repeats)

    def _keep(self) -> None:
        offsets = [self._at[partition] for partition in range(self._log.partitions)]
        self._connection.execute(USE, {"schema": self.schema, "log_id": self._log.log_id, "offsets": offsets})


def _target(log: EventLog, until: Until) -> dict[int, int]:
    ends = log.ends()
    match until:
        case AtPositions(positions):
            return {partition: min(end, positions.get(partition, 0)) for partition, end in ends.items()}
        case KnownAt(instant):
            return dict(log.known_at(instant))
        case HappenedBy():
            return dict(ends)


def _schema(projections: Sequence[Projection], log: EventLog, until: Until) -> str:
    """Return the name of a past: the same for the same log, point and declarations."""
    point = sorted(until.positions.items()) if isinstance(until, AtPositions) else until.instant
    declared = sorted((each.name, each.version, each.fingerprint()) for each in projections)
    known = msgspec.json.encode([log.log_id, type(until).__name__, point, declared])
    return f"past_{hashlib.sha256(known).hexdigest()[:24]}"
