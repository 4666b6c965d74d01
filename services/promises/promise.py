"""What we promise to whoever complains, and how a policy says it.

A policy's content maps settings to texts:

    hours             within how many hours we reply, such as 24 or 0.5; 24 if it is not said
    resolution_hours  within how many hours it is resolved; as many as ``hours`` if it is not said
    days              the days that are open, such as "mon-fri" or "mon tue sat"; every day if it is not said
    opens, closes     when the store opens and closes, such as 09:00 and 17:30; 24:00 is the end of the day
    zone              its time zone, such as Europe/London; UTC if it is not said
    country           whose public holidays are kept, such as GB; none if it is not said
    subdivision       the part of the country, such as ENG, which may have holidays of its own

Hours are working hours where any of the others is said, and hours of the clock on the wall where none is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from holidays.utils import list_supported_countries

from services.promises.hours import MIDNIGHT, ROUND_THE_CLOCK, WHOLE_WEEK, Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SETTINGS = ("hours", "resolution_hours", "days", "opens", "closes", "zone", "country", "subdivision")
USUAL = timedelta(hours=24)
LONGEST_HOURS = 8784
AMOUNT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class BadPromise(ValueError):
    """A setting that says no promise; the message is a sentence that names it."""


@dataclass(frozen=True)
class Promise:
    """Within how much working time we reply and resolve, and whether that second time was promised by itself."""

    reply: timedelta = USUAL
    resolution: timedelta = USUAL
    hours: Hours = ROUND_THE_CLOCK
    resolution_stated: bool = False


def promise_of(content: Mapping[str, str]) -> Promise:
    """Return the promise that a policy's content says. Raises BadPromise."""
    if unknown := sorted(set(content) - set(SETTINGS)):
        message = f"{unknown[0]}: is no setting of a promise; those are {', '.join(SETTINGS)}."
        raise BadPromise(message)
    said = {name: text.strip() for name, text in content.items() if text.strip()}
    reply = _amount("hours", said["hours"]) if "hours" in said else USUAL
    resolution = _amount("resolution_hours", said["resolution_hours"]) if "resolution_hours" in said else reply
    return Promise(reply, resolution, _hours(said), "resolution_hours" in said)


def _hours(said: Mapping[str, str]) -> Hours:
    opens, closes = _clock("opens", said.get("opens", "00:00")), _clock("closes", said.get("closes", "24:00"))
    if closes != MIDNIGHT and opens >= closes:
        message = f"closes: {said['closes']} is not after the opening at {opens:%H:%M}; a day ends at 24:00."
        raise BadPromise(message)
    zone = said.get("zone", "UTC")
    if zone not in _zones():
        message = f"zone: {zone!r} is no time zone, such as Europe/London."
        raise BadPromise(message)
    country, subdivision = said.get("country", ""), said.get("subdivision", "")
    _check_country(country, subdivision)
    return Hours(_days(said.get("days", "mon-sun")), opens, closes, ZoneInfo(zone), country, subdivision)


def _amount(name: str, text: str) -> timedelta:
    if AMOUNT.fullmatch(text) is None or not 0 < float(text) <= LONGEST_HOURS:
        message = f"{name}: {text!r} is no number of hours above 0 and up to {LONGEST_HOURS}, such as 24 or 0.5."
        raise BadPromise(message)
    return timedelta(hours=float(text))


def _clock(name: str, text: str) -> time:
    if text == "24:00" and name == "closes":
        return MIDNIGHT
    if CLOCK.fullmatch(text) is None or (name == "closes" and text == "00:00"):
        message = f"{name}: {text!r} is no time of the day, such as 09:00; a day ends at 24:00."
        raise BadPromise(message)
    return time.fromisoformat(text)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().replace(",", " ").split():
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            message = f"days: {part!r} is no day of the week nor a range; they are {', '.join(DAYS)}."
            raise BadPromise(message)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % len(DAYS) for day in range(begin, end + 1 if end >= begin else end + 1 + len(DAYS))}
    return frozenset(found) or WHOLE_WEEK


def _check_country(country: str, subdivision: str) -> None:
    known = _countries()
    if country and country not in known:
        message = f"country: {country!r} is no country whose public holidays are known, such as GB."
        raise BadPromise(message)
    if subdivision and not country:
        message = f"subdivision: {subdivision!r} is of no country; the setting country says of which."
        raise BadPromise(message)
    if subdivision and subdivision not in known[country]:
        there = ", ".join(sorted(known[country])) or "none"
        message = f"subdivision: {subdivision!r} is no part of {country} with holidays of its own; there are: {there}."
        raise BadPromise(message)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> Mapping[str, frozenset[str]]:
    return {country: frozenset(parts) for country, parts in list_supported_countries().items()}
