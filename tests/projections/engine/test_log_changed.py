"""A table belongs to one log: an exchanged or shortened one stops the worker, and nothing is reset silently."""

import pytest

from events.log.postgres import Journal
from projections._engine.errors import LogChanged
from projections._engine.pump import Lane
from projections._engine.rebuild import rebuild
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, drain, live_tables, opened, pump
from tests.projections.engine.tally import Tally, searches

TALLY = Tally()


def test_another_log_is_refused_and_nothing_changes(connect: Connect) -> None:
    """Though it holds as much as the first one: its offsets mean other facts."""
    log, other = MemoryLog(), MemoryLog()
    log.append(searches(30))
    other.append(searches(60, first=30))
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        drain(log, connect, [table])
        before = held(connection, table), positions_of(connection, table)

        with pytest.raises(LogChanged, match="made anew or exchanged"):
            Lane(other, connect, [table])

        assert (held(connection, table), positions_of(connection, table)) == before
        drain(log, connect, [table])


def test_a_log_that_ends_before_the_checkpoint_is_refused(connect: Connect, journal: Journal) -> None:
    """A journal that was restored from an older backup lacks what was projected; its end will grow past it again."""
    journal.append(searches(50))
    with connect() as connection:
        pump(journal, connect, [TALLY])
        (table,) = opened(connection, journal, [TALLY])
        partition, end = max(journal.ends().items(), key=lambda item: item[1])
        connection.execute('DELETE FROM journal.event WHERE partition = %s AND "offset" >= %s', [partition, end - 2])
        connection.execute("UPDATE journal.partition SET next_offset = %s WHERE partition = %s", [end - 2, partition])

        with pytest.raises(LogChanged, match=f"wants offset {end} of partition {partition}"):
            pump(journal, connect, [TALLY])

        assert positions_of(connection, table)[partition] == end


def test_a_rebuild_takes_the_new_log_over(connect: Connect) -> None:
    """It is the way out that the sentence names: the table is then what the new log says."""
    log, other = MemoryLog(), MemoryLog()
    log.append(searches(30))
    other.append(searches(20, first=100))
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY]))

        rebuild(TALLY, other, connect)

        other.append(searches(5, first=200))
        pump(other, connect, [TALLY])
        (table,) = opened(connection, other, [TALLY])
        assert held(connection, table)[:3] == wanted(other, TALLY, other.ends())[:3]
