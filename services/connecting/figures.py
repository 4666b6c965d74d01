"""What a connector counts, as it is scraped."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from services.connecting.taking import Counts
from services.process import metrics
from services.process.telemetry import Samples, registry_of


@dataclass
class ConnectorFigures:
    """What a connector counts. ``interruptions`` are the times that something was away."""

    connector: str
    counts: Counts = field(default_factory=Counts)
    interruptions: int = 0
    leading: bool = False


def connector_registry(figures: ConnectorFigures) -> CollectorRegistry:
    """Return what a connector's process shows."""
    return registry_of(lambda: _samples(figures))


def _samples(figures: ConnectorFigures) -> Samples:
    name = figures.connector
    counts = figures.counts
    yield metrics.CONNECTED, {(name, verdict.value): count for verdict, count in counts.verdicts.items()}
    yield metrics.PASSED_OVER, {(name, kind): count for kind, count in counts.skipped.items()}
    yield metrics.CONNECT_INTERRUPTIONS, {(name,): figures.interruptions}
    yield metrics.FOLLOWING, {(name,): figures.leading}
