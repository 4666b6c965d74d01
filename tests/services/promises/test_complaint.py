"""How a complaint stands, by any clock and from steps in any order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.promises.clock import Pause
from services.promises.complaint import KINDS, Gesture, Standing, standing

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def steps(*kinds: str) -> list[str]:
    """Return steps an hour apart, as they are kept; ``kind:word`` tells a word."""
    told = [(NOON + number * HOUR, *f"{kind}:".split(":")[:2]) for number, kind in enumerate(kinds)]
    return [msgspec.json.encode((at, kind, f"e-{at:%H}", word)).decode() for at, kind, word in told]


def by(written: list[str], hours: float) -> Standing:
    """Return how it stands so many hours after noon."""
    return standing(written, NOON + hours * HOUR)


def test_resolved_and_reopened_twice_by_any_clock() -> None:
    """Open until it is resolved for good; a second word of the same kind changes nothing."""
    told = steps("raised", "resolved", "reopened", "reopened", "resolved", "reopened", "resolved", "resolved")

    assert [by(told, hours).resolved for hours in range(8)] == [
        None, NOON + HOUR, None, None, NOON + 4 * HOUR, None, NOON + 6 * HOUR, NOON + 6 * HOUR,
    ]  # fmt: skip
    assert [by(told, hours).reopened for hours in range(8)] == [0, 0, 1, 1, 1, 2, 2, 2]
    assert by(told, 7).first_resolved == NOON + HOUR
    assert by(told, 0.5).opened == NOON
    assert by(told, -1).opened is None


def test_pauses_end_when_the_customer_says_something_or_we_hold_it_for_solved() -> None:
    """Asking twice is one wait; an answer that nobody waited for is none."""
    told = steps("answered", "waiting", "waiting", "answered", "waiting", "resolved", "reopened", "waiting")

    assert by(told, 9).pauses == (
        Pause(NOON + HOUR, NOON + 3 * HOUR),
        Pause(NOON + 4 * HOUR, NOON + 5 * HOUR),
        Pause(NOON + 7 * HOUR),
    )
    assert by(told, 9).waiting
    assert by(told, 2).pauses == (Pause(NOON + HOUR),)
    assert not by(told, 6).waiting


def test_gestures_and_the_last_rating() -> None:
    """By the clock: what was said later is not known yet."""
    told = [*steps("raised", "rated:2", "rated:5"), '["2024-05-17T13:30:00Z","gesture","g","voucher",500,"GBP"]']

    assert (by(told, 1).rating, by(told, 1).gestures) == (2, ())
    assert (by(told, 2).rating, by(told, 2).gestures) == (5, (Gesture("voucher", 500, "GBP"),))


def test_of_one_instant_the_kinds_decide() -> None:
    """Reopened and resolved at once is resolved; asked and answered at once is no wait."""
    at_once = [f'["2024-05-17T12:00:00Z","{kind}","{kind}",""]' for kind in ("resolved", "reopened", "answered")]
    at_once.append('["2024-05-17T12:00:00Z","waiting","waiting",""]')

    for order in permutations(at_once):
        assert by(list(order), 0).resolved == NOON
        assert by(list(order), 0).pauses == (Pause(NOON, NOON),)


@given(st.lists(st.sampled_from(KINDS), max_size=9), st.randoms(use_true_random=False), st.integers(-1, 9))
def test_the_order_in_which_steps_come_does_not_matter(kinds: list[str], dice: Random, hours: int) -> None:
    """Nor do those that lie after the clock: a shop that never heard of them says the same."""
    told = steps(*kinds)
    dice.shuffle(shuffled := list(told))

    assert by(shuffled, hours) == by(told, hours) == by(told[: hours + 1], 99)
