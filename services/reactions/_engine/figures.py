"""What the reactions count, as it is scraped."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from prometheus_client import CollectorRegistry

from services.outgoing.figures import OutgoingFigures, outgoing_samples
from services.process import metrics
from services.process.telemetry import Samples, registry_of


@dataclass
class ReactionFigures:
    """What a process that reacts counts. ``firings`` are by reaction and outcome."""

    heard: int = 0
    firings: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    timers: int = 0
    swept: Counter[str] = field(default_factory=Counter)
    interruptions: int = 0
    leading: bool = False
    _lock: Lock = field(default_factory=Lock)

    def fired(self, reaction: str, outcome: str, refused: int) -> None:
        """Count a firing, and the commands of it that the desk refused. Any thread may."""
        with self._lock:
            self.firings[reaction, outcome] += 1
            self.refused[reaction] += refused

    def outcomes(self, outcome: str) -> int:
        """Return how many firings came to this."""
        return sum(count for (_, found), count in self.firings.items() if found == outcome)


def reactions_registry(figures: ReactionFigures, sent: OutgoingFigures) -> CollectorRegistry:
    """Return what a process shows that reacts, and sends what that leads to."""
    return registry_of(lambda: [*reaction_samples(figures), *outgoing_samples(sent)])


def reaction_samples(figures: ReactionFigures) -> Samples:
    """Return the figures by metric."""
    yield metrics.HEARD, {(): figures.heard}
    yield metrics.FIRINGS, {(reaction, outcome): count for (reaction, outcome), count in figures.firings.items()}
    yield metrics.REFUSED, {(reaction,): count for reaction, count in figures.refused.items()}
    yield metrics.UNREADABLE, {(): figures.unreadable}
    yield metrics.TIMERS, {(): figures.timers}
    yield metrics.SWEPT, {(sweep,): count for sweep, count in figures.swept.items()}
    yield metrics.REACTION_INTERRUPTIONS, {(): figures.interruptions}
    yield metrics.REACTIONS_LEADING, {(): figures.leading}
