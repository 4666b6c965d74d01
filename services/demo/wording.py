"""Words for the figures of the shop report: money, counts, days, and how a complaint stands."""

from datetime import UTC, datetime

from rich.text import Text

from services.demo.report import Grudge, Visit

THIN = "\N{NARROW NO-BREAK SPACE}"
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
CAUSES = {
    "late": "late parcel",
    "broken": "broken goods",
    "wrong_item": "wrong item",
    "missing_item": "missing item",
    "quality": "poor quality",
    "invoice": "wrong invoice",
}
HOURS_TOLD_AS_HOURS = 48


def money(amount_minor: int, currency: str) -> str:
    """Return an amount in whole units of its currency, such as ``£12 345``, with a thin space at the thousands."""
    units = number(round(amount_minor / 100))
    return f"{SIGNS[currency]}{units}" if currency in SIGNS else f"{currency}{THIN}{units}"


def plain(text: str) -> str:
    """Return a text without what could steer a terminal: names and searches are what anybody typed."""
    return "".join(one if one.isprintable() or one in f"\n{THIN}" else "?" for one in text)


def number(count: int) -> str:
    """Return a count with a thin space at the thousands."""
    return f"{count:,}".replace(",", THIN)


def percent(part: int, whole: int, digits: int = 0) -> str:
    """Return a share in per cent; of nothing it is none."""
    return f"{100 * part / max(1, whole):.{digits}f}{THIN}%"


def day(at: datetime) -> str:
    """Return the day of an instant, without its year."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B}"


def clock(at: datetime) -> str:
    """Return the time of day of an instant, in UTC."""
    return f"{at.astimezone(UTC):%H:%M}"


def identifier(person: str) -> str:
    """Return a person's id without its kind."""
    return person.partition(":")[2]


def span(hours: float) -> str:
    """Return a stretch of time, in days where it is long."""
    return f"{hours:.0f} hours" if hours < HOURS_TOLD_AS_HOURS else f"{hours / 24:.0f} days"


def interval(days: float) -> str:
    """Return how far orders lie apart, to follow the word *every*."""
    rounded = round(days)
    return "day" if rounded <= 1 else f"{rounded} days"


def titled(name: str) -> str:
    """Return a product's name, without shouting where the source does."""
    return name.capitalize() if name.isupper() else name


def cause(grudge: Grudge) -> str:
    """Return what a complaint is about."""
    return CAUSES.get(grudge.cause, grudge.cause.replace("_", " ")) or "no cause told"


def told(grudge: Grudge) -> Text:
    """Return a complaint in some words, as what may stand behind a silence."""
    about = cause(grudge)
    if grudge.first_reply is None:
        return Text(f"{about}, unanswered", "red")
    if grudge.late:
        return Text(f"{about}, late answer{', open' if grudge.open else ''}", "yellow")
    return Text(f"{about}, still open", "yellow")


def state(grudge: Grudge) -> Text:
    """Return how a complaint that waited too long stands now."""
    if grudge.first_reply is None:
        return Text("no answer yet", "red")
    return Text("answered, open", "yellow") if grudge.open else Text("settled", "green")


def done(visit: Visit) -> str:
    """Return what was done in a visit."""
    parts = [plural(visit.pages, "page"), plural(visit.products, "product")]
    if visit.searches:
        in_vain = f" ({visit.searches_in_vain} in vain)" if visit.searches_in_vain else ""
        parts.append(plural(visit.searches, "search", "searches") + in_vain)
    if visit.cart_changes:
        parts.append(plural(visit.cart_changes, "cart change"))
    return ", ".join(parts)


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
