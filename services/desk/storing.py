"""Where decisions are kept: the library's recorder on our database, with what else goes into the same transaction.

The recorder takes an exclusive lock on its table until it commits. So what has a higher notification id was committed
later, and whoever follows the ids misses nothing; and one transaction at a time writes, and waits for its commit.

When the answer to a COMMIT is lost, the library tries again, and the second time finds its own events in the way. So
each attempt first asks Postgres what became of the one before, by the number of its transaction.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from projections._engine.registry import Connection
from services.installation import conninfo

SCHEMA = "desk"

# The number of this transaction, and what became of the one that tried the same before it.
ATTEMPT = "SELECT pg_current_xact_id()::text AS this, pg_xact_status(%s::xid8) AS before"

STREAMS = """
SELECT originator_id, originator_version, topic, state FROM desk.stored_events
 WHERE originator_id = ANY (%s) ORDER BY originator_id, originator_version
"""

TRIES = 10
TRY_AGAIN_SECONDS = 0.2
WAIT_SECONDS = 0.05
PATIENCE_SECONDS = 5.0
"""For how long a connection is waited for, and looked for in a row: whoever comes then has it looked for anew."""

Cursor = psycopg.Cursor[DictRow]


class Conflict(Exception):
    """Somebody else decided on one of these first, or under one of these keys: nothing was written."""


class _Written(Exception):
    """The attempt before had committed: only its answer was lost."""


class Writing:
    """What goes into the transaction besides the events; remembers which transactions tried it."""

    def __init__(self, work: Callable[[Cursor], None]) -> None:
        """Take what is to be done in each attempt; it may run several times, and counts once."""
        self._work = work
        self._transaction: str | None = None

    def attempt(self, cursor: Cursor) -> None:
        """Do it in this transaction. Raises _Written where an earlier attempt turns out to have been committed."""
        while True:
            row = cursor.execute(ATTEMPT, [self._transaction]).fetchall()[0]
            if row["before"] == "committed":
                raise _Written
            if row["before"] != "in progress":
                break
            time.sleep(WAIT_SECONDS)
        self._transaction = row["this"]
        self._work(cursor)


class Datastore(PostgresDatastore):
    """The library's datastore, connected by a DSN as a whole, however the database is reached."""

    def __init__(self, dsn: str, connections: int) -> None:
        """Have up to so many connections, none before the first is asked for."""
        super().__init__("", "", "", "", "", schema=SCHEMA, originator_id_type="text")
        self.pool = ConnectionPool(
            conninfo(dsn, "regulars desk"),
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True},
            min_size=1,
            max_size=connections,
            open=False,
            check=ConnectionPool.check_connection,  # one that lay idle may have been cut off since
            timeout=PATIENCE_SECONDS,
            reconnect_timeout=PATIENCE_SECONDS,
            num_workers=1,
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection as everybody else of us uses them."""
        self.pool.open()
        with self.pool.connection() as connection:
            plain: Any = connection
            plain.row_factory = tuple_row
            try:
                yield plain
            finally:
                plain.row_factory = dict_row


class Recorder(PostgresApplicationRecorder):
    """The library's recorder, which writes what else belongs to a decision in the same transaction."""

    def __init__(self, datastore: Datastore) -> None:
        """Record in the table that ``create_desk`` made."""
        super().__init__(datastore)
        table, channel = Identifier(SCHEMA, self.events_table_name), Identifier(self.channel_name)
        self._lock_and_notify = SQL("LOCK TABLE {} IN EXCLUSIVE MODE; NOTIFY {}").format(table, channel)

    def write(self, stored_events: Sequence[StoredEvent], work: Callable[[Cursor], None]) -> None:
        """Write events and do ``work``, both or neither, durably.

        Raises Conflict, and psycopg.Error for everything else that the database says, ``work``'s own conflicts too.
        """
        try:
            self.insert_events(stored_events, writing=Writing(work))
        except _Written:
            return
        except IntegrityError as error:
            if isinstance(error.__cause__, psycopg.Error) and error.__cause__.diag.schema_name == SCHEMA:
                raise Conflict from error
            raise (error.__cause__ or error) from None
        except PersistenceError as error:
            raise (error.__cause__ or error) from None

    @retry((InterfaceError, OperationalError), max_attempts=TRIES, wait=TRY_AGAIN_SECONDS)
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:  # noqa: ANN401
        """Insert in one transaction, as the library does, but a statement at a time instead of in a pipeline.

        In a pipeline, psycopg waits for ever where what is sent fills the socket's buffers: five events of the largest
        size do, and so do two thousand small ones. And what goes wrong is then told by another statement.
        """
        writing: Writing = kwargs["writing"]
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            writing.attempt(cursor)
            if not stored_events:
                return None
            self._insert_stored_events(cursor, stored_events)
            return self._fetch_ids_after_insert_events(cursor, stored_events)

    def _lock_table(self, curs: Cursor) -> None:
        """Lock the table and tell who listens in one round trip, where the library takes three."""
        curs.execute(self._lock_and_notify, prepare=False)

    def _notify_channel(self, curs: Cursor) -> None:
        """Tell nobody: it is told with the lock."""


def streams(connection: Connection, originators: Sequence[str]) -> dict[str, list[StoredEvent]]:
    """Return the events of several aggregates in their order, in one query."""
    found: dict[str, list[StoredEvent]] = {}
    for originator_id, version, topic, state in connection.execute(STREAMS, [list(originators)]):
        event = StoredEvent(originator_id=originator_id, originator_version=version, topic=topic, state=bytes(state))
        found.setdefault(originator_id, []).append(event)
    return found
