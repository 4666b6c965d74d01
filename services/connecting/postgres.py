"""Follows a table or a query of a Postgres by its cursor, in sweeps.

A sweep reads from the position up to the highest cursor that there was when it began. What it reads up to the horizon,
which is ``overlap`` behind the source's clock (or behind the highest number), is settled, and the position moves along.
What lies beyond may still get neighbours from transactions that have not committed, so the next sweep begins at the
horizon and reads it again. Rows that are as they were are known by a digest of their content, and are not taken a
second time; those digests are in memory, so after a restart the rows of one overlap are taken again, which changes
nothing. So a sweep on a quiet table reads the rows of the last ``overlap``, and no others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from xxhash import xxh3_128_digest

from events.errors import BadEvent
from services.connecting.declaration import Connector, PostgresSource
from services.connecting.errors import SourceChanged
from services.connecting.positions import Position
from services.connecting.postgres_queries import MOST_UNPLACED, Questions, bounds
from services.connecting.postgres_records import TIMES, moment
from services.connecting.postgres_source import PostgresDatabase, cursor_and_row
from services.connecting.reading import Batch
from services.connecting.taking import Piece, now
from services.installation import Connection

ROWS = "rows"
"""The one part that there is."""

LATE_SECONDS = 60.0
LATE_NUMBERS = 1000.0


class _Read(NamedTuple):
    """A row: as JSON, whether it is beyond what is settled, whether the next sweep sees it again, and its cursor."""

    body: bytes
    is_beyond: bool
    is_seen_again: bool
    cursor: Sequence[str]


class _Sweep(NamedTuple):
    """How far a sweep goes, and what is settled. ``here`` are the parameters of both."""

    until: str
    horizon: str

    @property
    def here(self) -> dict[str, str]:
        return self._asdict()


class PostgresReader:
    """Reads the rows of a table or a query as they come to be; see ``services.connecting.reading``."""

    def __init__(self, connector: Connector, source: PostgresSource, dsn: str, held: Mapping[str, Position]) -> None:
        """Go on from the position held. Raises SourceAway, SourceChanged or BadConnector."""
        self.idle_seconds = source.poll_seconds
        self._source = source
        self._from = _held(connector, source, held)
        self._database = PostgresDatabase(connector, source, dsn)
        try:
            self._cursor, self._row = cursor_and_row(connector, source, self._database)
            self._questions = Questions(source, self._cursor)
            self._start()
            self.notes: Sequence[str] = self._noted()
        except BaseException:
            self._database.close()
            raise
        self.tells_time = self._cursor.kind in TIMES
        late = LATE_SECONDS if self.tells_time else LATE_NUMBERS
        self._overlap = late if source.overlap is None else source.overlap
        self._batches: Iterator[Batch] | None = None
        self._seen: set[bytes] = set()
        self._seen_again: set[bytes] = set()
        self._handed_out: list[bytes] = []

    def next(self) -> Batch | None:
        """Return the next rows that were not taken yet, with none among them at times; None at the end of a sweep."""
        if self._batches is None:
            self._batches = self._sweep()
        batch = next(self._batches, None)
        if batch is None:
            self._batches = None
            self._seen, self._seen_again = self._seen_again, set()
        return batch

    def taken(self, batch: Batch) -> None:
        """Remember the rows that the next sweep will see again."""
        self._seen.update(self._handed_out)
        self._seen_again.update(self._handed_out)
        if ROWS in batch.parts:
            self._from = batch.parts[ROWS]["from"]

    def close(self) -> None:
        """Let the database go."""
        self._batches = None
        self._database.close()

    def _start(self) -> None:
        """Begin where the file says, as the cursor's type reads it, where there is no position."""
        if not self._from and self._source.start is not None:
            with self._database.transaction("postgres.start") as connection:
                given = {"value": str(self._source.start)}
                self._from = [connection.execute(self._questions.read_as, given).fetchall()[0][0]]

    def _noted(self) -> list[str]:
        """Return what is to be said of rows without a cursor."""
        with self._database.transaction() as connection:
            (count,) = connection.execute(self._questions.unplaced, {"most": MOST_UNPLACED}).fetchall()[0]
        if not count:
            return []
        more = " or more" if count == MOST_UNPLACED else ""
        columns = " or no ".join(self._source.columns)
        return [f"Rows with no {columns}: {count:,}{more}. They are not followed; a query can give them one."]

    def _sweep(self) -> Iterator[Batch]:
        with self._database.transaction() as connection:
            floor = self._from[0] if self._from else None
            asked = {"overlap": self._overlap, "now": None, "floor": floor}
            until, horizon = connection.execute(self._questions.sweep, asked).fetchall()[0]
        if until is None:
            return
        sweep = _Sweep(until, horizon)
        lower, is_read = self._from, False
        while True:
            with self._database.transaction() as connection:
                upper = self._border(connection, sweep, lower, is_read=is_read)
                chunk: list[_Read] = []
                for more in self._page(connection, sweep, lower, upper, is_read=is_read):
                    if chunk:
                        yield self._batch(sweep, chunk)
                    chunk = more
            if chunk:
                yield self._batch(sweep, chunk)
            if not upper:
                return
            lower, is_read = upper, True

    def _border(self, connection: Connection, sweep: _Sweep, lower: Sequence[str], *, is_read: bool) -> Sequence[str]:
        question = self._questions.border(lower, is_read=is_read)
        asked = {"until": sweep.until, "others": self._source.batch - 1, **bounds(lower)}
        return connection.execute(question, asked).fetchone() or ()

    def _page(
        self, connection: Connection, sweep: _Sweep, lower: Sequence[str], upper: Sequence[str], *, is_read: bool
    ) -> Iterator[list[_Read]]:
        """Return a page in pieces: it is long where many rows have the same cursor."""
        question = self._questions.page(lower, upper, is_read=is_read)
        with connection.cursor(name="page") as rows:
            rows.execute(question, {**sweep.here, **bounds(lower, upper)})
            while found := rows.fetchmany(self._source.batch):
                yield [_Read(body, beyond, again, texts) for body, beyond, again, *texts in found]

    def _batch(self, sweep: _Sweep, rows: Sequence[_Read]) -> Batch:
        pieces: list[Piece] = []
        self._handed_out = []
        for row in rows:
            digest = xxh3_128_digest(row.body)
            if digest in self._seen:
                self._seen_again.add(digest)
                continue
            if row.is_seen_again:
                self._handed_out.append(digest)
            pieces.append(self._piece(row))
        last = [sweep.horizon] if rows[-1].is_beyond else list(rows[-1].cursor)
        position = {"cursor": self._source.columns, "from": last}
        parts = {} if last == self._from else {ROWS: position}
        return Batch(pieces, parts)

    def _piece(self, row: _Read) -> Piece:
        record = self._row.record(row.body)
        body = row.body if isinstance(record, BadEvent) else msgspec.json.encode(record)
        place = " ".join(f"{name}={value}" for name, value in zip(self._cursor.columns, row.cursor, strict=True))
        return Piece(record, body, place, moment(self._cursor.kind, row.cursor[0], self._row.zone) or now())


def _held(connector: Connector, source: PostgresSource, held: Mapping[str, Position]) -> Sequence[str]:
    position = held.get(ROWS)
    if position is None:
        return []
    if position["cursor"] != source.columns:
        was, is_now = ", ".join(position["cursor"]), ", ".join(source.columns)
        message = (
            f"{connector.file}: postgres.cursor: is {is_now}, and the position of {connector.name} was kept by {was}."
            " Write it as it was, or give the connector another name, and it begins anew."
        )
        raise SourceChanged(message)
    found: Sequence[str] = position["from"]
    return found
