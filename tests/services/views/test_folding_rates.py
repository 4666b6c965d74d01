"""How fast a projection folds is how far it came since somebody looked within the last minute."""

from services.views.folding_rates import WINDOW_SECONDS, FoldingRates, Rate


class Clock:
    """A clock that is put on by hand."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def test_the_first_who_looks_is_told_no_rate_and_the_next_is() -> None:
    """Of two looks, the events between them by the seconds between them; of a table that is new there is none."""
    clock = Clock()
    rates = FoldingRates(clock)
    first = rates.of("db", {"visits": 1_000})
    clock.now += 4
    then = rates.of("db", {"visits": 3_000, "new": 5})

    assert first["visits"].events_per_second is None
    assert then["visits"].events_per_second == 500
    assert then["new"].events_per_second is None
    assert rates.of("another", {"visits": 3_000})["visits"].events_per_second is None


def test_what_was_looked_at_long_ago_does_not_count() -> None:
    """The rate is that of the last minute, and not the mean since the process began."""
    clock = Clock()
    rates = FoldingRates(clock)
    rates.of("db", {"visits": 0})
    clock.now += WINDOW_SECONDS - 1
    rates.of("db", {"visits": 1_000_000})
    clock.now += 10

    assert rates.of("db", {"visits": 1_000_010})["visits"].events_per_second == 1


def test_it_catches_up_where_it_folds_faster_than_events_come_in() -> None:
    """The lag by what is gained a second; what folds no faster never does, and of no rate nothing is said."""
    assert Rate(300.0).catch_up_seconds(1_000, 100.0) == 5
    assert Rate(300.0).catch_up_seconds(0, 900.0) == 0
    assert Rate(100.0).catch_up_seconds(1_000, 100.0) is None
    assert Rate(None).catch_up_seconds(1_000, 0.0) is None
