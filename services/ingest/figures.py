"""What the front door counts, as it is scraped."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram

from services.process import metrics
from services.process.telemetry import Samples, registry_of

BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass
class IngestFigures:
    """What the process counts: messages by source and outcome, requests by route and status, what is away, viewers."""

    messages: Mapping[tuple[str, str], int] = field(default_factory=dict)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    away: Callable[[], Mapping[str, bool]] = dict
    viewers: Callable[[], Mapping[str, int]] = dict
    seconds: Histogram | None = None


def ingest_registry(figures: IngestFigures) -> CollectorRegistry:
    """Return what the process shows; from now on each request's seconds are told."""
    registry = registry_of(lambda: _samples(figures))
    metric = metrics.REQUEST_SECONDS
    figures.seconds = Histogram(metric.name, metric.meaning, buckets=BUCKETS, registry=registry)
    return registry


def _samples(figures: IngestFigures) -> Samples:
    yield metrics.MESSAGES, {labels: float(count) for labels, count in dict(figures.messages).items()}
    yield metrics.REQUESTS, {labels: float(count) for labels, count in figures.requests.copy().items()}
    yield metrics.VIEWERS, {(stream,): float(count) for stream, count in figures.viewers().items()}
    yield metrics.AWAY, {(what,): float(away) for what, away in figures.away().items()}
