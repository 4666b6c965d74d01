"""What a pump counts, as it is scraped. Only a batch's seconds are told one by one, one call a batch."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram

from projections._engine.progress import BatchDone, Progress
from services.process import metrics
from services.process.telemetry import SECONDS_BUCKETS, Samples, registry_of
from services.pump.standing import Standing

STALE_SECONDS = 60.0


@dataclass
class PumpFigures:
    """What a pump's process counts; one thread writes each of them."""

    progress: Progress = field(default_factory=Progress)
    records_read: int = 0
    partitions: int = 0
    standing: Standing | None = None


def pump_registry(figures: PumpFigures) -> CollectorRegistry:
    """Return what a pump's process shows; from now on its progress tells each batch's seconds."""
    registry = registry_of(lambda: _pump_samples(figures))
    whole, commit = (
        Histogram(metric.name, metric.meaning, buckets=SECONDS_BUCKETS, registry=registry)
        for metric in (metrics.BATCH_SECONDS, metrics.COMMIT_SECONDS)
    )

    def heard(done: BatchDone) -> None:
        whole.observe(done.seconds)
        commit.observe(done.commit_seconds)

    figures.progress.heard = heard
    return registry


def _pump_samples(figures: PumpFigures) -> Samples:
    progress, standing = figures.progress, figures.standing
    yield metrics.READ, {(): figures.records_read}
    yield metrics.EVENTS, {(): progress.events}
    yield metrics.ROWS, {(): progress.rows}
    yield metrics.PARKED, {(): progress.parked}
    yield metrics.DUPLICATES, {(): progress.duplicates}
    yield metrics.BATCHES, {(): progress.batches}
    yield metrics.STAGES, {(stage,): seconds for stage, seconds in progress.seconds.items()}
    yield metrics.FENCED, {(): progress.fenced}
    yield metrics.REBALANCES, {(): progress.rebalances}
    yield metrics.INTERRUPTIONS, {(): progress.interruptions}
    yield metrics.PARTITIONS, {(): figures.partitions}
    if standing is not None and standing.age_seconds < STALE_SECONDS:  # no figure is better than an old one
        yield metrics.LOG_END, {(str(partition),): end for partition, end in standing.ends.items()}
        yield (
            metrics.LAG_EVENTS,
            {(name, str(partition)): lag for (name, partition), lag in standing.lag_events.items()},
        )
        yield (
            metrics.LAG_SECONDS,
            {(name, str(partition)): lag for (name, partition), lag in standing.lag_seconds.items()},
        )
        yield metrics.PARKED_NOW, {(): standing.parked}
