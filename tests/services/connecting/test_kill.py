"""Kill -9 at random moments while a table is followed and written to: every row is one event."""

import time
from collections import Counter
from random import Random

from events.log.postgres import Journal
from services.installation import Connection
from tests.services.connecting.calling import Centre
from tests.services.connecting.calls import calls, told
from tests.services.connecting.killed import Victim, processes
from tests.services.running import wait_until

KILLS = 5
KILLS_AT_THE_FRONT = 3
AT_THE_FRONT_SECONDS = (0.3, 0.6)
SETTLED_SECONDS = 0.3

ROWS = 3_000

# Rows of long ago, which a restart does not read again once the position has passed them.
LONG_AGO = """
INSERT INTO call SELECT n, 'caller-' || mod(n, 17), '', now() - interval '1 day' + n * interval '1 second'
  FROM generate_series(1, %s::integer) AS n
"""


def count(journal: Journal) -> int:
    """Return how many events there are."""
    return sum(journal.ends().values())


def grown(journal: Journal) -> float:
    """Wait until there are more events than now, and return when that was seen."""
    before = count(journal)
    wait_until(lambda: count(journal) > before)
    return time.monotonic()


def assert_each_row_is_one_event(source: Connection, journal: Journal) -> None:
    """Hold the log to the table."""
    rows = [str(number) for (number,) in source.execute("SELECT id FROM call").fetchall()]
    assert Counter(each.call for each in told(journal)) == Counter(rows)


def test_what_was_there_already_is_taken_whole_however_often_it_is_killed(
    database: str, centre: str, source: Connection, journal: Journal
) -> None:
    """The position moves page by page, and never past what the log has."""
    dice = Random(3)
    source.execute(LONG_AGO, [ROWS])
    text, context = calls(centre, batch=50), processes()
    in_the_middle = 0

    for _ in range(KILLS):
        victim = Victim(context, database, text, begun="following")
        page_seconds = -grown(journal) + grown(journal)
        time.sleep(dice.uniform(0, page_seconds))
        victim.kill()
        in_the_middle += count(journal) < ROWS
    Victim(context, database, text, begun="caught up").kill()

    assert_each_row_is_one_event(source, journal)
    assert in_the_middle == KILLS


def test_rows_that_are_committed_late_are_taken_however_often_it_is_killed(
    database: str, centre: str, source: Connection, journal: Journal
) -> None:
    """It has caught up each time, so late rows appear behind what it has read, within the overlap."""
    dice = Random(4)
    text, context = calls(centre, overlap=3, batch=200), processes()

    with Centre(centre) as work:
        for _ in range(KILLS_AT_THE_FRONT):
            victim = Victim(context, database, text, begun="caught up")
            time.sleep(dice.uniform(*AT_THE_FRONT_SECONDS))
            victim.kill()
    last = Victim(context, database, text, begun="caught up")
    wait_until(lambda: count(journal) >= work.added)
    time.sleep(SETTLED_SECONDS)
    last.kill()

    assert_each_row_is_one_event(source, journal)
    assert work.late > 10
