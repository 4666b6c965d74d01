"""What is scraped: every metric that is declared, and none that is not."""

import time
from collections import ChainMap, Counter

from prometheus_client import CollectorRegistry

from projections._engine.progress import BatchDone
from services.connecting.figures import ConnectorFigures, connector_registry
from services.ingest.figures import IngestFigures, ingest_registry
from services.intake.figures import DoorFigures, door_registry
from services.outgoing.figures import OutgoingFigures
from services.process import metrics
from services.process.metrics import METRICS, Kind
from services.pump.figures import PumpFigures, pump_registry
from services.pump.standing import Standing
from services.reactions._engine.figures import ReactionFigures, reactions_registry
from services.relay.figures import RelayFigures, relay_registry

PLACE = ("visits", 0)


def standing(at: float) -> Standing:
    """Return how it stood at a moment: three events behind for two seconds."""
    return Standing(at, {0: 10}, {PLACE: 3}, {PLACE: 2.0}, parked=1, complete=True)


def shown(registry: CollectorRegistry) -> dict[str, str]:
    """Return the kinds of our own metrics by name, as Prometheus stores them."""
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in registry.collect()
        if family.name.startswith("regulars_")
    }


def test_every_metric_that_is_declared_is_shown() -> None:
    """All kinds of processes together show all of them, each as what it was declared; no two share one."""
    registries = (
        pump_registry(PumpFigures(standing=standing(time.monotonic()))),
        relay_registry(RelayFigures(Counter(signals=1), {"signals": 2})),
        ingest_registry(
            IngestFigures({("shop", "stored"): 1}, Counter({("/v1/batch", "200"): 1}), lambda: {"x": True})
        ),
        connector_registry(ConnectorFigures("orders")),
        door_registry(DoorFigures(lag={0: 1})),
        reactions_registry(ReactionFigures(), OutgoingFigures()),
    )
    kinds = [shown(registry) for registry in registries]

    names = Counter(name for each in kinds for name in each)

    assert ChainMap(*kinds) == {metric.name: metric.kind.value for metric in METRICS}
    assert {name for name, times in names.items() if times > 1} == {"regulars_build_info"}


def test_a_name_says_what_it_is() -> None:
    """Prometheus' own rules: counters end with ``_total``, times are in seconds, and a help is a sentence."""
    counters = {metric.name for metric in METRICS if metric.kind is Kind.COUNTER}

    assert counters == {metric.name for metric in METRICS if metric.name.endswith("_total")}
    assert all(metric.name.startswith("regulars_") and metric.meaning.endswith(".") for metric in METRICS)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_every_declaration_is_registered() -> None:
    """A metric that is declared in the module stands in ``METRICS``."""
    declared = {value for value in vars(metrics).values() if isinstance(value, metrics.Metric)}

    assert declared == set(METRICS)


def test_a_batch_is_told_with_its_seconds() -> None:
    """One call a batch fills both histograms."""
    figures = PumpFigures()
    registry = pump_registry(figures)

    for seconds in (0.02, 4.0):
        if figures.progress.heard is not None:
            figures.progress.heard(BatchDone(100, seconds, seconds / 2))

    assert registry.get_sample_value("regulars_pump_batch_seconds_count") == 2
    assert registry.get_sample_value("regulars_pump_batch_seconds_sum") == 4.02
    assert registry.get_sample_value("regulars_pump_batch_seconds_bucket", {"le": "0.025"}) == 1
    assert registry.get_sample_value("regulars_pump_commit_seconds_sum") == 2.01


def test_a_lag_that_is_old_is_not_shown() -> None:
    """No figure is better than one of a minute ago: whoever looks must see that it is missing."""
    figures = PumpFigures(standing=standing(time.monotonic()))
    registry = pump_registry(figures)
    labels = {"projection": "visits", "partition": "0"}
    fresh = [registry.get_sample_value(f"regulars_lag_{unit}", labels) for unit in ("events", "seconds")]

    figures.standing = standing(time.monotonic() - 61)
    old = [registry.get_sample_value(f"regulars_lag_{unit}", labels) for unit in ("events", "seconds")]

    assert (fresh, old) == ([3, 2.0], [None, None])
