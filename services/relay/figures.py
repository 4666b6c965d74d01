"""What a relay counts, as it is scraped."""

from collections import Counter
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from services.process import metrics
from services.process.telemetry import Samples, registry_of


@dataclass
class RelayFigures:
    """What a relay counts, by outbox."""

    published: Counter[str] = field(default_factory=Counter)
    backlog: dict[str, int] = field(default_factory=dict)
    interruptions: int = 0
    leading: bool = False


def relay_registry(figures: RelayFigures) -> CollectorRegistry:
    """Return what a relay's process shows."""
    return registry_of(lambda: _relay_samples(figures))


def _relay_samples(figures: RelayFigures) -> Samples:
    yield metrics.RELAYED, {(outbox,): count for outbox, count in figures.published.items()}
    yield metrics.BACKLOG, {(outbox,): count for outbox, count in figures.backlog.items()}
    yield metrics.RELAY_INTERRUPTIONS, {(): figures.interruptions}
    yield metrics.LEADING, {(): figures.leading}
