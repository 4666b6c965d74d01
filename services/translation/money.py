"""Money as senders write it, in the whole minor units that events hold. Exact: no amount ever passes through a float.

The awkward half: an amount with more digits than its currency has is rounded to the nearest minor unit, and a half to
the even one. Web shops compute in binary floats and send 27.499999999999996 for 27.50; refusing those would lose real
orders. A code that ISO 4217 does not have is taken to have two digits, as most have.
"""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from services.translation.errors import Unfit, shown

DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""How many digits a currency has after the point, where not two: ISO 4217, list one of 2026-01-01 (SIX, Zurich)."""

MAX_CHARACTERS = 64
MAX_MAGNITUDE = 18
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}")
_EXACT = Context(prec=160, rounding=ROUND_HALF_EVEN)  # more than the longest text and the largest shift need


def minor(amount: object, currency_code: object) -> int | None:
    """Return an amount such as ``19.99`` in whole minor units; nothing where there is no amount.

    Texts, whole numbers, floats (as their shortest text, which is what the sender wrote) and decimals. A half minor
    unit goes to the even one.
    """
    return _whole_units(amount, _digits(currency_code, DIGITS))


def from_minor(amount: object, currency_code: object, digits: object) -> int | None:
    """Return an amount that is in a sender's minor unit already in that of ISO 4217.

    ``digits`` says by currency how many digits the sender's unit has, where other than ISO's.
    """
    own = digits if isinstance(digits, dict) else {}
    here = _digits(currency_code, DIGITS)
    there = _digits(currency_code, own) if currency_code in own else here
    return _whole_units(amount, here - there)


def currency(value: object) -> str | None:
    """Return an ISO 4217 code in capitals; nothing where there is none."""
    if value is None or value == "":
        return None
    code = value.strip().upper() if isinstance(value, str) else ""
    if _CODE.fullmatch(code) is None:
        message = f"is {shown(value)}; a currency is a code of three letters, such as EUR"
        raise Unfit(message)
    return code


def _digits(code: object, digits: dict[str, int]) -> int:
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        message = f"is {shown(code)}; an amount needs the code of its currency, such as EUR"
        raise Unfit(message, argument=1)
    return digits.get(code, 2)


def _whole_units(amount: object, shift: int) -> int | None:
    if type(amount) is int and shift >= 0 and abs(amount) < 10**MAX_MAGNITUDE:
        return int(amount * 10**shift)
    exact = _decimal(amount)
    if exact is None:
        return None
    if exact.adjusted() > MAX_MAGNITUDE:
        message = f"is {shown(amount)}, which is more than an amount may be"
        raise Unfit(message)
    return int(exact.scaleb(shift, _EXACT).to_integral_value(ROUND_HALF_EVEN, _EXACT))


def _decimal(amount: object) -> Decimal | None:
    if amount is None or amount == "":
        return None
    if isinstance(amount, Decimal) and amount.is_finite():
        return amount
    text = amount.strip() if isinstance(amount, str) else repr(amount) if type(amount) in {int, float} else ""
    if len(text) > MAX_CHARACTERS or _NUMBER.fullmatch(text) is None:
        message = f"is {shown(amount)}; an amount is a number, such as 19.99"
        raise Unfit(message)
    return Decimal(text)
