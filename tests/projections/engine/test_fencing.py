"""Fencing: whoever took partitions over owns them; whoever lost them writes nothing more."""

import time
from threading import Event, Thread

import psycopg
import pytest

from events.log.postgres import Journal
from projections._engine import checkpoint
from projections._engine.errors import Fenced
from projections._engine.progress import Progress
from projections._engine.projector import Projector
from projections._engine.pump import Lane
from projections._engine.rebuild import rebuild
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, drain, live_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, searches

TALLY = Tally()


def test_a_worker_that_was_overtaken_writes_nothing(connect: Connect) -> None:
    """Neither before nor after the new owner has gone on: its epoch is over."""
    log = MemoryLog()
    log.append(searches(50, found=0))
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        with Lane(log, connect, [table]) as zombie, Lane(log, connect, [table]) as owner:
            with pytest.raises(Fenced):
                zombie.drain(log.ends())
            untouched = held(connection, table)

            owner.drain(log.ends())
            log.append(searches(10, first=50, found=0))
            with pytest.raises(Fenced):
                zombie.drain(log.ends())
            owner.drain(log.ends())

        assert (untouched.rows, untouched.signals) == (0, [])
        assert held(connection, table) == wanted(log, TALLY, log.ends())


def test_a_worker_that_is_overtaken_between_two_batches_stops_at_the_next(connect: Connect) -> None:
    """What it has committed stays, what it has folded ahead is thrown away, and the new owner goes on from there."""
    log = MemoryLog()
    log.append(searches(200, found=0))
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        owners: list[Lane] = []

        def overtake(progress: Progress) -> None:
            if progress.batches == 3 and not owners:
                owners.append(Lane(log, connect, [table]))

        with Lane(log, connect, [table], batch_events=8) as zombie, pytest.raises(Fenced):
            zombie.drain(log.ends(), overtake)
        stopped_at = positions_of(connection, table)
        assert held(connection, table) == wanted(log, TALLY, stopped_at)
        assert 0 < sum(stopped_at.values()) < 200

        with owners[0] as owner:
            owner.drain(log.ends())

        assert held(connection, table) == wanted(log, TALLY, log.ends())


def test_taking_over_one_table_fences_a_worker_of_several(connect: Connect) -> None:
    """A batch moves all its checkpoints or none, so one lost table stops it for all of them."""
    log = MemoryLog()
    log.append(searches(20))
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside()])
        with Lane(log, connect, tables) as both:
            drain(log, connect, tables[1:], until={0: 1})
            with pytest.raises(Fenced):
                both.drain(log.ends())

        assert sum(positions_of(connection, tables[0]).values()) == 0
        assert held(connection, tables[0]).rows == 0


def test_a_worker_whose_table_was_swapped_is_fenced(connect: Connect) -> None:
    """It may have opened the table just before the swap, or hold it for long: it looks again, and breaks nothing."""
    log = MemoryLog()
    log.append(searches(20))
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])
        with Lane(log, connect, tables) as holds:
            holds.drain(log.ends())
            rebuild(TALLY, log, connect)
            log.append(searches(5, first=20))

            with pytest.raises(Fenced):
                holds.drain(log.ends())
            with pytest.raises(Fenced):
                Lane(log, connect, tables)

        drain(log, connect, opened(connection, log, [TALLY]))
        (table,) = opened(connection, log, [TALLY])
        assert held(connection, table)[:2] == wanted(log, TALLY, log.ends())[:2]


def test_a_worker_that_was_stopped_in_the_middle_of_a_copy_is_not_waited_for(connect: Connect) -> None:
    """To the server it is busy, so that no limit for idle sessions ends it: whoever takes over does."""
    log = MemoryLog()
    log.append(searches(20, found=0))
    with connect() as connection, connect() as stopped:
        (table,) = live_tables(connection, log, [TALLY])
        stopped.execute("BEGIN")
        stopped.execute("UPDATE engine.checkpoint SET epoch = epoch")
        stopped.execute("CREATE TEMPORARY TABLE stage_tally (searches bigint)")

        def copy_and_stop() -> None:
            with stopped.cursor().copy('COPY "stage_tally" FROM STDIN'):
                checkpoint.take_over(connection, [table.name], range(log.partitions), log, silent_seconds=0.5)

        with pytest.raises(psycopg.OperationalError):
            copy_and_stop()
        drain(log, connect, [table])

        assert held(connection, table) == wanted(log, TALLY, log.ends())


def test_one_worker_leads_until_it_leaves(connect: Connect, journal: Journal) -> None:
    """The others hear that they do not, and the next one leads when the first is gone."""
    first = Projector(journal, connect, [TALLY])
    second = Projector(journal, connect, [TALLY])

    assert (first.lead(), second.lead(), second.lead()) == (True, False, False)
    first.close()
    give_up = time.monotonic() + 10
    while not second.lead():  # the server takes a moment to notice that the first has left
        assert time.monotonic() < give_up
    second.close()


def test_workers_that_follow_the_same_log_by_mistake_only_slow_each_other_down(
    connect: Connect, journal: Journal
) -> None:
    """Each is fenced by the other again and again; the rows come out as if one had worked."""
    stop = Event()
    failed: list[BaseException] = []

    def follow(projector: Projector) -> None:
        try:
            projector.follow(stop)
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            projector.close()

    pump(journal, connect, [TALLY, Beside()])
    workers = [
        Thread(target=follow, args=[Projector(Journal(connect()), connect, [TALLY, Beside()], batch_events=10)])
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for first in range(0, 600, 20):
        journal.append(searches(20, first=first, found=0))
    stop.set()
    for worker in workers:
        worker.join()
    pump(journal, connect, [TALLY, Beside()])

    with connect() as connection:
        tables = opened(connection, journal, [TALLY, Beside()])
        assert failed == []
        assert held(connection, tables[0]) == wanted(journal, TALLY, journal.ends())
        assert [verdict.equal for verdict in verify(connection, tables, journal)] == [True, True]
