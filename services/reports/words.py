"""Figures in words, for the headlines of reports and for whoever shows their tables."""

from services.translation.money import DIGITS

USUAL_DIGITS = 2


def money(minor: int, currency: str) -> str:
    """Return an amount with its currency's digits after the point, such as ``1,234.56 GBP``."""
    return f"{amount(minor, currency)} {currency}".rstrip()


def amount(minor: int, currency: str) -> str:
    """Return an amount without its currency, exactly."""
    digits = DIGITS.get(currency, USUAL_DIGITS)
    whole, part = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole:,}{f'.{part:0{digits}}' if digits else ''}"


def share(part: float, digits: int = 0) -> str:
    """Return a share as a percentage, such as ``34 %``."""
    return f"{100 * part:.{digits}f} %"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its word, as in ``1 customer`` and ``2,000 customers``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
