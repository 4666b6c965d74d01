"""Says a rule in words, for whoever has to agree with it."""

from decimal import Decimal

from services.segments.fields import BY_NAME, Kind
from services.segments.rule import All, Any, Condition, Not, Rule, Value, written_value

COMPARED = {
    "=": "is",
    "!=": "is known and is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "in": "is one of",
    "not in": "is known and is none of",
}
DATED = COMPARED | {
    "<": "was before",
    "<=": "was on or before",
    ">": "was after",
    ">=": "was on or after",
    "=": "was on",
}


def in_words(rule: Rule) -> str:
    """Return a rule as a sentence."""
    said = _said(rule)
    return f"{said[0].upper()}{said[1:]}."


def _said(rule: Rule, *, inside: bool = False) -> str:
    match rule:
        case All(parts):
            text = ", and ".join(_said(part, inside=True) for part in parts)
        case Any(parts):
            text = "either " + ", or ".join(_said(part, inside=True) for part in parts)
        case Not(Condition() as part):
            return _denied(part)
        case Not(part):
            return f"it is not so that [{_said(part)}]"
        case Condition():
            return _asked(rule)
    return f"[{text}]" if inside else text


def _asked(condition: Condition) -> str:
    field = BY_NAME[condition.field]
    values = [_value(value, field.unit) for value in condition.values]
    if field.kind is Kind.FLAG:
        return field.phrase
    if field.kind is Kind.THING:
        return f"{field.phrase} {'one of ' if len(values) > 1 else ''}{', '.join(values)}"
    words = DATED if field.kind is Kind.DATE else COMPARED
    return f"{field.phrase} {words[condition.operator]} {', '.join(values)}"


def _denied(condition: Condition) -> str:
    """Say that a condition does not hold; of what may not be known that is more than its opposite."""
    field = BY_NAME[condition.field]
    return field.denied or f"it is not so that {_asked(condition)}"


def _value(value: Value, unit: str) -> str:
    return f"{written_value(value)} {unit}" if unit and isinstance(value, Decimal) else written_value(value)
