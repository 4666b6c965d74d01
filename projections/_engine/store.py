"""Writes a batch: checkpoints, rows, the identity graph, dead letters and signals, in one transaction or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
import psycopg
from psycopg import sql

from events.log import EventLog
from projections._engine import checkpoint, ddl, kept, person_table, seen_ids
from projections._engine.bulk import copy_into
from projections._engine.checkpoint import Holdings
from projections._engine.compiler import Rows
from projections._engine.errors import Fenced
from projections._engine.folding import ALL, Batch, DeadLetter, Raised
from projections._engine.registry import Connection, Table
from projections._engine.seen_ids import Seen

JSON = msgspec.json.Encoder()

UNSTORABLE = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)
"""What Postgres says of a row that it will never take, such as a sum of more than 64 bits or a key that is too long."""

PARK = """
INSERT INTO engine.dead_letter AS d (log_id, partition, "offset", fault, field, reason, value, missed, recorded_ms)
VALUES (%(log_id)s, %(partition)s, %(offset)s, %(fault)s, %(field)s, %(reason)s, %(value)s, %(missed)s, %(recorded_ms)s)
ON CONFLICT (log_id, partition, "offset") DO UPDATE
   SET missed = projection.union_merge(d.missed, excluded.missed),
       fault = excluded.fault, field = excluded.field, reason = excluded.reason
"""

# All signals of a batch in one statement, in the order of their events. What was raised before is there already. As one
# document they cost a tenth of what they cost as arrays, which are written down value by value.
RAISE_SIGNALS = """
INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail, once)
SELECT s ->> 0, s ->> 1, s ->> 2, (s ->> 3)::timestamptz, s -> 4, s ->> 5
  FROM jsonb_array_elements(%(signals)s::jsonb) WITH ORDINALITY AS a (s, place)
 ORDER BY place
