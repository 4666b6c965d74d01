"""How figures are scraped: read when somebody asks, from what a process counts anyway."""

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from services.process.metrics import BUILD, Kind, Metric

SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Samples = Iterable[tuple[Metric, dict[tuple[str, ...], float]]]
"""Metrics with their values, by the values of their labels."""


class Figures(Collector):
    """Reads figures when somebody scrapes."""

    def __init__(self, samples: Callable[[], Samples]) -> None:
        """Read them with this function."""
        self._samples = samples

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Return what prometheus-client shows."""
        for metric, values in self._samples():
            family = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
            shown = family(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in values.items():
                shown.add_metric(labels, value)
            yield shown


def registry_of(samples: Callable[[], Samples]) -> CollectorRegistry:
    """Return what a process shows: its own figures, and those of every Python process."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(Figures(lambda: [(BUILD, {(version("regulars"),): 1})]))
    registry.register(Figures(samples))
    return registry
