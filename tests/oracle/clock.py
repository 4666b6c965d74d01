"""Times as whole microseconds since 1970, read from text as RFC 3339 has it."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST = (datetime(1900, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST = (datetime(2100, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND

LONGEST_CANONICAL = len("2024-05-17T12:00:00.123456Z")
CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d):?(\d\d))", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@lru_cache(maxsize=1024)  # a time is first checked and then read
def microseconds_of(text: str) -> int:
    """Return an instant that is written with its zone; what is finer than a microsecond is rounded half up.

    Raises ValueError.
    """
    if CANONICAL.fullmatch(text):
        return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND
    match = INSTANT.fullmatch(text)
    if match is None:
        message = f"{text!r} is no instant"
        raise ValueError(message)
    day, clock, fraction, hours, minutes = match.groups()
    whole = datetime.fromisoformat(f"{day}T{clock}{hours or '+00'}:{minutes or '00'}")
    digits = (fraction or "").ljust(7, "0")
    return (whole - EPOCH) // MICROSECOND + int(digits[:6]) + (digits[6] >= "5")


def day_of(text: str, time: int) -> str:
    """Return the day in UTC, ``YYYY-MM-DD``, of an instant that is given both as text and in microseconds."""
    if len(text) <= LONGEST_CANONICAL and text[-1] == "Z":
        return text[:10]
    return (EPOCH + time * MICROSECOND).date().isoformat()


def is_day(text: str) -> bool:
    """Return whether a text is a day that there was or will be."""
    try:
        return bool(DAY.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def is_time(text: str) -> bool:
    """Return whether a text is an instant within the years that an event may speak of."""
    try:
        return EARLIEST <= microseconds_of(text) < LATEST
    except (ValueError, OverflowError):
        return False
