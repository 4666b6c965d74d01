"""Jobs: what takes longer than a page waits for, such as a projection built again; kept in a table, seen by everybody.

A job runs in a thread of the process that was asked, and outlives the browser that asked. One of a kind runs at a time
in the whole house: it holds a lock for as long as its process lives. So a job whose process was killed reads as
interrupted, though nobody was left to write that down; whoever starts the next one does.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from projections._engine.registry import Connection

LOGGER = logging.getLogger("regulars.jobs")
REFRESH = "refresh"
"""The kind of what is worked out every night (services/house/nightly.py)."""

TOLD_EVERY_SECONDS = 0.25
STOP_SECONDS = 10.0
MOST_SAID_CHARACTERS = 1000

LOCK = "SELECT pg_try_advisory_lock(hashtext('regulars.jobs'), hashtext(%s))"

UNLOCK = "SELECT pg_advisory_unlock_all()"

BEGIN = "INSERT INTO house.job (kind, what, started_by) VALUES (%s, %s, %s) RETURNING id"

NOTED = """
INSERT INTO house.job (kind, what, started_by, started_at, moved_at, ended_at, progress, total, state, said, outcome)
SELECT %(kind)s, %(what)s, %(by)s, now - make_interval(secs => %(seconds)s), now, now, 1, 1, %(state)s, %(said)s,
       %(outcome)s
  FROM clock_timestamp() AS now
"""

MOVE = "UPDATE house.job SET progress = %(progress)s, total = %(total)s, moved_at = clock_timestamp() WHERE id = %(id)s"

END = """
UPDATE house.job SET state = %(state)s, said = %(said)s, outcome = %(outcome)s, ended_at = clock_timestamp()
 WHERE id = %(id)s AND state = 'running'
"""

ABANDONED = """
UPDATE house.job SET state = 'interrupted', said = 'The process that ran it ended.', ended_at = moved_at
 WHERE kind = %s AND state = 'running'
"""

# One that says that it runs, and whose lock nobody holds, was interrupted.
JOBS = """
SELECT id, kind, what, started_by, started_at, moved_at, ended_at, progress, total,
       CASE WHEN state = 'running' AND NOT EXISTS (
                 SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND classid = hashtext('regulars.jobs')::bit(32)::bigint::oid
                    AND objid = hashtext(kind)::bit(32)::bigint::oid)
            THEN 'interrupted' ELSE state END AS state,
       said, outcome, clock_timestamp() AS looked_at
  FROM house.job WHERE kind = %(kind)s ORDER BY id DESC LIMIT %(limit)s
"""


class JobRuns(RuntimeError):
    """One of the kind runs already; the message is a sentence."""


class JobStopped(Exception):
    """The process ends, and its jobs with it."""


class Job(NamedTuple):
    """A job as it stands. ``progress`` of ``total`` is done, of whatever it counts; a total of 0 is not known yet."""

    id: int
    kind: str
    what: str
    started_by: str
    started_at: datetime
    moved_at: datetime
    ended_at: datetime | None
    progress: int
    total: int
    state: str
    said: str
    outcome: dict[str, Any]
    looked_at: datetime

    @property
    def share(self) -> float:
        """Return how much of it is done, from 0 to 1."""
        return min(1.0, self.progress / self.total) if self.total else 0.0

    @property
    def seconds(self) -> float:
        """Return how long it has taken so far, or took."""
        return max(0.0, ((self.ended_at or self.looked_at) - self.started_at).total_seconds())

    @property
    def rate(self) -> float:
        """Return how many a second were done."""
        return self.progress / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return how long it will take on, were it to go on as it did; None where nobody can say."""
        return (self.total - self.progress) / self.rate if self.rate and self.state == "running" else None

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        worked_out = {
            "share": self.share,
            "seconds": self.seconds,
            "rate": self.rate,
            "seconds_left": self.seconds_left,
        }
        return {**self._asdict(), **worked_out}


