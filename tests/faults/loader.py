"""A process that loads a shop's events and projects them at the same time, until it is done or killed.

Run as ``python -m tests.faults.loader DSN COUNT``. It goes on where the log ends, from some events before it on, as a
source does that never heard the last answer. It prints ``begun`` when it begins and, when all is projected, ``done``.
"""

import sys
import time
from itertools import islice
from threading import Event, Thread

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services.benchmark.workload import workload
from services.installation import connect
from tests.faults.load import AGAIN_EVENTS, APPEND_EVENTS, BATCH_EVENTS, PAUSE_SECONDS


def say(word: str) -> None:
    """Print a word at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def load(dsn: str, count: int) -> None:
    """Append what is missing, a few events at a time."""
    with connect(dsn, "loader") as connection:
        journal = Journal(connection)
        begin = max(0, sum(journal.ends().values()) - AGAIN_EVENTS)
        told = islice(workload(count), begin, None)
        while batch := list(islice(told, APPEND_EVENTS)):
            journal.append(batch)
            time.sleep(PAUSE_SECONDS)


def main(dsn: str, count: int) -> None:
    """Load in one thread and project in this one."""
    with connect(dsn, "projector") as connection:
        projector = Projector(
            Journal(connection), lambda: connect(dsn, "projector"), PROJECTIONS, batch_events=BATCH_EVENTS
        )
        stop = Event()
        follower = Thread(target=projector.follow, args=[stop])
        say("begun")
        follower.start()
        try:
            load(dsn, count)
        finally:
            stop.set()
            follower.join()
        projector.catch_up()
        projector.close()
    say("done")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
