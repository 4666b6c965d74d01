"""Every metric there is: its name, what it says, and where its value comes from.

Values are read when somebody scrapes, from what the pump and the relay count anyway. Only a batch's seconds are told
one by one, one call a batch.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from projections._engine.progress import BatchDone, Progress
from services.pump.standing import Standing

SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
STALE_SECONDS = 60.0


class Kind(StrEnum):
    """How a metric behaves, in Prometheus' words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """A metric as it is scraped; the README lists the same."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()


BUILD = Metric("regulars_build_info", Kind.GAUGE, "Always 1; the label says which version runs.", ("version",))

READ = Metric("regulars_pump_records_read_total", Kind.COUNTER, "Records read, those read again after a stop included.")
EVENTS = Metric("regulars_pump_events_total", Kind.COUNTER, "Events folded and committed.")
ROWS = Metric("regulars_pump_rows_total", Kind.COUNTER, "Rows written, over all projections.")
PARKED = Metric(
    "regulars_pump_parked_total",
    Kind.COUNTER,
    "Dead letters written; one for each projection that could not fold an event.",
)
DUPLICATES = Metric(
    "regulars_pump_duplicates_total", Kind.COUNTER, "Events that did not count, since the log has them twice."
)
BATCHES = Metric("regulars_pump_batches_total", Kind.COUNTER, "Batches committed.")
STAGES = Metric(
    "regulars_pump_stage_seconds_total",
    Kind.COUNTER,
    "Time by stage: read (waiting for events too), fold, wait (for the commit before), commit (beside the others).",
    ("stage",),
)
BATCH_SECONDS = Metric(
    "regulars_pump_batch_seconds", Kind.HISTOGRAM, "A batch's time from its first fold to the answer to COMMIT."
)
COMMIT_SECONDS = Metric("regulars_pump_commit_seconds", Kind.HISTOGRAM, "A batch's time in its transaction.")
FENCED = Metric("regulars_pump_fenced_total", Kind.COUNTER, "Times another pump turned out to own our partitions.")
REBALANCES = Metric("regulars_pump_rebalances_total", Kind.COUNTER, "Times partitions were given or taken.")
INTERRUPTIONS = Metric(
    "regulars_pump_interruptions_total",
    Kind.COUNTER,
    "Times the database or the log did not answer, so we began again.",
)
PARTITIONS = Metric("regulars_pump_partitions", Kind.GAUGE, "Partitions that this process holds.")
LOG_END = Metric("regulars_log_end_offset", Kind.GAUGE, "Where the log ends.", ("partition",))
LAG_EVENTS = Metric(
    "regulars_lag_events", Kind.GAUGE, "Events on the log that are not folded yet.", ("projection", "partition")
)
LAG_SECONDS = Metric(
    "regulars_lag_seconds",
    Kind.GAUGE,
    "For how long the oldest event that is not folded has been on the log.",
    ("projection", "partition"),
)
PARKED_NOW = Metric("regulars_parked_events", Kind.GAUGE, "Events that are parked now, whichever process parked them.")

RELAYED = Metric("regulars_relay_published_total", Kind.COUNTER, "Messages that Kafka acknowledged.", ("outbox",))
BACKLOG = Metric("regulars_relay_backlog", Kind.GAUGE, "Rows that are not published yet.", ("outbox",))
RELAY_INTERRUPTIONS = Metric(
    "regulars_relay_interruptions_total", Kind.COUNTER, "Times the database or Kafka did not answer, so we began again."
)
LEADING = Metric("regulars_relay_leading", Kind.GAUGE, "1 while this process publishes, 0 while it waits for another.")

PUMP = (
    READ,
    EVENTS,
    ROWS,
    PARKED,
    DUPLICATES,
    BATCHES,
    STAGES,
    BATCH_SECONDS,
    COMMIT_SECONDS,
    FENCED,
    REBALANCES,
    INTERRUPTIONS,
    PARTITIONS,
    LOG_END,
    LAG_EVENTS,
    LAG_SECONDS,
    PARKED_NOW,
)
RELAY = (RELAYED, BACKLOG, RELAY_INTERRUPTIONS, LEADING)
METRICS = (BUILD, *PUMP, *RELAY)
"""Every metric of ours; those of the process itself come from prometheus-client."""


@dataclass
class PumpFigures:
    """What a pump's process counts; one thread writes each of them."""

    progress: Progress = field(default_factory=Progress)
    records_read: int = 0
    partitions: int = 0
    standing: Standing | None = None


@dataclass
class RelayFigures:
    """What a relay counts, by outbox."""

    published: Counter[str] = field(default_factory=Counter)
    backlog: dict[str, int] = field(default_factory=dict)
    interruptions: int = 0
    leading: bool = False


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


def pump_registry(figures: PumpFigures) -> CollectorRegistry:
    """Return what a pump's process shows; from now on its progress tells each batch's seconds."""
    registry = _registry(lambda: _pump_samples(figures))
    whole, commit = (
        Histogram(metric.name, metric.meaning, buckets=SECONDS_BUCKETS, registry=registry)
        for metric in (BATCH_SECONDS, COMMIT_SECONDS)
    )

    def heard(done: BatchDone) -> None:
        whole.observe(done.seconds)
        commit.observe(done.commit_seconds)

    figures.progress.heard = heard
    return registry


def relay_registry(figures: RelayFigures) -> CollectorRegistry:
    """Return what a relay's process shows."""
    return _registry(lambda: _relay_samples(figures))


def _registry(samples: Callable[[], Samples]) -> CollectorRegistry:
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(Figures(lambda: [(BUILD, {(version("regulars"),): 1})]))
    registry.register(Figures(samples))
    return registry


def _pump_samples(figures: PumpFigures) -> Samples:
    progress, standing = figures.progress, figures.standing
    yield READ, {(): figures.records_read}
    yield EVENTS, {(): progress.events}
    yield ROWS, {(): progress.rows}
    yield PARKED, {(): progress.parked}
    yield DUPLICATES, {(): progress.duplicates}
    yield BATCHES, {(): progress.batches}
    yield STAGES, {(stage,): seconds for stage, seconds in progress.seconds.items()}
    yield FENCED, {(): progress.fenced}
    yield REBALANCES, {(): progress.rebalances}
    yield INTERRUPTIONS, {(): progress.interruptions}
    yield PARTITIONS, {(): figures.partitions}
    if standing is not None and standing.age_seconds < STALE_SECONDS:  # no figure is better than an old one
        yield LOG_END, {(str(partition),): end for partition, end in standing.ends.items()}
        yield LAG_EVENTS, {(name, str(partition)): lag for (name, partition), lag in standing.lag_events.items()}
        yield LAG_SECONDS, {(name, str(partition)): lag for (name, partition), lag in standing.lag_seconds.items()}
        yield PARKED_NOW, {(): standing.parked}


def _relay_samples(figures: RelayFigures) -> Samples:
    yield RELAYED, {(outbox,): count for outbox, count in figures.published.items()}
    yield BACKLOG, {(outbox,): count for outbox, count in figures.backlog.items()}
    yield RELAY_INTERRUPTIONS, {(): figures.interruptions}
    yield LEADING, {(): figures.leading}
