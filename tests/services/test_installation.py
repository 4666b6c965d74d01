"""Opening an installation gives a database with everything in it, whoever brings the Postgres."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from services import installation
from services.installation import Installation, open_installation, prepare
from services.settings import InstallationError, Settings
from tests.conftest import PARTITIONS, Connect
from tests.tidy.sources import ROOT


def test_a_new_installation_has_a_journal_and_the_tables_of_the_engine(home: Path) -> None:
    """The first opening makes everything; the journal then keeps its partitions, whatever the settings say later."""
    with open_installation(Settings(home=home, partitions=3)) as first:
        made = (first.journal().log_id, first.journal().ends())

    with open_installation(Settings(home=home, partitions=5)) as second:
        found = (second.journal().log_id, second.journal().ends())
        projections = second.connect().execute("SELECT count(*) FROM engine.projection").fetchone()

    assert (found, made[1]) == (made, {0: 0, 1: 0, 2: 0})
    assert projections == (0,)


def test_a_postgres_of_ones_own_replaces_the_embedded_one(home: Path, database: str) -> None:
    """With REGULARS_PG its database holds the installation, and nothing is made in the home."""
    settings = Settings(home=home, postgres=database, partitions=PARTITIONS)

    with open_installation(settings) as opened:
        where = opened.connect().info.dbname
        partitions = opened.journal().partitions

    assert (opened.dsn, partitions) == (database, PARTITIONS)
    assert where in database
    assert not home.exists()


def test_a_connection_commits_by_itself_and_thinks_in_utc(database: str) -> None:
    """Whatever the server's zone, a connection is autocommit, in UTC, named, and keeps the options of its DSN."""
    opened = Installation(make_conninfo(database, options="-c work_mem=5MB"))

    connection = opened.connect("regulars test")
    shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("TimeZone", "application_name", "work_mem")]

    assert (connection.autocommit, shown) == (True, [("UTC",), ("regulars test",), ("5MB",)])
    opened.close()


def test_the_database_itself_thinks_in_utc(database: str, connect: Connect) -> None:
    """Someone who looks in with another tool sees the times that Regulars means."""
    name = sql.Identifier(connect().info.dbname)
    connect().execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Tokyo'").format(name))

    prepare(database, PARTITIONS)

    with psycopg.connect(database) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_connections_end_with_the_installation(database: str) -> None:
    """What was opened and not closed is closed when the installation is."""
    with open_installation(Settings(postgres=database)) as opened:
        connections = [opened.connect(), opened.connect()]
        connections[0].close()

    assert [connection.closed for connection in connections] == [True, True]


def test_the_log_is_the_journal_unless_kafka_is_named(database: str, kafka: Cluster) -> None:
    """One setting decides; each caller gets a log of its own, and what is open closes with the installation."""
    topics.create(kafka, PARTITIONS, replication=1)

    with open_installation(Settings(postgres=database)) as embedded:
        journal = embedded.log()
    with open_installation(Settings(postgres=database, kafka=kafka)) as opened:
        first, second = opened.log(), opened.log()
        ends, empty = first.ends(), opened.journal().ends()

    assert isinstance(journal, Journal)
    assert isinstance(first, KafkaLog)
    assert (first is second, first.log_id == second.log_id, ends, empty) == (False, True, empty, ends)


def test_without_kafka_nothing_waits_for_its_clients() -> None:
    """What uses an installation starts without importing a client of Kafka: each of them takes its time."""
    words = "import sys, services.cli.session; print({'confluent_kafka', 'kafka'} & sys.modules.keys())"

    ran = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout == "set()\n"


def test_a_database_that_cannot_be_reached_is_said_without_its_password() -> None:
    """The sentence says what was tried, and no secret."""
    settings = Settings(postgres="postgresql://shop:open-sesame@127.0.0.1:1/shop")

    with pytest.raises(InstallationError) as refused, open_installation(settings):
        pass

    assert str(refused.value).startswith("The database cannot be reached: ")
    assert "open-sesame" not in str(refused.value) + repr(settings)


def test_a_database_in_another_encoding_is_refused(postgres: str, database: str, connect: Connect) -> None:
    """Customers have names that LATIN1 cannot hold."""
    name = f"{connect().info.dbname}_latin1"
    with installation.connect(postgres) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc")

        with pytest.raises(InstallationError) as refused:
            prepare(make_conninfo(database, dbname=name), PARTITIONS)

        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert str(refused.value).startswith("REGULARS_PG leads to a Postgres ")
    assert str(refused.value).endswith(" database in LATIN1: Regulars needs Postgres 15 or newer, and UTF8.")


def test_a_database_without_the_likeness_of_texts_will_do(postgres: str, database: str, connect: Connect) -> None:
    """Whoever may not add the extension opens the installation all the same; whoever may adds it."""
    name = f"{connect().info.dbname}_guest"
    there = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
    connect().execute("DROP EXTENSION pg_trgm")
    connect().execute(f"CREATE ROLE {name} LOGIN")
    for (schema,) in connect().execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'").fetchall():
        connect().execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}")

    prepare(make_conninfo(database, user=name), PARTITIONS)
    without = connect().execute(there).fetchone()
    prepare(database, PARTITIONS)

    assert (without, connect().execute(there).fetchone()) == ((0,), (1,))
    connect().execute(f"DROP OWNED BY {name}")
    with installation.connect(postgres) as server:
        server.execute(f"DROP ROLE {name}")


def test_a_user_who_may_not_make_tables_is_told_so(postgres: str, database: str, connect: Connect) -> None:
    """A fresh database that this user may only read cannot be prepared, and the sentence says why."""
    name = f"{connect().info.dbname}_reader"
    connect().execute("DROP SCHEMA engine CASCADE")
    connect().execute(f"CREATE ROLE {name} LOGIN")
    connect().execute(f"GRANT USAGE ON SCHEMA journal TO {name}")

    with pytest.raises(InstallationError) as refused:
        prepare(make_conninfo(database, user=name), PARTITIONS)

    connect().execute(f"DROP OWNED BY {name}")
    with installation.connect(postgres) as server:
        server.execute(f"DROP ROLE {name}")
    assert str(refused.value).startswith("The database cannot be prepared by this user, or not here: permission denied")
