"""Business calendars: when a store is open, and working time by that.

Opening hours are the same on each day of the week that is open, in the store's time zone, without the public holidays
of its country; days and holidays are those of the local calendar, so that a day on which clocks change has its own
length. Public holidays are those of the library ``holidays``, as it knows them today: one that is proclaimed later
moves what was due then. Working time is counted to the microsecond.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

WHOLE_WEEK = frozenset(range(7))
NOTHING = timedelta()
DAY = timedelta(days=1)
MIDNIGHT = time()
END = datetime.max.replace(tzinfo=UTC)
FIRST, LAST = datetime.min.replace(tzinfo=UTC) + DAY, END - DAY
UNIVERSAL = ZoneInfo("UTC")


@dataclass(frozen=True)
class Hours:
    """When it is open: on ``days`` (Monday is 0) from ``opens`` to ``closes``, where midnight is the day's end.

    Without a country there are no holidays; ``subdivision`` is a part of it that has holidays of its own.
    """

    days: frozenset[int] = WHOLE_WEEK
    opens: time = MIDNIGHT
    closes: time = MIDNIGHT
    zone: ZoneInfo = UNIVERSAL
    country: str = ""
    subdivision: str = ""

    @property
    def round_the_clock(self) -> bool:
        """Return whether it is never closed, so that working time is time."""
        return self.days == WHOLE_WEEK and self.opens == self.closes == MIDNIGHT and not self.country


ROUND_THE_CLOCK = Hours()


class Year(NamedTuple):
    """The openings of one local year, in order and apart: when each begins and ends, and the working time before it."""

    begins: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]

    @property
    def whole(self) -> timedelta:
        """Return the working time of the year."""
        return self.by(self.ends[-1]) if self.ends else NOTHING

    def by(self, at: datetime) -> timedelta:
        """Return the working time of this year up to a time."""
        place = bisect_right(self.begins, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.begins[place] if place >= 0 else NOTHING

    def reached(self, worked: timedelta) -> datetime:
        """Return the first time by which there was so much working time of this year, which is above nothing."""
        place = bisect_left(self.before, worked) - 1
        return self.begins[place] + (worked - self.before[place])


def working_time(hours: Hours, begin: datetime, end: datetime) -> timedelta:
    """Return the working time between two times; of none if the end comes first."""
    if end <= begin:
        return NOTHING
    if hours.round_the_clock:
        return end - begin
    worked = NOTHING
    for number in range(_year(hours, begin), _year(hours, end) + 1):
        year = opening(hours, number)
        worked += year.by(end) - year.by(begin)
    return worked


def add_working_time(hours: Hours, begin: datetime, amount: timedelta) -> datetime | None:
    """Return the first time by which there was so much working time, or None where the calendar ends before.

    What is due by closing time is due then, not when it opens next.
    """
    if amount <= NOTHING:
        return begin
    if hours.round_the_clock:
        return begin + amount if amount <= END - begin else None
    left = amount
    for number in range(_year(hours, begin), MAXYEAR):
        year = opening(hours, number)
        worked = year.by(begin)
        if left <= year.whole - worked:
            return year.reached(worked + left)
        left -= year.whole - worked
    return None


def _year(hours: Hours, at: datetime) -> int:
    """Return the local year of a time, within those that have a calendar."""
    local = min(max(at, FIRST), LAST).astimezone(hours.zone)
    return min(max(local.year, MINYEAR + 1), MAXYEAR - 1)


@cache
def opening(hours: Hours, year: int) -> Year:
    """Return when it is open in a local year."""
    closed = _holidays(hours, year)
    begins: list[datetime] = []
    ends: list[datetime] = []
    before: list[timedelta] = []
    worked = NOTHING
    for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(number)
        if day.weekday() not in hours.days or day in closed:
            continue
        begin, end = _opens(hours, day), _closes(hours, day)
        begin = max(begin, ends[-1]) if ends else begin
        if begin < end:
            begins.append(begin)
            ends.append(end)
            before.append(worked)
            worked += end - begin
    return Year(tuple(begins), tuple(ends), tuple(before))


def _holidays(hours: Hours, year: int) -> frozenset[date]:
    if not hours.country:
        return frozenset()
    return frozenset(holidays.country_holidays(hours.country, subdiv=hours.subdivision or None, years=year))


def _opens(hours: Hours, day: date) -> datetime:
    """Return when it opens: of an hour that comes twice the first; one that is left out moves on, as clocks do."""
    return datetime.combine(day, hours.opens, hours.zone).astimezone(UTC)


def _closes(hours: Hours, day: date) -> datetime:
    """Return when it closes: where the next day begins, or of an hour that comes twice the second."""
    if hours.closes == MIDNIGHT:
        return datetime.combine(day + DAY, MIDNIGHT, hours.zone).astimezone(UTC)
    local = datetime.combine(day, hours.closes, hours.zone)
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
