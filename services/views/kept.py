"""What is costly to work out is kept for a while, so that what reads everything is answered at once.

What costs little is worked out anew each time. What costs more is told again until as much time has gone by as keeps
it to a small share of one core; after that whoever asks is still told what was kept, and it is worked out meanwhile in
the background. So nobody waits, and who looks a moment later sees what is new. Where it is known to be much work, also
the first time is meanwhile: until then there is nothing to tell.

What is told says of which positions it is and by which clock it was reckoned, so that no answer claims to be newer than
what it was made of. Whoever asks for positions that it has not come to is not told it.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from threading import Event, Lock, Semaphore, Thread
from typing import Any, NamedTuple

from projections._engine.registry import Connection
from services.reports.asking import snapshot

LOGGER = logging.getLogger("regulars.kept")
CHEAP_SECONDS = 0.03
TIMES_ITS_COST = 20.0
STILL_SECONDS = 60.0
"""What has not moved is worked out again after this, since the clock goes on."""

MOST_KEPT = 200
"""Of so many questions the answers are kept; those that nobody asked for longest are forgotten."""

MOST_MEANWHILE = 2
"""So many are worked out meanwhile at a time; the others wait, and so does nobody who looks."""


BOUNDS = """
SET client_connection_check_interval = '5s'; SET statement_timeout = '30min'
"""
"""What is worked out ends with whoever works it out, and holds up the cleaning of Postgres for half an hour at most."""


class Made(NamedTuple):
    """What was worked out, of which positions, and by which clock."""

    value: Any
    positions: Mapping[int, int]
    now: datetime


Work = Callable[[Connection], Made]
Connect = Callable[[str], Connection]


class Asking(NamedTuple):
    """Who asks: where the projections stand, over which connection, how to open another, and whether it is much work.

    ``wanted`` are positions that have to be in what is told. ``patience_seconds`` is how long to wait for what is much.
    """

    positions: Mapping[int, int]
    connection: Connection
    connect: Connect
    much: bool = False
    wanted: Mapping[int, int] = {}
    patience_seconds: float = 0.0


class Entry(NamedTuple):
    """What was made, when by our own clock, and how long that took."""

    made: Made
    made_at: float
    cost_seconds: float


class Kept:
    """Keeps what was worked out, by what it is of."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep nothing yet. The clock is in seconds."""
        self._clock = clock
        self._lock = Lock()
        self._turns = Semaphore(MOST_MEANWHILE)
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._making: dict[Hashable, Event] = {}

    def of(self, key: Hashable, asking: Asking, work: Work) -> Made | None:
        """Return what the work makes, or made a while ago, or None where it is much and was never done."""
        entry = self._found(key)
        if entry is not None and not _reaches(entry.made.positions, asking.wanted):
            entry = None
        if entry is None and asking.much:
            return self._made_soon(key, asking, work)
        if entry is None or (entry.cost_seconds <= CHEAP_SECONDS and not asking.much):
            return self._made(key, asking.connection, work)
        age = self._clock() - entry.made_at
        still = entry.made.positions == asking.positions and age <= STILL_SECONDS
        if not still and age > entry.cost_seconds * TIMES_ITS_COST:
            self._make_meanwhile(key, asking.connect, work)
        return entry.made

    def wait(self) -> None:
        """Wait until nothing is being worked out any more."""
        while self._making:
            time.sleep(0.001)

    def _found(self, key: Hashable) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def _made_soon(self, key: Hashable, asking: Asking, work: Work) -> Made | None:
        """Have it made meanwhile, and return it where that is done within the patience of whoever asks."""
        self._make_meanwhile(key, asking.connect, work).wait(asking.patience_seconds)
        entry = self._found(key)
        return entry.made if entry is not None and _reaches(entry.made.positions, asking.wanted) else None

    def _made(self, key: Hashable, connection: Connection, work: Work) -> Made:
        begun = self._clock()
        made = work(connection)
        with self._lock:
            self._entries[key] = Entry(made, self._clock(), self._clock() - begun)
            self._entries.move_to_end(key)
            while len(self._entries) > MOST_KEPT:
                self._entries.popitem(last=False)
        return made

    def _make_meanwhile(self, key: Hashable, connect: Connect, work: Work) -> Event:
        """Have one thread work it out, however many ask, and return what tells when it is done."""
        with self._lock:
            if (done := self._making.get(key)) is not None:
                return done
            done = self._making[key] = Event()
        Thread(target=self._run, args=(key, connect, work, done), name="kept", daemon=True).start()
        return done

    def _run(self, key: Hashable, connect: Connect, work: Work, done: Event) -> None:
        try:
            with self._turns, connect("regulars api, worked out meanwhile") as connection:
                connection.execute(BOUNDS)
                with snapshot(connection):
                    self._made(key, connection, work)
        except Exception:  # the outermost of a thread: what was kept is told on, and it is tried again
            LOGGER.exception("what is kept of %s could not be worked out", key)
        finally:
            self._making.pop(key, None)
            done.set()


def _reaches(positions: Mapping[int, int], wanted: Mapping[int, int]) -> bool:
    """Return whether positions have come so far; what reads no projection has."""
    return not positions or all(positions.get(partition, 0) >= offset for partition, offset in wanted.items())
