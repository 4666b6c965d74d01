"""What one process does beside something else, each in a thread of its own.

A loop that the database leaves begins again, and the others go on. One that fails otherwise ends the process, with its
error: what nobody sees to would only stop being done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import NamedTuple

from services.cli.reporting import Report
from services.installation import Installation
from services.process.retrying import PASSING, RETRY_SECONDS

Run = Callable[[Installation, Event, Report], None]


class Loop(NamedTuple):
    """A loop: its name, and what runs until it is told to stop."""

    name: str
    run: Run


class Pace(NamedTuple):
    """How long to wait before beginning again, and for the end of a loop.

    That may take as long as the slowest thing that one waits for, somebody else's answer.
    """

    retry_seconds: float = RETRY_SECONDS
    end_seconds: float = 15.0


USUAL = Pace()


@contextmanager
def beside(
    loops: Sequence[Loop], installation: Installation, stop: Event, report: Report, pace: Pace = USUAL
) -> Iterator[None]:
    """Run loops for as long as the block lasts. One that fails sets ``stop``, and its error is raised at the end."""
    over = Event()
    threads = [_Thread(loop, installation, over, stop, report, pace) for loop in loops]
    try:
        for each in threads:
            each.begin()
        yield
    finally:
        over.set()
        for each in threads:
            each.end()
        for each in threads:
            if each.failure is not None:
                raise each.failure


@dataclass
class _Thread:
    """A loop that runs."""

    loop: Loop
    installation: Installation
    over: Event
    stop: Event
    report: Report
    pace: Pace
    failure: Exception | None = None

    def begin(self) -> None:
        """Start it."""
        self._thread = Thread(target=self._run, name=self.loop.name, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait for its end, and not for ever."""
        self._thread.join(self.pace.end_seconds)
        if self._thread.is_alive():
            sentence = f"{self.loop.name} does not end in time, and is left where it is; nothing is lost."
            self.report.tell("left", sentence[0].upper() + sentence[1:])

    def _run(self) -> None:
        try:
            self._go_on()
        except Exception as error:  # noqa: BLE001 - it is raised where the process waits for its end
            self.failure = error
            self.stop.set()

    def _go_on(self) -> None:
        told = ""
        while not self.over.is_set():
            try:
                self.loop.run(self.installation, self.over, self.report)
            except PASSING as error:
                sentence = f"Trying again, {self.loop.name}: {str(error).strip().partition(chr(10))[0]}"
                if sentence != told and not self.over.is_set():
                    told = sentence
                    self.report.tell("away", sentence)
                self.over.wait(self.pace.retry_seconds)
            else:
                return
