"""An opened installation: the database with the engine's tables, the log of record, and ways to connect to both.

Every service and command starts here. Without ``REGULARS_PG`` the embedded Postgres serves for as long as somebody has
the installation open. Without ``REGULARS_KAFKA`` the log is the journal, which lies in the same database.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from threading import Lock
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from events.log import EventLog
from events.log.cluster import Cluster
from events.log.postgres import Journal, create_journal
from events.log.reaching import listening
from projections._engine.registry import create_engine
from services.access.schema import create_access
from services.associations.schema import create_associations
from services.desk.schema import create_desk
from services.dial.schema import create_dial
from services.directory.schema import create_directory
from services.embedded.postgres import Progress, embedded_postgres
from services.house.jobs import Jobs
from services.house.schema import create_house
from services.ingest.schema import create_ingest
from services.outgoing.schema import create_outgoing
from services.reactions._engine.schema import create_reactions
from services.segments.schema import create_segments
from services.settings import InstallationError, Settings
from services.variables import POSTGRES

if TYPE_CHECKING:
    from events.log.kafka import KafkaLog

Connection = psycopg.Connection[TupleRow]

OLDEST_POSTGRES = 15

# What the database is, and whether it has been told already that its time is UTC.
DATABASE = """
SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_encoding'), current_database(),
       EXISTS (SELECT FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase
                WHERE d.datname = current_database() AND s.setrole = 0 AND 'TimeZone=UTC' = ANY (s.setconfig))
"""

# Why an extension is not there to be had: the server lacks it, or we may not add it, or there is nowhere to add it to.
NOT_TO_BE_HAD = (
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.UndefinedFile,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.ReadOnlySqlTransaction,
)


class Installation:
    """A prepared database and its log. What it opened and nobody closed is closed together with it."""

    def __init__(self, dsn: str, kafka: Cluster | None = None) -> None:
        """Stand for the database of a DSN, and the log on ``kafka`` where there is one; see ``open_installation``."""
        self.dsn = dsn
        self.kafka = kafka
        self._lock = Lock()
        self._opened: list[Connection] = []
        self._logs: list[KafkaLog] = []
        self.jobs = Jobs(self.connect)

    def connect(self, application_name: str = "regulars") -> Connection:
        """Return a new connection: autocommit, in UTC, preparing what it repeats. Each thread needs its own.

        Raises psycopg.OperationalError when the database does not answer.
        """
        connection = connect(self.dsn, application_name)
        with self._lock:
            self._opened = [*(other for other in self._opened if not other.closed), connection]
        return connection

    def log(self) -> EventLog:
        """Return the log of record, connected for the caller alone. Each thread needs its own.

        Raises LogUnavailable where Kafka does not answer, and LogRefused where it lacks the topic.
        """
        if self.kafka is None:
            return self.journal()
        from events.log.kafka import KafkaLog  # noqa: PLC0415 - what has no Kafka need not wait for its client

        listening(self.kafka)
        log = KafkaLog(self.kafka)
        with self._lock:
            self._logs.append(log)
        return log

    @contextmanager
    def lent_log(self) -> Iterator[EventLog]:
        """Yield the log of record for a moment: what was opened for it is closed with the block. Raises as ``log``."""
        if self.kafka is None:
            with self.connect("regulars log, for a moment") as connection:
                yield Journal(connection)
            return
        from events.log.kafka import KafkaLog  # noqa: PLC0415 - as above

        listening(self.kafka)
        log = KafkaLog(self.kafka)
        try:
            yield log
        finally:
            log.close()

    def journal(self) -> Journal:
        """Return the journal on a connection of its own, also where the log of record is on Kafka.

        It is there in every database, and empty where it was never the log: an installation can begin with it and move.
        """
        return Journal(self.connect("regulars journal"))

    def close(self) -> None:
        """Have the jobs end that it runs, and close every connection that is still open."""
        self.jobs.close()
        with self._lock:
            for log in self._logs:
                log.close()
            for connection in self._opened:
                connection.close()
            self._logs, self._opened = [], []


@contextmanager
def open_installation(
    settings: Settings, progress: Progress = lambda _: None, *, keep_running: bool = False
) -> Iterator[Installation]:
    """Yield the installation, made on the first call and prepared on every one.

    ``progress`` hears a sentence whenever something takes longer than a moment. The last process to leave stops the
    embedded server, unless it asks to ``keep_running``. Raises InstallationError with a sentence for whoever runs it.
    """
    embedded = embedded_postgres(settings.home, progress, keep_running=keep_running)
    with nullcontext(settings.postgres) if settings.postgres else embedded as dsn:
        prepare(dsn, settings.partitions)
        installation = Installation(dsn, settings.kafka)
        try:
            yield installation
        finally:
            installation.close()


def connect(dsn: str, application_name: str = "regulars") -> Connection:
    """Return a connection as Regulars uses them: autocommit, in UTC, finding the projections by their names alone."""
    return psycopg.connect(conninfo(dsn, application_name), autocommit=True)


def conninfo(dsn: str, application_name: str) -> str:
    """Return the DSN of such a connection, for whoever opens it in another way; autocommit is the client's matter."""
    options = f"{conninfo_to_dict(dsn).get('options', '')} -c TimeZone=UTC -c search_path=projection,public".strip()
    return make_conninfo(dsn, application_name=application_name, options=options)


def prepare(dsn: str, partitions: int) -> None:
    """Make sure that the database can hold an installation and has its tables; doing it again changes nothing.

    Raises InstallationError where the database does not answer, cannot serve, or may not be changed by this user.
    """
    try:
        with connect(dsn, "regulars prepare") as connection:
            _settle(connection)
            _extend(connection)
            create_journal(connection, partitions)
            create_engine(connection)
            create_ingest(connection)
            create_dial(connection)
            create_associations(connection)
            create_segments(connection)
            create_directory(connection)
            create_desk(connection)
            create_reactions(connection)
            create_outgoing(connection)
            create_house(connection)
            create_access(connection)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
        message = f"The database cannot be prepared by this user, or not here: {_first_line(error)}."
        raise InstallationError(message) from error
    except psycopg.OperationalError as error:
        message = f"The database cannot be reached: {_first_line(error)}."
        raise InstallationError(message) from error


def _settle(connection: Connection) -> None:
    """Refuse a database that could not keep what we write; have it think in UTC, where we may say so."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.database'))")
        version, encoding, name, in_utc = connection.execute(DATABASE).fetchall()[0]
        if version < OLDEST_POSTGRES or encoding != "UTF8":
            message = (
                f"{POSTGRES.name} leads to a Postgres {version} database in {encoding}:"
                f" Regulars needs Postgres {OLDEST_POSTGRES} or newer, and UTF8."
            )
            raise InstallationError(message)
        if not in_utc:
            alter = sql.SQL("ALTER DATABASE {} SET timezone = 'UTC'").format(sql.Identifier(name))
            # Every connection of ours asks for UTC itself; this is for whoever looks in with another tool.
            with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(alter)


def _extend(connection: Connection) -> None:
    """Add what tells how alike two texts are, where the server has it and lets us; who asks for it can do without."""
    with suppress(*NOT_TO_BE_HAD), connection.transaction():
        if connection.execute("SELECT FROM pg_extension WHERE extname = 'pg_trgm'").fetchone() is None:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.database'))")
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0].rstrip(".")
