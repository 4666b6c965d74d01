"""Working time: by hand on the days that are special, by numpy over years, and what holds of it always."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.promises.clock import Pause, due, elapsed
from services.promises.hours import ROUND_THE_CLOCK, Hours, add_working_time, working_time

LONDON, NEW_YORK, HAVANA = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("America/Havana")
WEEK = frozenset(range(5))
OFFICE = Hours(WEEK, time(9), time(17), LONDON, "GB", "ENG")
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
CALENDARS = (
    ROUND_THE_CLOCK,
    OFFICE,
    Hours(zone=HAVANA, country="US"),
    Hours(frozenset({5, 6}), time(0, 30), time(2, 30), NEW_YORK),
)

FIRST, LAST = datetime.fromisoformat("2023-01-01"), datetime.fromisoformat("2025-12-31")
times = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(), timedelta(hours=300))
calendars = st.sampled_from(CALENDARS)


def utc(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("opened", "hours", "expected"),
    [
        ("2024-05-17T10:00", 4, "2024-05-17T14:00"),
        ("2024-05-17T15:00", 1, "2024-05-17T16:00"),
        ("2024-05-17T15:00", 2, "2024-05-20T09:00"),
        ("2024-05-18T03:00", 8, "2024-05-20T16:00"),
        ("2024-05-24T15:00", 2, "2024-05-28T09:00"),
        ("2024-12-24T16:30", 1, "2024-12-27T09:30"),
        ("2024-03-29T12:00", 1, "2024-04-02T09:00"),
        ("2024-10-25T15:30", 1, "2024-10-28T09:30"),
    ],
    ids=[
        "a day",
        "by closing",
        "over a weekend",
        "at night",
        "a bank holiday",
        "Christmas",
        "Easter and DST",
        "DST ends",
    ],
)
def test_when_so_many_hours_have_passed(opened: str, hours: int, expected: str) -> None:
    """An English office from nine to five: due by closing is due then; summer time moves it in UTC."""
    assert add_working_time(OFFICE, utc(opened), hours * HOUR) == utc(expected)


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    """On Easter Monday of 2024 Scotland works."""
    scotland = Hours(WEEK, time(9), time(17), LONDON, "GB", "SCT")

    assert add_working_time(scotland, utc("2024-04-01T00:00"), HOUR) == utc("2024-04-01T09:00")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(LONDON, date(2024, 3, 31), 23), (LONDON, date(2024, 10, 27), 25), (HAVANA, date(2024, 3, 10), 23),
     (HAVANA, date(2024, 11, 3), 25), (LONDON, date(2024, 5, 1), 24)],
)  # fmt: skip
def test_a_day_on_which_clocks_change_has_its_own_length(zone: ZoneInfo, day: date, hours: int) -> None:
    """Also where they change at midnight, as in Havana; and no hour counts for two days."""
    week = [Hours(frozenset({number}), zone=zone) for number in range(7)]
    begin, end = (datetime.combine(day + timedelta(days=by), time(12), UTC) for by in (-9, 9))

    one = working_time(week[day.weekday()], utc(f"{day}T00:00") - 12 * HOUR, utc(f"{day}T00:00") + 36 * HOUR)
    both = sum((working_time(each, begin, end) for each in week), timedelta())

    assert one == hours * HOUR
    assert both == end - begin
    assert working_time(Hours(frozenset(range(7)), zone=zone, country="CU"), begin, end) <= end - begin


# Federal holidays of the United States, as its Office of Personnel Management lists them for 2012 and 2013.
FEDERAL = (
    "01-02 01-16 02-20 05-28 07-04 09-03 10-08 11-12 11-22 12-25",
    "01-01 01-21 02-18 05-27 07-04 09-02 10-14 11-11 11-28 12-25",
)


def test_an_hour_that_comes_twice_and_a_day_that_does_not_come() -> None:
    """From half past twelve to half past one it is two hours where clocks are put back; Samoa left 30 December out."""
    night = Hours(opens=time(0, 30), closes=time(1, 30), zone=LONDON)
    apia = Hours(opens=time(9), closes=time(17), zone=ZoneInfo("Pacific/Apia"))

    assert working_time(night, utc("2024-10-26T12:00"), utc("2024-10-27T12:00")) == 2 * HOUR
    assert working_time(apia, utc("2011-12-29T12:00"), utc("2012-01-01T00:00")) == 3 * 8 * HOUR - 3 * HOUR


def test_years_of_working_days_as_numpy_counts_them() -> None:
    """Without the federal holidays; the library that knows them and numpy agree on every span that is tried."""
    listed = [date.fromisoformat(f"{2012 + n}-{day}") for n, days in enumerate(FEDERAL) for day in days.split()]
    office = Hours(WEEK, time(9), time(17), ZoneInfo("UTC"), "US")
    for begin in range(0, 600, 7):
        for days in (1, 3, 30, 120):
            one = date(2012, 1, 1) + timedelta(days=begin)
            other = one + timedelta(days=days)
            expected = 8 * int(np.busday_count(one, other, holidays=listed))

            counted = working_time(office, utc(f"{one}T00:00"), utc(f"{other}T00:00"))

            assert counted == expected * HOUR, (one, other)


@given(calendars, times, amounts, amounts)
def test_more_time_is_due_no_sooner_and_what_is_due_has_passed_by_then(
    hours: Hours, opened: datetime, one: timedelta, more: timedelta
) -> None:
    """Adding is monotone, and undone by measuring: by then so much has passed, and a moment before it had not."""
    by, later = add_working_time(hours, opened, one), add_working_time(hours, opened, one + more)

    assert by is not None
    assert later is not None
    assert opened <= by <= later
    assert working_time(hours, opened, by) == one
    assert one == timedelta() or working_time(hours, opened, by - MOMENT) < one


@given(calendars, times, times, times)
def test_working_time_adds_up(hours: Hours, one: datetime, two: datetime, three: datetime) -> None:
    """From one time to another by a third; never more than there is, nor less than nothing."""
    begin, middle, end = sorted((one, two, three))
    first, second = working_time(hours, begin, middle), working_time(hours, middle, end)

    assert working_time(hours, begin, end) == first + second
    assert timedelta() <= first <= middle - begin
    assert working_time(hours, end, begin) == timedelta()


@given(calendars, times, amounts, st.lists(st.tuples(times, amounts), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_pauses_does_not_matter_and_they_only_put_off(
    hours: Hours, opened: datetime, promised: timedelta, told: list[tuple[datetime, timedelta]], dice: Random
) -> None:
    """What is due with pauses is due no sooner than without, and by then just so much was counted."""
    pauses = [Pause(begin, begin + length) for begin, length in told]
    dice.shuffle(shuffled := list(pauses))

    by = due(opened, promised, hours, pauses)

    without = due(opened, promised, hours)
    assert by is not None
    assert without is not None
    assert by >= without
    assert by == due(opened, promised, hours, shuffled)
    assert elapsed(opened, by, hours, pauses) == promised


def test_a_wait_that_never_ends() -> None:
    """The clock stands still with time left, and nothing more is counted; what was due before stays due."""
    opened, asked = utc("2024-05-17T10:00"), utc("2024-05-17T12:00")
    pauses = (Pause(asked),)

    assert due(opened, 3 * HOUR, OFFICE, pauses) is None
    assert due(opened, 2 * HOUR, OFFICE, pauses) == asked
    assert elapsed(opened, utc("2030-01-01T00:00"), OFFICE, pauses) == 2 * HOUR
    assert due(opened, 3 * HOUR, OFFICE, (Pause(asked, utc("2024-05-20T10:00")), *pauses)) is None


def test_what_lies_at_the_ends_of_the_calendar() -> None:
    """Nothing falls over: what cannot be reached before the last year is due never."""
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)

    assert due(last - HOUR, 2 * HOUR, ROUND_THE_CLOCK) is None
    assert due(last - HOUR, 2 * HOUR, OFFICE) is None
    assert due(first, HOUR, OFFICE) is not None
