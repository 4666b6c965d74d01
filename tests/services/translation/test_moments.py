"""Times as senders write them become instants in UTC."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.translation.errors import Unfit
from services.translation.moments import epoch_ms, epoch_us, instant

NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2024-02-29T12:00:00Z", NOON),
        ("2024-02-29T12:00:00.000+00:00", NOON),
        ("2024-02-29T17:30:00+05:30", NOON),
        ("2024-02-29 12:00", NOON),
        ("2024-02-29T12:00:00.672717030Z", NOON + timedelta(microseconds=672_717)),
        ("2024-02-29", NOON - timedelta(hours=12)),
        (1_709_208_000, NOON),
        (1_709_208_000.25, NOON + timedelta(milliseconds=250)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (NOON, NOON),
        (NOON.replace(tzinfo=None), NOON),
        (NOON.astimezone(timezone(timedelta(hours=-8))), NOON),
        (None, None),
        ("", None),
    ],
)
def test_a_time_is_read_however_it_is_written(said: object, moment: datetime | None) -> None:
    """ISO 8601, or seconds since 1970; without a zone it is in UTC, and what is finer than a microsecond is cut off."""
    read = instant(said)

    assert read == moment
    assert read is None or read.tzinfo is UTC


def test_a_time_without_a_zone_is_in_utc_wherever_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone of the machine is nobody's business."""
    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "America/New_York")
            time.tzset()
            assert instant("2024-02-29T12:00:00") == NOON
    finally:
        time.tzset()


def test_other_clocks_count_in_other_units() -> None:
    """Debezium sends milliseconds, or microseconds."""
    assert epoch_ms(1_709_208_000_001) == NOON + timedelta(milliseconds=1)
    assert epoch_us(1_709_208_000_000_001) == NOON + timedelta(microseconds=1)
    assert epoch_ms(None) is None


@pytest.mark.parametrize("said", ["yesterday", "12:00", "29/02/2024", "2023-02-29", True, [], {}, "1709208000"])
def test_what_is_no_time_is_told(said: object) -> None:
    """A number in quotes is no number of seconds: nobody knows what it counts."""
    with pytest.raises(Unfit, match="a time is written as"):
        instant(said)


@pytest.mark.parametrize(
    "said",
    ["1899-12-31T23:59:59Z", "2100-01-01", 1_709_208_000_000, 1e300, float("nan"), "0001-01-01T00:00+05:00", -(10**20)],
)
def test_a_time_of_another_century_is_told(said: object) -> None:
    """Milliseconds that are taken for seconds are the usual reason."""
    with pytest.raises(Unfit, match="a time lies between 1900 and 2100"):
        instant(said)


@pytest.mark.parametrize("said", ["1709208000000", True, [1]])
def test_milliseconds_are_a_number(said: object) -> None:
    """A text or a boolean is none."""
    with pytest.raises(Unfit):
        epoch_ms(said)
