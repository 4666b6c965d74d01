"""What a sender counts, as it is scraped."""

from collections import Counter
from dataclasses import dataclass, field

from services.process import metrics
from services.process.telemetry import Samples


@dataclass
class OutgoingFigures:
    """What a sender counts, by channel; webhooks are one. What is held back is counted by rule."""

    sent: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    in_queue: dict[str, int] = field(default_factory=dict)


def outgoing_samples(figures: OutgoingFigures) -> Samples:
    """Return what a process that sends shows of it."""
    yield metrics.OUTGOING_SENT, {(channel,): count for channel, count in figures.sent.items()}
    yield metrics.OUTGOING_FAILED, {(channel,): count for channel, count in figures.failed.items()}
    yield metrics.OUTGOING_DEAD, {(channel,): count for channel, count in figures.dead.items()}
    yield metrics.OUTGOING_HELD, {(rule,): count for rule, count in figures.held.items()}
    yield metrics.OUTGOING_QUEUE, {(state,): count for state, count in figures.in_queue.items()}
