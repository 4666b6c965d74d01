"""Rebuild: from the first event, beside the live table and while it goes on, then the two swap."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from events.catalog.identity import IdentityLinked
from events.envelope import Envelope
from events.log import Record
from events.log.postgres import Journal
from projections._engine.declaration import Projection
from projections._engine.progress import Progress
from projections._engine.projector import Projector
from projections._engine.rebuild import rebuild
from projections._engine.verify import verify, verify_persons
from projections.identity import Identity
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, persons_held, positions_of, wanted
from tests.projections.engine.tables import Connect, digest_of, drain, live_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, search, searches
from tests.projections.shop import NOON

TALLY = Tally()
GENERATIONS = "SELECT table_name, state FROM engine.projection ORDER BY table_name"


class SlowLog(MemoryLog):
    """A log that gives a dozen records at a time, whatever it is asked for."""

    def __init__(self, log: MemoryLog) -> None:
        """Hold the same records."""
        super().__init__(log.partitions)
        self.__dict__ |= log.__dict__

    def records(self, partition: int, start: int, limit: int) -> list[Record]:
        """Return a dozen at most."""
        return super().records(partition, start, min(limit, 12))


@contextmanager
def busy(journal: Journal, connect: Connect, projections: list[Projection]) -> Iterator[None]:
    """Have one thread follow the journal and another append to it, until there is no more to do."""
    stop = Event()
    projector = Projector(Journal(connect()), connect, projections, batch_events=50)
    projector.catch_up()

    def append() -> None:
        for first in range(1000, 2000, 20):
            journal.append(searches(20, first=first, found=0))

    threads = [Thread(target=projector.follow, args=[stop]), Thread(target=append)]
    for thread in threads:
        thread.start()
    try:
        yield
        threads[1].join()
    finally:
        stop.set()
        threads[0].join()
        projector.close()


def test_a_rebuild_gives_the_digest_that_was_there(connect: Connect) -> None:
    """The next generation takes the place of the one before, which is dropped with its checkpoints."""
    log = MemoryLog()
    log.append([*searches(90), search("p", "poison")])
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        drain(log, connect, [table])
        before = digest_of(connection, table)

        digest = rebuild(TALLY, log, connect)

        assert (digest.digest, digest.positions) == (before, log.ends())
        assert connection.execute(GENERATIONS).fetchall() == [("tally_v1_g1", "retired"), ("tally_v1_g2", "live")]
        assert connection.execute("SELECT to_regclass('projection.tally_v1_g1')").fetchone() == (None,)
        assert connection.execute("SELECT DISTINCT table_name FROM engine.checkpoint").fetchall() == [("tally_v1_g2",)]
        assert connection.execute("SELECT missed FROM engine.dead_letter").fetchall() == [(["tally_v1_g2"],)]


def test_a_rebuild_mends_what_was_tampered_with(connect: Connect) -> None:
    """The log is the truth; a table is only what it says."""
    log = MemoryLog()
    log.append(searches(30))
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY]))
        connection.execute("UPDATE projection.tally_v1_g1 SET searches = 1000")

        rebuild(TALLY, log, connect)

        (table,) = opened(connection, log, [TALLY])
        assert held(connection, table) == wanted(log, TALLY, log.ends())._replace(signals=[])


def test_the_live_table_goes_on_while_another_is_built(connect: Connect, journal: Journal) -> None:
    """Events are appended and projected all the time; afterwards every table is what the log says, signals included."""
    projections: list[Projection] = [TALLY, Beside()]
    journal.append(searches(1000))

    with busy(journal, connect, projections):
        for projection in (TALLY, Beside(), TALLY):
            rebuild(projection, Journal(connect()), connect)
    pump(journal, connect, projections)

    with connect() as connection:
        tables = opened(connection, journal, projections)
        assert [table.name for table in tables] == ["tally_v1_g3", "beside_v1_g2"]
        assert [positions_of(connection, table) for table in tables] == [journal.ends()] * 2
        assert held(connection, tables[0]) == wanted(journal, TALLY, journal.ends())
        assert [verdict.equal for verdict in verify(connection, tables, journal)] == [True, True]


def test_people_stay_who_they_are_while_the_graph_is_built_again(connect: Connect) -> None:
    """Half a graph knows half of the links: nobody reads it until it is whole."""
    log = MemoryLog(1)
    log.append([link(number, f"visitor:{number + 1}", f"visitor:{number}") for number in range(300)])
    log.append([link(1000, "customer:1", "visitor:300")])
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [Identity()]))
        before = persons_held(connection)
        seen = []

        def look(progress: Progress) -> None:
            seen.append((progress.batches, persons_held(connection) == before))

        rebuild(Identity(), SlowLog(log), connect, look)

        assert set(before.values()) == {("customer:1", False)}
        assert len(before) == 300  # visitor:0 is nobody
        assert [same for _, same in seen] == [True] * len(seen)
        assert len(seen) > 10
        assert verify_persons(connection, opened(connection, log, [Identity()])[0])


def test_a_rebuild_swallows_no_signal(connect: Connect) -> None:
    """What the stopped worker had not come to yet is history to the rebuild, and news to whoever waits for it."""
    log = MemoryLog()
    log.append(searches(5, found=0))
    with connect() as connection:
        pump(log, connect, [TALLY])
        log.append(searches(3, first=5, found=0))

        rebuild(TALLY, log, connect)
        pump(log, connect, [TALLY])

        heard = connection.execute("SELECT event_id FROM engine.signal ORDER BY 1").fetchall()
        assert heard == [("search-5",), ("search-6",), ("search-7",)]


def test_a_rebuild_that_was_interrupted_leaves_the_live_table_alone(connect: Connect) -> None:
    """What it left is never opened, and goes with the next swap."""
    log = MemoryLog()
    log.append(searches(40))

    class Interrupted(Exception):
        """Somebody pressed a key."""

    def interrupt(_: Progress) -> None:
        raise Interrupted

    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        drain(log, connect, [table])
        with pytest.raises(Interrupted):
            rebuild(TALLY, log, connect, interrupt)

        assert [each.name for each in opened(connection, log, [TALLY])] == [table.name]
        assert held(connection, table)[:3] == wanted(log, TALLY, log.ends())[:3]
        rebuild(TALLY, log, connect)
        assert connection.execute("SELECT to_regclass('projection.tally_v1_g2')").fetchone() == (None,)
        assert [each.name for each in opened(connection, log, [TALLY])] == ["tally_v1_g3"]


def link(number: int, one: str, other: str) -> Envelope:
    """Return the statement that two identifiers are one person."""
    data = IdentityLinked(identifier=other)
    return Envelope(id=f"link-{number}", source="urn:regulars:engine", time=NOON, subject=one, data=data)
