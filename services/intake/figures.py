"""What the door for producers on Kafka counts, as it is scraped."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from services.process import metrics
from services.process.telemetry import Samples, registry_of

READ, CHECK, WAIT = "read", "check", "wait"


@dataclass
class DoorFigures:
    """What its process counts; one thread writes each of them."""

    read: int = 0
    stored: int = 0
    refused: int = 0
    blocked: int = 0
    batches: int = 0
    rebalances: int = 0
    interruptions: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys((READ, CHECK, WAIT), 0.0))
    lag: dict[int, int] = field(default_factory=dict)


def door_registry(figures: DoorFigures) -> CollectorRegistry:
    """Return what the process shows."""
    return registry_of(lambda: _samples(figures))


def _samples(figures: DoorFigures) -> Samples:
    yield metrics.DOOR_READ, {(): figures.read}
    yield metrics.DOOR_STORED, {(): figures.stored}
    yield metrics.DOOR_REFUSED, {(): figures.refused}
    yield metrics.DOOR_BLOCKED, {(): figures.blocked}
    yield metrics.DOOR_BATCHES, {(): figures.batches}
    yield metrics.DOOR_STAGES, {(stage,): seconds for stage, seconds in figures.seconds.copy().items()}
    yield metrics.DOOR_LAG, {(str(partition),): lag for partition, lag in dict(figures.lag).items()}
    yield metrics.DOOR_REBALANCES, {(): figures.rebalances}
    yield metrics.DOOR_INTERRUPTIONS, {(): figures.interruptions}
