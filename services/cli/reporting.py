"""How a process that stays says how it is: one calm line on a terminal, structured log lines anywhere else."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from services.cli.terminal import emit, plural, write

STATUS_SECONDS = 10.0
QUIET_STATUS_SECONDS = 300.0
REFRESHES_PER_SECOND = 2.0


class Snapshot(NamedTuple):
    """How it stands: events on the log, events folded a second, events not folded yet, and parked ones."""

    events: int
    events_per_second: float
    lag_events: int
    parked: int


class Report(Protocol):
    """Where a process that stays says how it is."""

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say that something happened."""
        ...

    def show(self, snapshot: Snapshot) -> None:
        """Say how it stands; called often, and not every call is told."""
        ...


class Lines:
    """One JSON document a line, for a log file: what happened, and how it stands every so often while it changes."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told_at = 0.0
        self._told: Snapshot | None = None

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say that something happened."""
        emit({"at": datetime.now(UTC), "event": event, "message": sentence, **facts})

    def show(self, snapshot: Snapshot) -> None:
        """Say how it stands every STATUS_SECONDS, or more rarely where nothing changes."""
        now = time.monotonic()
        still = self._told is not None and self._told[2:] == snapshot[2:] and self._told.events == snapshot.events
        if self._told is None or now - self._told_at >= (QUIET_STATUS_SECONDS if still else STATUS_SECONDS):
            self._told_at, self._told = now, snapshot
            rate = round(snapshot.events_per_second, 1)
            self.tell("status", _sentence(snapshot), **snapshot._asdict() | {"events_per_second": rate})


class Sentences(Lines):
    """The same in plain sentences."""

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say that something happened."""
        del event, facts
        write(sentence)


class Line:
    """One line on a terminal that stays where it is and changes."""

    def __init__(self) -> None:
        """Draw the line."""
        from rich.console import Console  # noqa: PLC0415 - only where somebody looks

        self._console = Console(highlight=False)
        self._status = self._console.status("Starting", refresh_per_second=REFRESHES_PER_SECOND)
        self._status.start()

    def close(self) -> None:
        """Take the line away."""
        self._status.stop()

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say that something happened, above the line."""
        del event, facts
        self._console.print(sentence, markup=False)

    def show(self, snapshot: Snapshot) -> None:
        """Say how it stands."""
        self._status.update(_sentence(snapshot))


@contextmanager
def reported(piped: Report, *, as_lines: bool) -> Iterator[Report]:
    """Yield the report that suits whoever reads it; ``piped`` is the one off a terminal."""
    if as_lines:
        yield Lines()
    elif sys.stdout.isatty():
        with closing(Line()) as line:
            yield line
    else:
        yield piped


def _sentence(snapshot: Snapshot) -> str:
    lag = f"{plural(snapshot.lag_events, 'event')} to fold" if snapshot.lag_events else "all folded"
    parked = f", {snapshot.parked:,} parked" if snapshot.parked else ""
    rate = f", {snapshot.events_per_second:,.0f} events/s" if snapshot.events_per_second else ""
    return f"{plural(snapshot.events, 'event')} on the log, {lag}{rate}{parked}"
