"""Figures, money and times as a page writes them: thin spaces at the thousands, a currency at every amount, UTC said.

What is missing is written as a dash. Times may come as an instant or as the text that JSON has of one; an instant
without a zone is refused, since nobody could say what it means.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.translation.money import DIGITS

THIN = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
USUAL_DIGITS = 2
AMOUNT = re.compile(rf"(-?)\b(\d[\d,]*(?:\.\d+)?) ({'|'.join(SIGNS)})\b")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b(?!T)")
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
JUST_NOW_SECONDS = 10
FAR_DAYS = 60
"""Further away than this, the words say months."""

Figure = int | float | Decimal
Instant = datetime | str


def number(value: Figure | None, digits: int = 0) -> str:
    """Return a figure such as ``1 284 429``, with so many digits after the point."""
    if value is None:
        return DASH
    written = f"{value:,.{digits}f}".replace(",", THIN).replace("-", MINUS)
    return written.removeprefix(MINUS) if not any("1" <= each <= "9" for each in written) else written


def signed(value: Figure | None, digits: int = 0) -> str:
    """Return a change with its sign, such as ``+10``."""
    written = number(value, digits)
    return f"+{written}" if value is not None and value > 0 and any("1" <= each <= "9" for each in written) else written


def money(minor: int | None, currency: str | None, *, whole: bool = False) -> str:
    """Return an amount such as ``€1 234.50`` or ``CHF 12.00``; ``whole`` leaves out the digits after the point."""
    if minor is None or not currency:
        return DASH
    digits = DIGITS.get(currency, USUAL_DIGITS)
    units = Decimal(abs(minor)).scaleb(-digits)
    amount = number(units, 0 if whole else digits)
    return f"{MINUS if minor < 0 else ''}{SIGNS.get(currency, currency + SPACE)}{amount}"


def percent(share: Figure | None, digits: int = 0) -> str:
    """Return a share of one as ``32 %``."""
    return DASH if share is None else f"{number(share * 100, digits)}{SPACE}%"


def duration(span: timedelta | Figure | None) -> str:
    """Return a stretch of time in its two largest units, such as ``3 h 10 min``; seconds where it is a figure."""
    if span is None:
        return DASH
    seconds = abs(round(span.total_seconds() if isinstance(span, timedelta) else span))
    for place, (unit, name) in enumerate(UNITS):
        if seconds >= unit:
            rest, (smaller, smaller_name) = seconds % unit, UNITS[min(place + 1, len(UNITS) - 1)]
            parts = [f"{seconds // unit}{SPACE}{name}"]
            if name != "s" and rest >= smaller:
                parts.append(f"{rest // smaller}{SPACE}{smaller_name}")
            return SPACE.join(parts)
    return f"0{SPACE}s"


def instant(value: Instant) -> datetime:
    """Return the instant in UTC. Raises ValueError where it has no zone."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at.tzinfo is None:
        message = f"{value!r} has no time zone: give pages instants in UTC."
        raise ValueError(message)
    return at.astimezone(UTC)


def date_time(value: Instant | None) -> str:
    """Return an instant such as ``22 Nov 2026, 09:30 UTC``."""
    if value is None:
        return DASH
    at = instant(value)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def day(value: date | Instant | None) -> str:
    """Return a day such as ``22 Nov 2026``, of an instant in UTC."""
    if value is None:
        return DASH
    on = _date(value)
    return f"{on.day} {on:%b %Y}"


def month(value: date | Instant) -> str:
    """Return a month such as ``March 2026``."""
    return f"{_date(value):%B %Y}"


def short_time(value: Instant) -> str:
    """Return an instant below its month's name, such as ``Fri 20, 00:54``."""
    at = instant(value)
    return f"{at:%a} {at.day:02}, {at:%H:%M}"


def clock(value: Instant) -> str:
    """Return the time of day with its seconds, in UTC."""
    return f"{instant(value):%H:%M:%S}"


def iso(value: date | Instant) -> str:
    """Return what a ``datetime`` attribute takes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return instant(value).isoformat().replace("+00:00", "Z")


def relative(value: Instant | None, now: Instant) -> str:
    """Return how far an instant is from now, such as ``3 h ago`` and ``in 2 months``."""
    if value is None:
        return DASH
    away = instant(value) - instant(now)
    seconds = abs(away.total_seconds())
    if seconds < JUST_NOW_SECONDS:
        return "just now"
    if seconds >= FAR_DAYS * 86400:
        words = f"{round(seconds / 86400 / 30.44)}{SPACE}months"
    else:
        words = SPACE.join(duration(seconds).split(SPACE)[:2])
    return f"in {words}" if away > timedelta(0) else f"{words} ago"


def place(partition: int, offset: int) -> str:
    """Return where an event stands in the log, such as ``p2@889416``."""
    return f"p{partition}@{offset}"


def worded(code: object) -> str:
    """Return a code as words, such as ``Wrong item`` for ``wrong_item``."""
    words = str(code).replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its word, as in ``1 customer`` and ``2 000 customers``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def spoken(sentence: str) -> str:
    """Return a report's sentence with figures and days as pages write them: ``2,000.50 GBP`` becomes ``£2 000.50``.

    Only amounts of a currency that has a sign here are turned around: other capitals may be the name of a product.
    """
    amounts = AMOUNT.sub(lambda found: f"{found[1]}{SIGNS[found[3]]}{found[2]}", sentence)
    days = ISO_DAY.sub(_spoken_day, amounts)
    return THOUSANDS.sub(THIN, days).replace(" %", f"{SPACE}%")


def _spoken_day(found: re.Match[str]) -> str:
    """Return a day as pages write it; what only looks like one, such as an order's number, stays as it is."""
    try:
        return day(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def _date(value: date | Instant) -> date:
    if isinstance(value, datetime):
        return instant(value).date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if len(value) == len("2026-11-22") else instant(value).date()


FILTERS = {
    each.__name__: each
    for each in (
        number,
        signed,
        money,
        percent,
        duration,
        date_time,
        day,
        month,
        short_time,
        clock,
        iso,
        relative,
        place,
        worded,
        counted,
        spoken,
    )
}
