"""Counts what comes in, in memory, until somebody writes the counts down."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from threading import Lock

from events.envelope import Envelope
from events.errors import BadEvent
from services.ingest.tracking_plan import Plan

Tallies = Counter[tuple[str, date, str, str]]
"""Messages by source, day, type and outcome."""

Violations = Counter[tuple[str, date, str, str, str]]
"""Events by source, day, type, field and what was done about it."""


class Counts:
    """What came, since somebody last took the counts to write them down. Any thread may use it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = Lock()
        self._tallies: Tallies = Counter()
        self._violations: Violations = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()

    def add(self, tallies: Tallies, violations: Violations) -> None:
        """Count some more; ``outcomes``, by source and outcome, are never taken."""
        with self._lock:
            self._tallies.update(tallies)
            self._violations.update(violations)
            for (source, _, _, outcome), count in tallies.items():
                self.outcomes[source, outcome] += count

    def taken(self) -> tuple[Tallies, Violations]:
        """Return the counts, and begin anew."""
        with self._lock:
            taken = self._tallies, self._violations
            self._tallies, self._violations = Counter(), Counter()
            return taken

    def put_back(self, tallies: Tallies, violations: Violations) -> None:
        """Take back what could not be written down."""
        with self._lock:
            self._tallies.update(tallies)
            self._violations.update(violations)


def against(source: str, day: date, plan: Plan, events: Sequence[Envelope], violations: Violations) -> BadEvent | None:
    """Count what does not keep to a tracking plan; return the error where that is not let in."""
    found = [violation for event in events for violation in plan.judge(event)]
    for violation in found:
        violations[source, day, violation.type, violation.field, violation.action] += 1
    return next((violation.error() for violation in found if violation.blocks), None)
