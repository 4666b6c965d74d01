"""Kill -9 at fifty random moments of a load: afterwards every table is what its log says, and the log lost nothing."""

import os
import signal
import time
from pathlib import Path
from random import Random

from events.codec import Codec
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import Connection, live_tables
from projections._engine.verify import verify, verify_persons
from services.benchmark.workload import workload
from services.embedded.postgres import embedded_postgres
from services.installation import connect, prepare
from tests.faults.load import COUNT, KILLS
from tests.faults.loader import Loader
from tests.projections.engine.oracle import signals_of
from tests.projections.engine.tables import pump

LONGEST_LIFE_SECONDS = 0.25
SERVER_KILLS = 3
SHORT_COUNT = 6_000
SMALL_SERVER = {"shared_buffers": "128MB"}


def assert_whole(connection: Connection, count: int) -> None:
    """Hold the log to what was sent, and every table to what the log says."""
    journal = Journal(connection)
    records = [record for partition in range(journal.partitions) for record in journal.records(partition, 0, count)]
    sent = list(workload(count))
    assert sorted(record.value for record in records) == sorted(Codec().encode(envelope) for envelope in sent)
    tables = live_tables(connection, stored(PROJECTIONS))
    verdicts = {verdict.held.projection: verdict for verdict in verify(connection, tables, journal)}
    assert {name: verdict.equal for name, verdict in verdicts.items()} == dict.fromkeys(verdicts, True)
    assert all(verdict.held.positions == journal.ends() for verdict in verdicts.values())
    assert len(verdicts) == len(stored(PROJECTIONS))
    assert all(verify_persons(connection, table) for table in tables if table.projection.graph)
    told: set[tuple[str, ...]] = set()
    wanted = [signal for fact in sent for each in stored(PROJECTIONS) for signal in signals_of(each, fact, told)]
    heard = connection.execute("SELECT kind, subject, event_id FROM engine.signal").fetchall()
    assert sorted(heard, key=repr) == sorted((signal[:3] for signal in wanted), key=repr)


def test_a_worker_that_is_killed_fifty_times_leaves_every_digest_equal(database: str) -> None:
    """It appends and projects all the while; each time it starts again, and it sends again what it may have sent."""
    dice = Random(50)
    with connect(database) as connection:
        pump(Journal(connection), lambda: connect(database), PROJECTIONS)  # the tables are live before the first event
    in_the_middle = 0

    for _ in range(KILLS):
        loader = Loader(database, COUNT)
        time.sleep(dice.uniform(0, LONGEST_LIFE_SECONDS))
        in_the_middle += loader.kill()
    finished = Loader(database, COUNT).end()

    assert (in_the_middle, finished) == (KILLS, True)
    with connect(database) as connection:
        assert_whole(connection, COUNT)


def test_a_server_that_is_killed_leaves_every_digest_equal(home: Path) -> None:
    """Postgres dies under the worker, which dies of it; after the recovery both go on where they were."""
    dice = Random(3)
    with embedded_postgres(home, print, changes=SMALL_SERVER) as dsn:
        prepare(dsn, 4)
        with connect(dsn) as connection:
            pump(Journal(connection), lambda: connect(dsn), PROJECTIONS)

        for _ in range(SERVER_KILLS):
            loader = Loader(dsn, SHORT_COUNT)
            time.sleep(dice.uniform(0.1, LONGEST_LIFE_SECONDS))
            postmaster = int((home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            os.kill(postmaster, signal.SIGKILL)
            assert not loader.end()
            with embedded_postgres(home, print, changes=SMALL_SERVER):
                pass  # it is up again, and stays, since we are using it
        assert Loader(dsn, SHORT_COUNT).end()

        with connect(dsn) as connection:
            assert_whole(connection, SHORT_COUNT)
