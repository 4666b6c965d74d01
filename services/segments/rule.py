"""A segment's rule as a tree, and the tree as text again.

``written`` is the one way in which a rule is written: what it writes is read as the same tree.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.translation.money import DIGITS

USUAL_DIGITS = 2
HUNDRED = Decimal(100)


class Money(NamedTuple):
    """An amount in a currency's minor unit, written such as ``500 GBP``."""

    minor: int
    currency: str


class Share(NamedTuple):
    """A part of a whole, written such as ``20%``, which is a fraction of 0.2."""

    fraction: Decimal


Value = Decimal | Money | Share | date | str


class Condition(NamedTuple):
    """What one field has to be. A flag has no values; what a customer bought or likes has the operator ``in``."""

    field: str
    operator: str
    values: tuple[Value, ...] = ()


class Not(NamedTuple):
    """The part does not hold."""

    part: "Rule"


class All(NamedTuple):
    """Every part holds; there are two or more, and none of them is an All."""

    parts: tuple["Rule", ...]


class Any(NamedTuple):
    """Some part holds; there are two or more, and none of them is an Any."""

    parts: tuple["Rule", ...]


Rule = Condition | Not | All | Any


def every(parts: Sequence[Rule]) -> Rule:
    """Return the rule that all of these hold, flat; of one it is that one."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def some(parts: Sequence[Rule]) -> Rule:
    """Return the rule that one of these holds, flat; of one it is that one."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def written(rule: Rule) -> str:
    """Return a rule as text."""
    match rule:
        case Any(parts):
            return " or ".join(map(written, parts))
        case All(parts):
            return " and ".join(_bracketed(part, Any) for part in parts)
        case Not(part):
            return f"not {_bracketed(part, All, Any)}"
        case Condition(field, operator, values):
            told = ", ".join(map(written_value, values))
            listed = operator in {"in", "not in"}
            return " ".join(filter(None, (field, operator, f"({told})" if listed else told)))


def _bracketed(part: Rule, *kinds: type) -> str:
    return f"({written(part)})" if isinstance(part, kinds) else written(part)


def written_value(value: Value) -> str:
    """Return a value as text."""
    match value:
        case Money(minor, currency):
            digits = DIGITS.get(currency, USUAL_DIGITS)
            return f"{plain(Decimal(minor).scaleb(-digits))} {currency}"
        case Share(fraction):
            return f"{plain(fraction * HUNDRED)}%"
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'


def plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
