"""When a benchmark of the front door has failed, whatever its figures are."""

import pytest

from services.benchmark.ingest_figures import Ingest, Sent, slowed_by


def sent(events_per_second: float = 100.0, p50_ms: float = 2.0, p99_ms: float = 4.0) -> Sent:
    """Return a load with these figures."""
    return Sent(
        events=10,
        events_per_second=events_per_second,
        p50_ms=p50_ms,
        p99_ms=p99_ms,
        max_ms=9.0,
        cpu_microseconds_per_event=40.0,
        connections=1,
        bytes_per_event=300,
    )


@pytest.mark.parametrize(
    ("acknowledged", "held", "refused", "whole"),
    [(30, 30, {}, True), (30, 29, {}, False), (30, 31, {}, False), (30, 30, {"503": 1}, False)],
)
def test_the_log_holds_exactly_what_was_acknowledged(
    acknowledged: int,
    held: int,
    refused: dict[str, int],
    whole: bool,  # noqa: FBT001 - what is expected
) -> None:
    """An event too few was lost, one too many counts twice, and of a refused request nothing is known."""
    measured = Ingest(
        events=20,
        acknowledged_log_events=acknowledged,
        log_events=held,
        refused=refused,
        batches=sent(),
        singles=sent(),
        slowed=None,
        soak=None,
        cores={},
    )

    assert measured.whole is whole


def test_slower_is_more_than_one() -> None:
    """A ratio says how many times slower it was beside slow clients: batches by their rate, single events by time."""
    slowed = slowed_by(500, (sent(100.0), sent(p50_ms=2.0, p99_ms=4.0)), (sent(80.0), sent(p50_ms=3.0, p99_ms=12.0)))

    assert (slowed.batch_ratio, slowed.single_p50_ratio, slowed.single_p99_ratio) == (1.25, 1.5, 3.0)
