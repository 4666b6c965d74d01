"""How fast a source may send."""

from services.ingest.rates import Rates


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_burst_and_then_its_rate() -> None:
    """Two seconds' worth come in at once; after that, what the clock brings; the answer says how long to wait."""
    clock = Clock()
    rates = Rates(clock)

    burst = rates.take("shop", 20, 10)
    over = rates.take("shop", 15, 10)
    clock.now = 1.5
    after = rates.take("shop", 15, 10)

    assert (burst, over, after) == (0, 2, 0)


def test_one_source_does_not_pay_for_another() -> None:
    """Each has a bucket of its own."""
    rates = Rates(Clock())

    rates.take("shop", 20, 10)

    assert (rates.take("shop", 1, 10), rates.take("till", 1, 10)) == (1, 0)


def test_a_batch_that_is_larger_than_the_bucket_comes_in_when_it_is_full() -> None:
    """It would wait for ever otherwise; the debt is paid by whoever comes next."""
    clock = Clock()
    rates = Rates(clock)

    first = rates.take("shop", 100, 10)
    clock.now = 2.0
    second = rates.take("shop", 1, 10)
    clock.now = 8.2
    third = rates.take("shop", 1, 10)

    assert (first, second > 0, third) == (0, True, 0)
