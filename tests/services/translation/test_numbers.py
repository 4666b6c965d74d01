"""Whole numbers as senders write them."""

import pytest

from services.translation.errors import Unfit
from services.translation.numbers import added, count, negated, whole


@pytest.mark.parametrize(
    ("said", "number"),
    [(2, 2), (2.0, 2), ("2", 2), (" 2 ", 2), ("2.00", 2), ("-3", -3), (0, 0), (None, None), ("", None)],
    ids=repr,
)
def test_a_whole_number_is_read_however_it_is_written(said: object, number: int | None) -> None:
    """JavaScript has only one kind of number, and forms send texts."""
    assert whole(said) == number


@pytest.mark.parametrize("said", [2.5, "2.5", "two", True, [], {}, float("nan"), float("inf"), "٢", "9" * 19], ids=repr)
def test_what_is_no_whole_number_is_told(said: object) -> None:
    """Half a piece is a mistake, not two."""
    with pytest.raises(Unfit, match="where a whole number belongs"):
        whole(said)


def test_results_are_counted_or_told() -> None:
    """Some senders send how many there were, others send them all."""
    assert (count(3), count([]), count(["a", "b"]), count("0"), count(None)) == (3, 0, 2, 0, None)


def test_sums_start_with_what_must_be_there() -> None:
    """Without revenue there is no total, however much shipping was."""
    assert added(100, 5, None, 7) == 112
    assert added(None, 5) is None
    assert (negated(2), negated(None)) == (-2, None)