ON CONFLICT DO NOTHING
"""

# A process that is stopped in its tracks, or whose machine is gone, would hold its locks for as long as it is silent,
# and with them whoever takes over. What a server does not know yet, being of an older version, is left out.
SILENT_SESSIONS = """
SELECT set_config(name, value, false)
  FROM (VALUES ('idle_in_transaction_session_timeout', '5s'), ('transaction_timeout', '5min'),
               ('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '5'))
       AS w (name, value)
  JOIN pg_settings AS s USING (name)
"""

ENDED = (psycopg.errors.IdleInTransactionSessionTimeout, psycopg.errors.TransactionTimeout)
"""What the server says to whoever was silent for too long, when they speak again."""


class Store:
    """One connection that writes batches for a set of tables. It belongs to one thread at a time."""

    def __init__(self, connect: Callable[[], Connection], tables: Sequence[Table], log_id: str) -> None:
        """Connect; ``connect`` is called again when the connection is lost."""
        self._connect = connect
        self.tables = sorted(tables, key=_sharing)
        self.table_names = [table.name for table in self.tables]
        self._log_id = log_id
        self._connection = self._prepared()

    @property
    def connection(self) -> Connection:
        """Return the connection in use, for reads between batches."""
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def commit(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen] = ()) -> Holdings:
        """Write a batch, with the ids to remember, and return the holdings after it.

        Raises Fenced, or psycopg.DataError where a row cannot be stored: then nothing was written. If the connection
        is lost before COMMIT is answered, the checkpoint tells after reconnecting whether the batch took effect.
        """
        try:
            self._write(batch, holdings, seen)
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection.close()
            self._connection = self._prepared()
            if not checkpoint.was_committed(self._connection, self.table_names, batch.chunks, holdings):
                self._write_again(batch, holdings, seen)
        return checkpoint.moved(self.table_names, batch.chunks, holdings)

    def _write_again(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen]) -> None:
        """Write a batch over a new connection, unless the server was still busy with the COMMIT over the old one."""
        try:
            self._write(batch, holdings, seen)
        except Fenced:
            if not checkpoint.was_committed(self._connection, self.table_names, batch.chunks, holdings):
                raise

    def can_write(self, name: str, rows: Rows) -> bool:
        """Return whether a projection's rows can be stored, by trying and rolling back."""
        table = next(table for table in self.tables if table.projection.name == name)
        try:
            with self._connection.transaction(force_rollback=True):
                write_rows(self._connection, table, rows)
        except UNSTORABLE:
            return False
        return True

    def take_over(self, partitions: Sequence[int], log: EventLog) -> Holdings:
        """Take partitions over for our tables, see ``checkpoint.take_over``."""
        with self._ended_as_lost():
            return checkpoint.take_over(self._connection, self.table_names, partitions, log)

    @contextmanager
    def _ended_as_lost(self) -> Iterator[None]:
        """Take a session that the server ended for a lost connection: that is how others are lost."""
        try:
            yield
        except ENDED as error:
            self._connection.close()
            raise psycopg.OperationalError(str(error)) from error

    def _write(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen]) -> None:
        with self._ended_as_lost(), self._connection.transaction():
            checkpoint.move(self._connection, self.table_names, batch.chunks, holdings, batch.duplicates)
            for table in self.tables:
                if rows := batch.rows[table.projection.name]:
                    write_rows(self._connection, table, rows)
            for letter in batch.dead_letters:
                self._park(letter)
            if batch.signals:
                self._raise(batch.signals.values())
            seen_ids.keep(self._connection, self._log_id, seen)

    def _park(self, letter: DeadLetter) -> None:
        missed = [table.name for table in self.tables if letter.projection in (ALL, table.projection.name)]
        self._connection.execute(
            PARK,
            {
                "log_id": self._log_id,
                "partition": letter.partition,
                "offset": letter.offset,
                "fault": letter.error.fault.value,
                "field": letter.error.field,
                "reason": letter.error.reason.replace("\0", "\\0"),
                "value": letter.value,
                "missed": sorted(missed),
                "recorded_ms": letter.recorded_ms,
            },
        )

    def _raise(self, raised: Iterable[Raised]) -> None:
        told = [
            (signal.kind, signal.subject, envelope.id, envelope.time, signal.detail, signal.once)
            for signal, envelope in raised
        ]
        self._connection.execute(RAISE_SIGNALS, {"signals": JSON.encode(told).decode()})

    def _prepared(self) -> Connection:
        connection = self._connect()
        connection.execute(SILENT_SESSIONS)
        try:
            prepare_stages(connection, self.tables)
        except psycopg.errors.UndefinedTable as error:
            connection.close()
            message = f"a table was swapped since it was opened: {error.diag.message_primary}"
            raise Fenced(message) from error
        return connection


def _sharing(table: Table) -> int:
    """Return how much a table is shared between pumps: what several write is written last, and held for the shortest.

    A subject's rows have one writer; the identity graph is settled under a lock; a product's rows are anybody's.
    """
    return 0 if table.projection.personal else 1 if table.projection.graph else 2


def prepare_stages(connection: Connection, tables: Sequence[Table]) -> None:
    """Make the session's staging tables in one round trip, for rows that are merged into a table and not just added."""
    stages = [ddl.create_stage(table.name, table.schema) for table in tables if not table.projection.keeps_events]
    if stages:
        connection.execute(sql.SQL("; ").join(stages), prepare=False)  # several statements cannot be prepared


def write_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Merge rows into a table: a binary COPY into the session's stage, then one sorted upsert."""
    projection = table.projection
    if projection.keeps_events:
        kept.write(connection, table.name, rows)
        return
    values = projection.compiled.values
    with connection.cursor() as cursor:
        try:
            with copy_into(cursor, ddl.copy_stage(projection, table.name)) as copy:
                copy.set_types([field.copy_type for field in projection.fields()])
                write_row = copy.write_row
                for key, row in rows.items():
                    write_row(values(key, row))
        except OverflowError as error:  # a sum outgrew 64 bits before Postgres could say so
            raise psycopg.DataError(str(error)) from error
        cursor.execute(ddl.upsert(projection, table.name, table.schema))
    if projection.graph and table.live:  # half a graph says nothing of who is who; it settles when it becomes live
        person_table.settle(connection, table.name, rows)
