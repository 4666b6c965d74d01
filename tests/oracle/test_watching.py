"""The watch over the checkpoints sees whatever goes back, and outlives its connection."""

import time
from collections.abc import Callable

from projections import PROJECTIONS
from tests.conftest import Connect
from tests.oracle.shop import Repeating
from tests.oracle.watching import Watch
from tests.projections.engine.tables import new_tables

LONGEST_SECONDS = 20
MOVE = "UPDATE engine.checkpoint SET next_offset = %s, epoch = %s WHERE partition = 2 AND table_name LIKE 'visits_%%'"
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    end = time.monotonic() + LONGEST_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def looked(watch: Watch) -> None:
    """Wait until the watch has looked at all that there is now."""
    looks = watch.looks
    until(lambda: watch.looks > looks + 1)


def test_a_checkpoint_that_goes_back_is_seen(database: str, connect: Connect) -> None:
    """An offset or an epoch that falls is told once; one that rises is how it should be."""
    with connect() as connection:
        new_tables(connection, Repeating(4), PROJECTIONS)

        with Watch(database) as watch:
            for next_offset, epoch in ((7, 1), (9, 2), (8, 2), (8, 1), (9, 3)):
                connection.execute(MOVE, [next_offset, epoch])
                looked(watch)

    assert watch.findings() == [
        "visits_v1_g1, partition 2: next offset went from 9 to 8",
        "visits_v1_g1, partition 2: epoch went from 2 to 1",
    ]


def test_the_watch_goes_on_after_its_connection_was_cut(database: str, connect: Connect) -> None:
    """What went back while it was blind is seen when it looks again."""
    with connect() as connection:
        new_tables(connection, Repeating(4), PROJECTIONS)

        with Watch(database) as watch:
            connection.execute(MOVE, [9, 1])
            looked(watch)
            with connection.transaction():
                connection.execute(MOVE, [3, 1])
                connection.execute(CUT)
            looked(watch)

    assert watch.findings() == ["visits_v1_g1, partition 2: next offset went from 9 to 3"]


def test_the_watch_waits_for_the_tables(database: str) -> None:
    """It may begin before there is anything to watch."""
    with Watch(database) as watch:
        looked(watch)

    assert (watch.findings(), watch.looks > 1) == ([], True)
