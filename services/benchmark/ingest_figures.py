"""What measuring the front door comes to: the documents that ``regulars bench ingest --json`` prints."""

from msgspec import Struct


class Sent(Struct, frozen=True, kw_only=True):
    """What came of one kind of load. ``cpu_microseconds_per_event`` is the api's time, in the system included."""

    events: int
    events_per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_microseconds_per_event: float
    connections: int
    bytes_per_event: int


class Soak(Struct, frozen=True, kw_only=True):
    """The api's memory under load: at the beginning, every so often, and at the end."""

    seconds: float
    events_per_second: float
    begin_rss_mb: float
    end_rss_mb: float
    rss_mb: list[float]


class Slowed(Struct, frozen=True, kw_only=True):
    """What connections that drip do to the others: the same loads beside them, and how many times slower they are."""

    drips: int
    batches: Sent
    singles: Sent
    batch_ratio: float
    single_p50_ratio: float
    single_p99_ratio: float


class Ingest(Struct, frozen=True, kw_only=True):
    """What a run came to. Events are counted as their senders do, but for those that the log got of them.

    ``acknowledged_log_events`` is what the log has to hold for what was answered with 200, and ``log_events`` what it
    holds. ``refused`` are the answers to all other requests, of which nothing is known. ``cores`` is empty where the
    system cannot keep processes apart.
    """

    events: int
    acknowledged_log_events: int
    log_events: int
    refused: dict[str, int]
    batches: Sent
    singles: Sent
    slowed: Slowed | None
    soak: Soak | None
    cores: dict[str, list[int]]

    @property
    def whole(self) -> bool:
        """Whether the log holds what was acknowledged and nothing else, and nothing was refused."""
        return self.acknowledged_log_events == self.log_events and not self.refused


def slowed_by(drips: int, before: tuple[Sent, Sent], beside: tuple[Sent, Sent]) -> Slowed:
    """Return how batches and single events do beside dripping connections, against before."""
    batches, singles = beside
    return Slowed(
        drips=drips,
        batches=batches,
        singles=singles,
        batch_ratio=_ratio(before[0].events_per_second, batches.events_per_second),
        single_p50_ratio=_ratio(singles.p50_ms, before[1].p50_ms),
        single_p99_ratio=_ratio(singles.p99_ms, before[1].p99_ms),
    )


def _ratio(larger: float, smaller: float) -> float:
    return round(larger / smaller, 2) if smaller else 0.0
