"""What is costly to work out is kept for a while, so that a page that everybody opens first answers at once.

What costs little is worked out anew each time. What costs more is told again until as much time has gone by as keeps
it to a small share of one core; after that whoever asks is still told what was kept, and it is worked out meanwhile in
the background. So nobody waits, and who looks a moment later sees what is new. Where it is known to be much work, also
the first time is meanwhile: until then there is nothing to tell.
"""

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from threading import Lock, Thread
from typing import Any, NamedTuple

from projections._engine.registry import Connection
from services.reports.asking import WORK_MEMORY

LOGGER = logging.getLogger("regulars.kept")
CHEAP_SECONDS = 0.03
TIMES_ITS_COST = 20.0
STILL_SECONDS = 60.0
"""What has not moved is worked out again after this, since the clock goes on."""

Work = Callable[[Connection], Any]
Connect = Callable[[str], Connection]
Positions = Mapping[int, int]


class Asking(NamedTuple):
    """Who asks: of which positions, over which connection, how to open another, and whether it is much work."""

    positions: Positions
    connection: Connection
    connect: Connect
    much: bool = False


class Entry(NamedTuple):
    """What was worked out, of which positions, when, and how long that took."""

    value: Any
    positions: Positions
    made_at: float
    cost_seconds: float


class Kept:
    """Keeps what was worked out, by what it is of."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep nothing yet. The clock is in seconds."""
        self._clock = clock
        self._lock = Lock()
        self._entries: dict[Hashable, Entry] = {}
        self._making: set[Hashable] = set()

    def of(self, key: Hashable, asking: Asking, work: Work) -> Any:  # noqa: ANN401 - whatever the work returns
        """Return what the work returns, or returned a while ago, or None where it is much and was never done."""
        positions, connect = asking.positions, asking.connect
        entry = self._entries.get(key)
        if entry is None and asking.much:
            self._make_meanwhile(key, positions, connect, work)
            return None
        if entry is None or entry.cost_seconds <= CHEAP_SECONDS:
            return self._made(key, positions, asking.connection, work)
        age = self._clock() - entry.made_at
        still = entry.positions == positions and age <= STILL_SECONDS
        if not still and age > entry.cost_seconds * TIMES_ITS_COST:
            self._make_meanwhile(key, positions, connect, work)
        return entry.value

    def wait(self) -> None:
        """Wait until nothing is being worked out any more."""
        while self._making:
            time.sleep(0.001)

    def _made(self, key: Hashable, positions: Positions, connection: Connection, work: Work) -> Any:  # noqa: ANN401
        begun = self._clock()
        value = work(connection)
        self._entries[key] = Entry(value, dict(positions), self._clock(), self._clock() - begun)
        return value

    def _make_meanwhile(self, key: Hashable, positions: Positions, connect: Connect, work: Work) -> None:
        with self._lock:
            if key in self._making:
                return
            self._making.add(key)
        Thread(target=self._run, args=(key, positions, connect, work), name="kept", daemon=True).start()

    def _run(self, key: Hashable, positions: Positions, connect: Connect, work: Work) -> None:
        try:
            with connect("regulars api, worked out meanwhile") as connection, connection.transaction():
                connection.execute(WORK_MEMORY)
                self._made(key, positions, connection, work)
        except Exception:  # the outermost of a thread: what was kept is told on, and it is tried again
            LOGGER.exception("what is kept of %s could not be worked out", key)
        finally:
            self._making.discard(key)
