"""What Prometheus can be asked for: each series that our processes show, with its labels; and what a query asks for."""

import re
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.samples import Sample

from services.ingest.figures import IngestFigures, ingest_registry
from services.intake.figures import DoorFigures, door_registry
from services.outgoing.figures import OutgoingFigures
from services.process.metrics import METRICS, Kind
from services.pump.figures import PumpFigures, pump_registry
from services.reactions._engine.figures import ReactionFigures, reactions_registry
from services.relay.figures import RelayFigures, relay_registry

SUFFIXES = {Kind.COUNTER: ("",), Kind.GAUGE: ("",), Kind.HISTOGRAM: ("_bucket", "_sum", "_count")}
REGISTRIES = (
    pump_registry(PumpFigures()),
    relay_registry(RelayFigures()),
    door_registry(DoorFigures()),
    ingest_registry(IngestFigures()),
    reactions_registry(ReactionFigures(), OutgoingFigures()),
)
OF_A_SCRAPE = frozenset({"job", "instance"})
OF_PROMETHEUS = {"up": OF_A_SCRAPE, "ALERTS": frozenset({"alertname", "alertstate", "severity"})}

STRING = re.compile(r'"[^"]*"')
RANGE = re.compile(r"\[[^\]]*\]")
MATCHERS = re.compile(r"\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
NAME = re.compile(r"\b[a-zA-Z_]\w*\b(?!\s*\()")  # what is followed by a bracket is a function
OPERATORS = {"and", "or", "unless"}


class Asked(NamedTuple):
    """The series that a query asks for, the labels that it names, and those of them by which it groups."""

    series: set[str]
    labels: set[str]
    groups: set[str]


def asked(query: str) -> Asked:
    """Return what a query asks for."""
    left = RANGE.sub("", STRING.sub('""', query))
    groups = {name for found in GROUPING.findall(left) for name in NAME.findall(found)}
    labels = {name for found in MATCHERS.findall(left) for name in NAME.findall(found)}
    series = set(NAME.findall(MATCHERS.sub("", GROUPING.sub("", left)))) - OPERATORS
    return Asked(series, labels | groups, groups)


def shown() -> dict[str, frozenset[str]]:
    """Return the labels of each series that there is, by name."""
    ours = {
        metric.name + suffix: OF_A_SCRAPE.union(metric.labels, {"le"} if suffix == "_bucket" else ())
        for metric in METRICS
        for suffix in SUFFIXES[metric.kind]
    }
    processes = {
        sample.name: OF_A_SCRAPE.union(sample.labels) for registry in REGISTRIES for sample in _samples(registry)
    }
    return {**OF_PROMETHEUS, **processes, **ours}


def answered(query: str) -> frozenset[str]:
    """Return the labels that the answer to a query may have: those by which it groups, or those of its series."""
    wanted = asked(query)
    return frozenset(wanted.groups) or frozenset[str]().union(*(shown().get(name, ()) for name in wanted.series))


def unknown(query: str) -> set[str]:
    """Return what a query names that nothing shows: series, and labels that none of its series has."""
    there = shown()
    wanted = asked(query)
    labels = frozenset[str]().union(*(there.get(name, ()) for name in wanted.series))
    return (wanted.series - there.keys()) | (wanted.labels - labels)


def _samples(registry: CollectorRegistry) -> list[Sample]:
    return [sample for family in registry.collect() for sample in family.samples]
