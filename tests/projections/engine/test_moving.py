"""Projections that are moved to a copy of their log stand where they stood, go on there, and take the parked along."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from events.log.postgres import Journal
from projections._engine import dead_letters
from projections._engine.errors import Fenced, LogChanged
from projections._engine.moving import move
from projections._engine.pump import Lane
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, positions_of
from tests.projections.engine.tables import Connect, drain, live_tables, pump
from tests.projections.engine.tally import UNREADABLE, Beside, Tally, search, searches, understood

TALLY = Tally()
HISTORY = [*searches(20), search("p", "poison"), *searches(5, first=20)]


@pytest.fixture(autouse=True)
def nothing_understood() -> Iterator[None]:
    """Begin and end with searches that nobody understands."""
    understood.clear()
    yield
    understood.clear()


@pytest.fixture
def copied(journal: Journal) -> MemoryLog:
    """Return a log that holds at the same places what the journal holds."""
    copy = MemoryLog(journal.partitions)
    assert [receipt[1:] for receipt in copy.append(HISTORY)] == [receipt[1:] for receipt in journal.append(HISTORY)]
    return copy


def test_they_go_on_where_they_stood(connect: Connect, journal: Journal, copied: MemoryLog) -> None:
    """Nothing is folded again, what comes is, and the log that they came from is refused."""
    with closing(connect()) as connection:
        tables = live_tables(connection, journal, [TALLY, Beside()])
        drain(journal, connect, tables)
        before = [(held(connection, table), positions_of(connection, table)) for table in tables]

        with connection.transaction():
            moved = move(connection, journal, copied.log_id)

        assert [(held(connection, table), positions_of(connection, table)) for table in tables] == before
        assert moved == (sorted(table.name for table in tables), 1)
        copied.append(searches(5, first=25))
        assert pump(copied, connect, [TALLY, Beside()]).events == 5
        assert [verdict.equal for verdict in verify(connection, tables, copied)] == [True, True]
        with pytest.raises(LogChanged):
            pump(journal, connect, [TALLY])


def test_who_projected_before_is_fenced(connect: Connect, journal: Journal, copied: MemoryLog) -> None:
    """A worker that knows nothing of it commits nothing any more."""
    with closing(connect()) as connection:
        tables = live_tables(connection, journal, [TALLY])
        with Lane(journal, connect, tables) as lane:
            with connection.transaction():
                move(connection, journal, copied.log_id)

            with pytest.raises(Fenced):
                lane.drain(journal.ends())


def test_a_parked_event_counts_once_after_the_fix(connect: Connect, journal: Journal, copied: MemoryLog) -> None:
    """It is parked on the copy now, with the time at which the journal recorded it."""
    with closing(connect()) as connection:
        tables = live_tables(connection, journal, [TALLY])
        drain(journal, connect, tables)
        with connection.transaction():
            move(connection, journal, copied.log_id)
        (letter,) = dead_letters.listed(connection)
        understood.update(UNREADABLE)

        (done,) = dead_letters.redrive(connect, tables, [letter])

        (record,) = journal.records(letter.partition, letter.offset, 1)
        assert letter.log_id == copied.log_id
        assert letter.recorded_ms == round(1000 * record.recorded_at.timestamp())
        assert done.applied == ["tally"]
        assert [verdict.equal for verdict in verify(connection, tables, copied)] == [True]


def test_what_is_parked_on_the_copy_too_is_one_letter(connect: Connect, journal: Journal, copied: MemoryLog) -> None:
    """A table that read the copy before the others came has parked the same event: it lacks it as they do."""
    with closing(connect()) as connection:
        (first,) = live_tables(connection, journal, [TALLY])
        drain(journal, connect, [first])
        connection.execute(
            "INSERT INTO engine.dead_letter SELECT %s, partition, \"offset\", fault, field, reason, value, '{early}'"
            " FROM engine.dead_letter",
            [copied.log_id],
        )

        with connection.transaction():
            moved = move(connection, journal, copied.log_id)

        (letter,) = dead_letters.listed(connection)
        assert (letter.log_id, letter.missed, moved.dead_letters) == (copied.log_id, ["early", first.name], 1)


def test_what_belongs_to_another_log_stays(connect: Connect, journal: Journal, copied: MemoryLog) -> None:
    """Only what stands on this log goes along."""
    with closing(connect()) as connection:
        (table,) = live_tables(connection, copied, [TALLY])
        drain(copied, connect, [table])

        with connection.transaction():
            moved = move(connection, journal, "elsewhere")

        assert moved == ([], 0)
        drain(copied, connect, [table])
