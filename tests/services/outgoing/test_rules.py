"""When and how often customers may be written to, as policies say it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.outgoing.rules import BadRule, Cap, caps_of, quiet_hours_of

NIGHT = quiet_hours_of({"from": "21:00", "to": "08:00", "zone": "Europe/London"})
LUNCH = quiet_hours_of({"from": "12:00", "to": "13:30"})


def at(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-10 20:59", None),
        ("2026-01-10 21:00", "2026-01-11 08:00"),
        ("2026-01-11 07:59", "2026-01-11 08:00"),
        ("2026-01-11 08:00", None),
        ("2026-07-10 20:00", "2026-07-11 07:00"),  # in summer, London is an hour ahead
        ("2026-10-24 21:00", "2026-10-25 08:00"),  # clocks go back in that night
        ("2026-03-28 22:00", "2026-03-29 07:00"),  # and forward in this one
    ],
)
def test_the_night_lasts_until_the_morning_of_its_zone(now: str, until: str | None) -> None:
    """Over midnight, and over the nights on which clocks change."""
    assert NIGHT.until(at(now)) == (at(until) if until else None)


def test_quiet_hours_may_lie_within_a_day() -> None:
    """By the clock of UTC, or of whoever is written to."""
    assert LUNCH.until(at("2026-01-10 11:59")) is None
    assert LUNCH.until(at("2026-01-10 12:00")) == at("2026-01-10 13:30")
    assert LUNCH.until(at("2026-01-10 12:00"), "Asia/Tokyo") is None
    assert LUNCH.until(at("2026-01-10 03:00"), "Asia/Tokyo") == at("2026-01-10 04:30")


def test_an_end_that_comes_twice_is_not_in_the_past() -> None:
    """Where clocks go back at the very end of the quiet."""
    quiet = quiet_hours_of({"from": "00:30", "to": "01:30", "zone": "Europe/London"})

    first = at("2026-10-25 00:00")  # 01:00 in London, for the first time
    second = at("2026-10-25 01:00")  # and for the second

    assert quiet.until(first) == at("2026-10-25 00:30")
    assert quiet.until(second) == at("2026-10-25 01:30")


def test_caps_are_for_a_channel_or_for_all() -> None:
    """In a day and in a week."""
    assert caps_of({"day": "2", "email.week": "3"}) == (Cap("", "day", 2), Cap("email", "week", 3))


@pytest.mark.parametrize(
    ("read", "content", "names"),
    [
        (quiet_hours_of, {"from": "21:00"}, "to: "),
        (quiet_hours_of, {"from": "9pm", "to": "08:00"}, "from: "),
        (quiet_hours_of, {"from": "08:00", "to": "08:00"}, "to: "),
        (quiet_hours_of, {"from": "21:00", "to": "08:00", "zone": "Mars"}, "zone: "),
        (quiet_hours_of, {"from": "21:00", "to": "08:00", "until": "x"}, "until: "),
        (caps_of, {"month": "3"}, "month: "),
        (caps_of, {"day": "many"}, "day: "),
    ],
)
def test_what_says_no_rule_is_refused_by_name(read: Any, content: dict[str, str], names: str) -> None:  # noqa: ANN401 - either of two
    """So that whoever wrote it finds it."""
    with pytest.raises(BadRule, match=names):
        read(content)
