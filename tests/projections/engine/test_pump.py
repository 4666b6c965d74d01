"""The pump goes exactly as far as it is told, in batches of about the asked size, and says what it did."""

import pytest

from events.log.postgres import Journal
from projections._engine.progress import Progress
from projections._engine.pump import Lane
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, drain, live_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, search, searches

TALLY = Tally()


@pytest.mark.parametrize("batch_events", [1, 4, 7, 1000])
def test_a_lane_stops_exactly_where_it_was_told_to(connect: Connect, batch_events: int) -> None:
    """Also in the middle of what a read returned; the rest is there for the next time."""
    log = MemoryLog()
    log.append(searches(100))
    until = {partition: end * 2 // 3 for partition, end in log.ends().items()}
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        with Lane(log, connect, [table], batch_events=batch_events) as lane:
            lane.drain(until)
            reached = dict(lane.positions), positions_of(connection, table), held(connection, table)
            lane.drain(log.ends())

        assert reached == (until, until, wanted(log, TALLY, until))
        assert held(connection, table) == wanted(log, TALLY, log.ends())


def test_draining_what_is_drained_changes_nothing(connect: Connect) -> None:
    """No events, no batch, no transaction."""
    log = MemoryLog()
    log.append(searches(10))
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        drain(log, connect, [table])

        progress = drain(log, connect, [table])

        assert (progress.events, progress.batches, progress.rows) == (0, 0, 0)


def test_progress_tells_events_batches_rows_and_what_was_parked(connect: Connect) -> None:
    """It is heard while it grows; each stage has its seconds."""
    log = MemoryLog(1)
    log.append([*searches(20), search("p", "poison")])
    heard: list[int] = []
    with connect() as connection:
        (table,) = live_tables(connection, log, [TALLY])
        with Lane(log, connect, [table], batch_events=7) as lane:
            lane.drain(log.ends(), lambda progress: heard.append(progress.events))
            progress = lane.progress

    assert (progress.events, progress.batches, progress.parked) == (21, 3, 1)
    assert progress.rows == 7 + 7 + 6
    assert heard == sorted(heard)
    assert heard[-1] == 21
    assert progress.seconds.keys() == Progress().seconds.keys()
    assert all(seconds > 0 for seconds in progress.seconds.values())


def test_a_projection_that_is_behind_catches_up_and_joins_the_others(connect: Connect, journal: Journal) -> None:
    """Each event is folded once for each projection, however far apart they stood."""
    journal.append(searches(50))
    pump(journal, connect, [TALLY])
    journal.append(searches(30, first=50))

    progress = pump(journal, connect, [TALLY, Beside()])

    with connect() as connection:
        tables = opened(connection, journal, [TALLY, Beside()])
        assert [table.live for table in tables] == [True, True]
        assert [positions_of(connection, table) for table in tables] == [journal.ends()] * 2
        assert [held(connection, each)[:2] for each in tables] == [
            wanted(journal, each.projection, journal.ends())[:2] for each in tables
        ]
        assert progress.events <= 80


def test_tables_that_are_not_comparable_meet(connect: Connect) -> None:
    """Each is ahead in one partition: both reach the end, and neither folds anything twice."""
    log = MemoryLog(2)
    log.append(searches(60))
    ends = log.ends()
    with connect() as connection:
        pump(log, connect, [TALLY, Beside()])
        log.append(searches(60, first=60))
        tables = opened(connection, log, [TALLY, Beside()])
        drain(log, connect, tables[:1], until={0: log.ends()[0], 1: ends[1]})
        drain(log, connect, tables[1:], until={0: ends[0], 1: log.ends()[1]})

        pump(log, connect, [TALLY, Beside()])

        for table in tables:
            assert positions_of(connection, table) == log.ends()
            assert held(connection, table)[:2] == wanted(log, table.projection, log.ends())[:2]