Advance = Callable[[int, int], None]
"""Tells how much of how much is done. Raises JobStopped where the process ends."""


class Came(NamedTuple):
    """What came of a job: a sentence, and the figures behind it."""

    said: str
    outcome: Mapping[str, Any]
    well: bool = True


Work = Callable[[Connection, Advance], Came]


def jobs(connection: Connection, kind: str, limit: int = 10) -> list[Job]:
    """Return the jobs of a kind, the newest first."""
    with connection.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(JOBS, {"kind": kind, "limit": limit}).fetchall()


class Done(NamedTuple):
    """What has just been done outside of any job: of what, or '' for all, by which command, and how long it took."""

    kind: str
    what: str
    by: str
    seconds: float


def noted(connection: Connection, done: Done, came: Came) -> None:
    """Write it down as if a job had done it."""
    connection.execute(NOTED, done._asdict() | _told(came))


class Jobs:
    """Runs the jobs that this process was asked for."""

    def __init__(self, connect: Callable[[str], Connection]) -> None:
        """Run them on connections that ``connect`` opens, given a name."""
        self._connect = connect
        self._stop = Event()
        self._lock = Lock()
        self._threads: list[Thread] = []

    def start(self, kind: str, what: str, by: str, work: Work) -> int:
        """Begin a job, and return its number at once. Raises JobRuns where one of the kind runs, anywhere."""
        connection = self._connect(f"regulars job, {kind}")
        try:
            number = _begun(connection, kind, what, by)
        except BaseException:
            connection.close()
            raise
        thread = Thread(target=self._run, args=(connection, number, work), name=f"job-{kind}-{number}", daemon=True)
        with self._lock:
            self._threads = [*(each for each in self._threads if each.is_alive()), thread]
            thread.start()
        return number

    def wait(self, seconds: float = STOP_SECONDS) -> None:
        """Wait for what runs."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def close(self) -> None:
        """Have what runs stop where it may, and wait for it a while."""
        self._stop.set()
        self.wait()

    def _run(self, connection: Connection, number: int, work: Work) -> None:
        """Do the work, and write down what came of it. Where that fails the connection's end gives the lock back."""
        with connection:
            try:
                came = work(connection, self._advance(connection, number))
            except JobStopped:
                stopped = Came("The process that ran it was told to stop.", {})
                _end(connection, number, _told(stopped) | {"state": "interrupted"})
            except Exception as error:  # the outermost of a thread: whoever looks at the page reads it, too
                LOGGER.exception("job %s failed", number)
                _end(connection, number, _told(Came(f"{type(error).__name__}: {error}", {}, well=False)))
            else:
                _end(connection, number, _told(came))

    def _advance(self, connection: Connection, number: int) -> Advance:
        told = -TOLD_EVERY_SECONDS

        def advance(progress: int, total: int) -> None:
            nonlocal told
            if self._stop.is_set():
                raise JobStopped
            if progress >= total or time.monotonic() - told >= TOLD_EVERY_SECONDS:
                told = time.monotonic()
                connection.execute(MOVE, {"id": number, "progress": progress, "total": total})

        return advance


def _begun(connection: Connection, kind: str, what: str, by: str) -> int:
    if connection.execute(LOCK, [kind]).fetchone() != (True,):
        message = f"A job of the kind {kind} runs already: wait until it is done."
        raise JobRuns(message)
    connection.execute(ABANDONED, [kind])
    return int(connection.execute(BEGIN, [kind, what, by]).fetchall()[0][0])


def _end(connection: Connection, number: int, told: dict[str, Any]) -> None:
    if not connection.closed:
        connection.execute(END, {"id": number} | told)
        connection.execute(UNLOCK)  # the server would only see in its own time that the connection has ended


def _told(came: Came) -> dict[str, Any]:
    state = "done" if came.well else "failed"
    return {"state": state, "said": came.said[:MOST_SAID_CHARACTERS], "outcome": Jsonb(dict(came.outcome))}
