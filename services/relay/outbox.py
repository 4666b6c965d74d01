"""The outboxes: tables whose rows are to be published, each at least once and in the order of their ids.

Ids come from a sequence, and transactions commit in another order than they took theirs: a row with a lower id can
appear after one with a higher id was seen. So a row counts as next only when no transaction runs any more that may hold
a lower id. Whoever inserts locks the table (ROW EXCLUSIVE) before it takes an id, and until it is over; and pg_locks
tells who does. So: look at the highest id, then at who holds that lock, and wait until those are over, whatever others
begin meanwhile. Nobody is held up by that, and long transactions that do not write here do not hold us up. It rests on
the sequence handing ids out one by one (CACHE 1, which is the default).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, LiteralString, NamedTuple

from psycopg import sql
from psycopg.rows import dict_row

from events.log.messages import Message
from projections._engine.registry import Connection

MADE = "SELECT to_regclass('engine.relay') IS NOT NULL"

# A dead letter has coordinates; the order in which letters were parked, which is not that of their offsets, gets an id.
MAKE = """
CREATE TABLE engine.relay (
    name     text        PRIMARY KEY,
    position bigint      NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE engine.dead_letter ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX dead_letter_id ON engine.dead_letter (id);
"""

BEGIN = "INSERT INTO engine.relay (name) VALUES (%s) ON CONFLICT DO NOTHING"
POSITION = "SELECT position FROM engine.relay WHERE name = %s"
MOVE = """
UPDATE engine.relay SET position = %(to)s, moved_at = now() WHERE name = %(name)s AND position = %(from)s
"""

HIGHEST = "SELECT coalesce(max({id}), 0) FROM {table}"
BACKLOG = "SELECT count(*) FROM {table} WHERE {id} > %s"

WRITERS = """
SELECT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock' AND relation = to_regclass(%s)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

Row = dict[str, Any]


class Outbox(NamedTuple):
    """A table to publish: the query of its next rows, what a row becomes, and the column that says what is next."""

    name: str
    table: str
    rows: LiteralString
    message: Callable[[Row], Message]
    id: str = "id"


class Next(NamedTuple):
    """Messages of the rows that follow ``after`` up to ``until``, none left out."""

    after: int
    until: int
    messages: Sequence[Message]


def make_positions(connection: Connection, outboxes: Iterable[Outbox]) -> None:
    """Create what keeps the positions of outboxes, where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        if connection.execute(MADE).fetchone() == (False,):
            connection.execute(MAKE)
        for outbox in outboxes:
            connection.execute(BEGIN, [outbox.name])


class OutboxReader:
    """Reads what is next of one outbox. One thread uses it."""

    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        """Read over a connection in autocommit, so that every look sees what is committed by then."""
        self.outbox = outbox
        self._connection = connection
        self._until = 0
        self._writers: set[str] = set()

    @property
    def waits(self) -> bool:
        """Whether there are rows, and a transaction runs that may still put one before them."""
        return bool(self._writers)

    def backlog(self) -> int:
        """Return how many rows are not published yet."""
        return self._number(BACKLOG, [self.position()])

    def highest(self) -> int:
        """Return the id of the last row that can be seen, 0 where there is none."""
        return self._number(HIGHEST)

    def position(self) -> int:
        """Return the id of the last row that was published."""
        return int(self._connection.execute(POSITION, [self.outbox.name]).fetchall()[0][0])

    def next(self) -> Next | None:
        """Return the next rows; None where there are none, or while one may still appear before them."""
        after = self.position()
        if self._until <= after:
            self._until = self.highest()
            self._writers = self._writing() if self._until > after else set()
        elif self._writers:
            self._writers &= self._writing()
        if self._writers or self._until <= after:
            return None
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(self.outbox.rows, {"after": after, "until": self._until}).fetchall()
        if not rows:
            self._until = 0
            return None
        return Next(after, rows[-1]["id"], [self.outbox.message(row) for row in rows])

    def published(self, done: Next) -> None:
        """Remember that rows were published; the next ones follow them."""
        self._connection.execute(MOVE, {"name": self.outbox.name, "from": done.after, "to": done.until})

    def _number(self, query: LiteralString, arguments: Sequence[object] = ()) -> int:
        names = {"table": sql.Identifier(*self.outbox.table.split(".")), "id": sql.Identifier(self.outbox.id)}
        return int(self._connection.execute(sql.SQL(query).format(**names), arguments).fetchall()[0][0])

    def _writing(self) -> set[str]:
        return {transaction for (transaction,) in self._connection.execute(WRITERS, [self.outbox.table]).fetchall()}
