"""A parked event that will never be right is dismissed: nobody waits for it, and the tables are right without it."""

from contextlib import closing

from events.log.postgres import Journal
from projections._engine import dead_letters
from projections._engine.moving import move
from projections._engine.rebuild import rebuild
from projections._engine.registry import create_engine
from projections._engine.status import parked, statuses
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.repeating_log import RepeatingLog
from tests.projections.engine.tables import Connect, drain, live_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, search, searches

TALLY = Tally()


def test_what_is_dismissed_waits_for_nobody(connect: Connect) -> None:
    """It is in no list and no count, and says why where it is asked for; the other one waits."""
    log = MemoryLog(1)
    log.append([*searches(5), search("p", "poison"), search("q", "poison too")])
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY]))
        first, second = dead_letters.listed(connection)

        done = [dead_letters.dismiss(connection, first, because) for because in ("nonsense", "another reason")]

        shown = dead_letters.shown(connection, first.partition, first.offset)
        assert shown is not None
        assert done == [True, False]
        assert (shown.dismissed, shown.missed, shown.dismissed_at is not None) == ("nonsense", first.missed, True)
        assert dead_letters.listed(connection) == [second]
        assert (parked(connection), statuses(connection, [TALLY], log)[0].parked) == (1, 1)


def test_a_dismissed_conflict_stays_so(connect: Connect) -> None:
    """The tables are right without it; what is built anew lacks it too, and nobody hears of it again."""
    log = RepeatingLog()
    log.append([*searches(5), search(3, "something else", by="customer:3")])
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY, Beside()]))
        (letter,) = dead_letters.listed(connection)

        dead_letters.dismiss(connection, letter, "sent under a wrong id")

        rebuild(TALLY, log, connect)
        pump(log, connect, [TALLY, Beside()])
        tables = opened(connection, log, [TALLY, Beside()])
        shown = dead_letters.shown(connection, letter.partition, letter.offset)
        assert shown is not None
        assert set(shown.missed) == {table.name for table in tables}
        assert parked(connection) == 0
        assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]


def test_what_is_dismissed_stays_so_on_a_copy_of_the_log(connect: Connect, journal: Journal) -> None:
    """With its reason; the one that nobody dismissed waits there too."""
    journal.append([search("p", "poison"), search("q", "poison too")])
    with closing(connect()) as connection:
        drain(journal, connect, live_tables(connection, journal, [TALLY]))
        first, second = dead_letters.listed(connection)
        dead_letters.dismiss(connection, first, "nonsense")

        with connection.transaction():
            move(connection, journal, "the copy")

        moved = dead_letters.shown(connection, first.partition, first.offset)
        assert moved is not None
        assert (moved.log_id, moved.dismissed, moved.dismissed_at is not None) == ("the copy", "nonsense", True)
        assert [letter.offset for letter in dead_letters.listed(connection)] == [second.offset]


def test_an_installation_of_before_gets_what_it_lacks(connect: Connect) -> None:
    """Its parked events wait as they did; preparing it once more changes nothing."""
    log = MemoryLog(1)
    log.append([search("p", "poison")])
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY]))
        connection.execute("ALTER TABLE engine.dead_letter DROP COLUMN dismissed_at CASCADE, DROP COLUMN dismissed")

        for _ in range(2):
            create_engine(connection)

        (letter,) = dead_letters.listed(connection)
        assert (letter.dismissed_at, letter.dismissed) == (None, "")
