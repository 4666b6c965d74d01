"""The Postgres that is followed: connected to, described, and asked in short transactions that only read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.connecting.declaration import Connector, PostgresSource
from services.connecting.errors import BadConnector, SourceAway
from services.connecting.postgres_queries import KINDS, SETTLE, TYPE_NAME, Cursor, described
from services.connecting.postgres_records import Row, naive_columns
from services.installation import Connection

# A server that went away without a word is noticed within half a minute, unless the DSN wants it otherwise.
CONNECTION = {
    "client_encoding": "UTF8",
    "connect_timeout": "10",
    "keepalives_count": "3",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
}
ISOLATION = psycopg.IsolationLevel.REPEATABLE_READ


class _AsItIs(Loader):
    """Leaves JSON as it came: Postgres checks no text in a database that has no encoding."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class PostgresDatabase:
    """A connection to the source's database."""

    def __init__(self, connector: Connector, source: PostgresSource, dsn: str) -> None:
        """Connect. Raises SourceAway."""
        self._file = connector.file
        self._place = "postgres.table" if source.table else "postgres.query"
        given = {**CONNECTION, **conninfo_to_dict(dsn)}
        with self._answering():
            self._connection: Connection = psycopg.connect(
                make_conninfo("", **{**given, "application_name": f"regulars connect {connector.name}"}),
                autocommit=True,
                prepare_threshold=None,  # a pooler may give each transaction another server
            )
        self._connection.adapters.register_loader("json", _AsItIs)
        self._connection.isolation_level = ISOLATION
        self._connection.read_only = True

    @contextmanager
    def transaction(self, place: str = "") -> Iterator[Connection]:
        """Yield the connection within a transaction that only reads. Raises SourceAway or BadConnector.

        ``place`` is what of the connector is to blame for what Postgres does not take, where not the table or query.
        """
        with self._answering(place), self._connection.transaction():
            self._connection.execute(SETTLE)
            yield self._connection

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    @contextmanager
    def _answering(self, place: str = "") -> Iterator[None]:
        try:
            yield
        except psycopg.OperationalError as error:
            message = f"The database of {self._file} does not answer: {_said(error)}."
            raise SourceAway(message) from error
        except psycopg.Error as error:
            raise BadConnector(self._file, place or self._place, _said(error)) from error


def cursor_and_row(connector: Connector, source: PostgresSource, database: PostgresDatabase) -> tuple[Cursor, Row]:
    """Return how the source is followed and how its rows are read. Raises BadConnector where it is not as said."""
    with database.transaction() as connection:
        found = connection.execute(described(source), {}).description or []
        names = [column.name for column in found]
        columns = {column.name: column.type_code for column in found}
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadConnector(connector.file, "postgres.query", f"has two columns {twice}: give one another name")
        kind = _kind(connector.file, source, columns)
        kinds = [connection.execute(TYPE_NAME, [columns[name]]).fetchall()[0][0] for name in source.columns]
    naive = naive_columns(columns)
    if naive and not source.timezone:
        reason = f"is missing: {' and '.join(naive)} {'is a time' if len(naive) == 1 else 'are times'} without a zone"
        raise BadConnector(connector.file, "postgres.timezone", reason)
    return Cursor(source.columns, kinds, kind), Row(columns, ZoneInfo(source.timezone or "UTC"))


def _kind(file: str, source: PostgresSource, columns: Mapping[str, int]) -> str:
    for name in source.columns:
        if name not in columns:
            raise BadConnector(file, "postgres.cursor", f"{name} is no column; there are {', '.join(columns)}")
    kind = KINDS.get(columns[source.columns[0]])
    if kind is None:
        reason = f"{source.columns[0]} is neither a time, nor a date, nor a number that is counted up"
        raise BadConnector(file, "postgres.cursor", reason)
    return kind


def _said(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
