"""Where the log ends, for whoever tells how far behind an answer is: a log that does not answer holds no answer up."""

import time
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from typing import cast

import psycopg
from fastapi import Request

from events.log import EventLog
from events.log.errors import LogError

FRESH_SECONDS = 0.5
PATIENCE_SECONDS = 1.0


class Ends:
    """Looks twice a second at most, in a thread and on a connection of its own, and waits a second at most."""

    def __init__(self, opened: Callable[[], EventLog]) -> None:
        """Look at the log that this opens, and again where it was away."""
        self._opened = opened
        self._lock = Lock()
        self._log: EventLog | None = None
        self._ends: dict[int, int] | None = None
        self._looked_at = self._begun_at = -FRESH_SECONDS
        self._looked: Event | None = None

    def now(self) -> dict[int, int] | None:
        """Return the ends, as they were within the last half second; None where the log does not answer just now."""
        with self._lock:
            now = time.monotonic()
            if self._looked is None and now - self._looked_at < FRESH_SECONDS:
                return self._ends
            if self._looked is None:
                self._looked, self._begun_at = Event(), now
                Thread(target=self._look, args=(self._looked,), name="ends of the log", daemon=True).start()
            looked, patience = self._looked, max(0.0, self._begun_at + PATIENCE_SECONDS - now)
        return self._ends if looked.wait(patience) else None

    def _look(self, looked: Event) -> None:
        ends = None
        try:
            self._log = self._log or self._opened()
            ends = self._log.ends()
        except (psycopg.Error, LogError):
            self._log = None  # it may have been away, and be back; the installation closes what it opened
        finally:
            with self._lock:
                self._ends, self._looked, self._looked_at = ends, None, time.monotonic()
            looked.set()


def lag_of(positions: Mapping[int, int], ends: Mapping[int, int] | None) -> int | None:
    """Return how many events the log holds after these positions; None where it does not answer."""
    if not positions:
        return 0
    return None if ends is None else sum(max(0, end - positions.get(at, 0)) for at, end in ends.items())


def ends_of(request: Request) -> Ends:
    """Return where the log ends."""
    return cast("Ends", request.app.state.ends)
