"""The outboxes: tables whose rows are to be published, each at least once and in the order of their ids.

Ids come from a sequence, and transactions commit in another order than they took theirs: a row with a lower id can
appear after one with a higher id was seen. So a row counts as next only when no transaction runs any more that may hold
a lower id. Whoever inserts locks the table (ROW EXCLUSIVE) before it takes an id, and until it is over; and pg_locks
tells who does. So: look at the highest id, then at who holds that lock, and wait until those are over, whatever others
begin meanwhile. Nobody is held up by that, and long transactions that do not write here do not hold us up. It rests on
the sequence handing ids out one by one (CACHE 1, which is the default).
"""

from collections.abc import Callable, Sequence
from typing import Any, LiteralString, NamedTuple

import msgspec
from psycopg import sql
from psycopg.rows import dict_row
from xxhash import xxh3_64_hexdigest

from events.log.publishing import Message
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

HIGHEST = "SELECT coalesce(max(id), 0) FROM {table}"
BACKLOG = "SELECT count(*) FROM {table} WHERE id > %s"

WRITERS = """
SELECT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock' AND relation = to_regclass(%s)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

SIGNALS = """
SELECT s.id, s.kind, s.subject, s.event_id, s.happened_at, s.created_at AS raised_at, s.detail
  FROM engine.signal AS s WHERE s.id > %(after)s AND s.id <= %(until)s ORDER BY s.id LIMIT 1000
"""

DEAD_LETTERS = """
SELECT d.id, d.log_id, d.partition, d."offset", d.fault, d.field, d.reason, d.missed, d.parked_at,
       'epoch'::timestamptz + d.recorded_ms * interval '1 millisecond' AS recorded_at, d.value
  FROM engine.dead_letter AS d WHERE d.id > %(after)s AND d.id <= %(until)s ORDER BY d.id LIMIT 50
"""

# Few at once: a body has up to 1 MB, and is there several times on its way.
VERDICTS = """
SELECT v.id, v.source, v.protocol, v.origin, v.message_id, v.outcome, v.fault, v.field, v.reason, v.received_at, v.body
  FROM ingest.verdict AS v WHERE v.id > %(after)s AND v.id <= %(until)s ORDER BY v.id LIMIT 10
"""

MOST_BODY_BYTES = 1_200_000
"""What fits into a message in base64: a record may be packed on its way to us, and be much longer than it was there."""

Row = dict[str, Any]


class Outbox(NamedTuple):
    """A table to publish: the query of its next rows, and what a row becomes."""

    name: str
    table: str
    rows: LiteralString
    message: Callable[[Row], Message]


class Next(NamedTuple):
    """Messages of the rows that follow ``after`` up to ``until``, none left out."""

    after: int
    until: int
    messages: Sequence[Message]


def signal_message(row: Row) -> Message:
    """Return a signal's message, keyed by subject.

    Its id is what makes a signal one: event, kind and subject. The row's number is not, since a database that was
    restored or built anew gives the same number to another signal; and several may publish on one topic.
    """
    same = f"{row['event_id']}:{row['kind']}:{row['subject']}"
    return Message(same, row["subject"], msgspec.json.encode({**row, "id": same, "row": row["id"]}))


def dead_letter_message(row: Row) -> Message:
    """Return a dead letter's message; its id are its coordinates on the log. The record's bytes are in base64."""
    place = f"{row['log_id']}:{row['partition']}:{row['offset']}"
    value = {name: held for name, held in row.items() if name != "value"}
    document = {**value, "id": place, "row": row["id"], "value_base64": row["value"]}
    return Message(place, place, msgspec.json.encode(document))


def verdict_message(row: Row) -> Message:
    """Return the message of what the front door turned away. Its body, as it was sent, is in base64.

    A row that is seen again, since somebody sent the same once more, is no new message. ``place`` is what 'regulars
    deadletters' knows it by, and has the body of one that is too long for a message: then it is null here.
    """
    same = f"{row['source']}:{row['message_id']}:{xxh3_64_hexdigest(row['body'])}"
    value = {name: held for name, held in row.items() if name != "body"}
    body = row["body"] if len(row["body"]) <= MOST_BODY_BYTES else None
    at = {"place": f"door:{row['id']}", "body_bytes": len(row["body"]), "body_base64": body}
    return Message(same, row["source"], msgspec.json.encode({**value, "id": same, "row": row["id"], **at}))


OUTBOXES = (
    Outbox("signals", "engine.signal", SIGNALS, signal_message),
    Outbox("dead letters", "engine.dead_letter", DEAD_LETTERS, dead_letter_message),
    Outbox("verdicts", "ingest.verdict", VERDICTS, verdict_message),
)


def make_outboxes(connection: Connection) -> None:
    """Create what keeps the positions, where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.engine'))")
        if connection.execute(MADE).fetchone() == (False,):
            connection.execute(MAKE)
        for outbox in OUTBOXES:
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
        return self._number(BACKLOG, [self._position()])

    def next(self) -> Next | None:
        """Return the next rows; None where there are none, or while one may still appear before them."""
        after = self._position()
        if self._until <= after:
            self._until = self._number(HIGHEST)
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

    def _position(self) -> int:
        return int(self._connection.execute(POSITION, [self.outbox.name]).fetchall()[0][0])

    def _number(self, query: LiteralString, arguments: Sequence[object] = ()) -> int:
        table = sql.Identifier(*self.outbox.table.split("."))
        return int(self._connection.execute(sql.SQL(query).format(table=table), arguments).fetchall()[0][0])

    def _writing(self) -> set[str]:
        return {transaction for (transaction,) in self._connection.execute(WRITERS, [self.outbox.table]).fetchall()}
