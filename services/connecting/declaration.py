"""The connector: what is followed, and what becomes of it. It is a YAML file; this is its shape.

Paths in it are as seen from the folder of the file. A key that is not listed here is an error.
"""

from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from events.event import Label
from services.ingest.source import SourceName

DEFAULT_BATCH = 1000

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Column = Annotated[str, Meta(min_length=1, max_length=63)]


class PostgresSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table or a query of a Postgres, followed by a column whose value grows with every change: its cursor.

    Its database is named by ``dsn``, or by the environment variable ``dsn_env``, so that no secret stands in the file.
    A column is a time, a date or a number that is counted up. With a second column, as in ``[updated_at, id]``, rows of
    one time are told apart, so that a restart reads fewer of them again; give the two an index in that order.

    ``start`` is the first value to read, everything by default. ``batch`` is about how many rows are read at once.
    ``overlap`` is by how much a row may appear later than its cursor's value says, as one does whose transaction took
    its time: seconds for a time or a date, 60 by default, and a count for a number, 1000 by default. That much is read
    again each time. How far a standby is behind need not be added. ``timezone`` says of which zone the times without
    one are.

    What this cannot see: rows that are deleted, a row that is changed without its cursor, and what a row said between
    two looks. A row without a value in the cursor is not followed, and counted.
    """

    dsn: str = ""
    dsn_env: str = ""
    table: str = ""
    query: str = ""
    cursor: Column | Annotated[list[Column], Meta(min_length=1, max_length=2)]
    start: str | int | float | None = None
    batch: Annotated[int, Meta(ge=1, le=100_000)] = DEFAULT_BATCH
    overlap: Annotated[float, Meta(ge=0)] | None = None
    timezone: str = ""
    poll_seconds: Annotated[float, Meta(ge=0.05, le=86_400)] = 1.0

    @property
    def columns(self) -> list[str]:
        """The cursor's columns: one, or two."""
        return [self.cursor] if isinstance(self.cursor, str) else list(self.cursor)


class DebeziumSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A topic of Kafka on which Debezium tells every change of a table, as JSON.

    ``servers`` are the brokers, by default those of REGULARS_KAFKA; the security settings are those of REGULARS_KAFKA
    in either case. ``group`` is the consumer group that Kafka is told, for its access rules: offsets are not kept
    there, but in our database, by partition.
    """

    topic: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,249}$")]
    servers: str = ""
    group: str = ""


class DirectorySource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder into which another system writes files: CSV, JSON lines or Parquet, gz as is.

    ``mapping`` says what the rows mean, as for ``regulars import``: a name that is shipped, or a file. A file counts
    as complete once it has not changed for ``settle_seconds``; one that is renamed into the folder need not wait.
    ``rejects`` is a folder for the rows that cannot be facts; by default they are written beside the file.
    """

    path: Annotated[str, Meta(min_length=1)]
    pattern: Annotated[str, Meta(min_length=1)]
    mapping: Annotated[str, Meta(min_length=1)]
    settle_seconds: Seconds = 5.0
    rejects: str = ""
    poll_seconds: Annotated[float, Meta(ge=0.05, le=86_400)] = 1.0


class Connector(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole connector. Its position is kept under its ``name``; ``source`` is the source of its events.

    ``translation`` says what a row or a change means: a name that is shipped, a file, or the translation itself. Its
    rule for ids has to name what makes two changes of one row two events, such as the key and the cursor. A directory
    has a mapping in place of it, which names the source as well.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9._-]{0,63}$")]
    source: SourceName | None = None
    store: Label = "web"
    translation: str | dict[str, Any] = ""
    postgres: PostgresSource | None = None
    debezium: DebeziumSource | None = None
    directory: DirectorySource | None = None
    file: str = field(default="connector.yaml", name="_file")

    def path(self, text: str) -> Path:
        """Return a path that stands in the file."""
        return Path(self.file).parent / Path(text).expanduser()
