"""Kill -9 at random moments while a table is followed and written to: every row is one event."""

import time
from collections import Counter
from functools import partial
from random import Random

from events.log.postgres import Journal
from services.installation import Connection
from tests.services.connecting.calling import Centre
from tests.services.connecting.calls import calls, told
from tests.services.connecting.killed import Victim, processes
from tests.services.running import wait_until

KILLS = 5
LONGEST_SECONDS = 0.1
SETTLED_SECONDS = 0.5


def count(journal: Journal) -> int:
    """Return how many events there are."""
    return sum(journal.ends().values())


def grown(journal: Journal, before: int) -> bool:
    """Return whether there are more events than before."""
    return count(journal) > before


def test_every_row_is_one_event_however_often_the_connector_is_killed(
    database: str, centre: str, source: Connection, journal: Journal
) -> None:
    """Rows of transactions that commit late among them, as long as they are within the overlap."""
    dice = Random(5)
    text = calls(centre, overlap=3, batch=20)
    context = processes()

    with Centre(centre) as work:
        for _ in range(KILLS):
            victim = Victim(context, database, text)
            wait_until(partial(grown, journal, count(journal)))
            time.sleep(dice.uniform(0, LONGEST_SECONDS))
            victim.kill()
    last = Victim(context, database, text)
    wait_until(lambda: count(journal) >= work.added)
    time.sleep(SETTLED_SECONDS)
    last.kill()

    rows = [str(number) for (number,) in source.execute("SELECT id FROM call ORDER BY id").fetchall()]
    assert Counter(each.call for each in told(journal)) == Counter(rows)
    assert len(rows) == work.added
    assert work.late > 10
