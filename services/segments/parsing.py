"""Reads a rule: a recursive descent over its words, without eval.

    rule  = part { "or" part }
    part  = piece { "and" piece }
    piece = "not" piece | "(" rule ")" | test
    test  = FLAG | THING value | THING "in" values | FIELD operator value | FIELD [ "not" ] "in" values

``not`` binds closest, then ``and``, then ``or``. Raises BadRule, which names the place and the nearest field.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple

from services.segments.errors import BadRule
from services.segments.fields import BY_NAME, Field, Kind
from services.segments.rule import HUNDRED, USUAL_DIGITS, Condition, Money, Not, Rule, Share, Value, every, some
from services.translation.money import DIGITS

MAX_CHARACTERS = 2000
MAX_DEPTH = 32
WORDS = ("and", "or", "not", "in")
COMPARED = ("=", "!=", "<", "<=", ">", ">=")
OPERATORS = {
    Kind.NUMBER: COMPARED,
    Kind.MONEY: COMPARED,
    Kind.SHARE: COMPARED,
    Kind.DATE: COMPARED,
    Kind.TEXT: ("=", "!=", "in"),
}
WRITTEN = {
    Kind.NUMBER: "a number, such as 60",
    Kind.MONEY: "an amount with its currency, such as 500 GBP",
    Kind.SHARE: "a percentage, such as 20%",
    Kind.DATE: "a day, such as 2026-03-31",
    Kind.TEXT: 'a text in quotes, such as "France"',
    Kind.THING: 'a text in quotes, such as "garden"',
}
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')
    |(?P<day>\d{4}-\d{2}-\d{2}(?!\w))|(?P<number>-?\d{1,15}(?:\.\d{1,6})?(?![\d.]))
    |(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|!=|[=<>(),%]))""",
    re.VERBOSE | re.ASCII,
)
CURRENCY = re.compile("[A-Z]{3}")


class Token(NamedTuple):
    """A piece of a rule: its kind, its text, and where it begins. The last one has the kind ``end``."""

    kind: str
    text: str
    place: int

    def says(self, *words: str) -> bool:
        """Return whether it is one of these words, in small letters or capitals, or signs."""
        return self.kind in {"word", "sign"} and self.text.lower() in words

    def __str__(self) -> str:
        """Return it as a sentence shows it."""
        return "the end" if self.kind == "end" else repr(self.text)


def parsed(text: str) -> Rule:
    """Return the tree of a rule. Raises BadRule."""
    if len(text) > MAX_CHARACTERS:
        message = f"a rule has {MAX_CHARACTERS:,} characters at most"
        raise BadRule(message, MAX_CHARACTERS)
    reading = _Reading(list(_tokens(text)))
    rule = reading.rule(0)
    reading.expect("end")
    return rule


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while text[place:].strip():
        found = TOKEN.match(text, place)
        if found is None or "\0" in found[0]:
            begin = place + len(text[place:]) - len(text[place:].lstrip())
            quote = text[begin] in "\"'" and "\0" not in text
            message = "this text has no closing quote" if quote else f"{text[begin]!r} means nothing here"
            raise BadRule(message, begin)
        kind = str(found.lastgroup)
        yield Token(kind, found[kind], found.start(kind))
        place = found.end()
    yield Token("end", "", len(text))


class _Reading:
    """A rule while it is read."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _taken(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _takes(self, *words: str) -> bool:
        """Return whether the next word is one of these, and if so go on behind it."""
        says = self._next.says(*words)
        self._at += says
        return says

    def expect(self, wanted: str) -> None:
        """Go on behind a sign, or the end."""
        if wanted == "end":
            if self._next.kind != "end":
                message = f"{self._next} cannot follow here: write and, or, or nothing"
                raise BadRule(message, self._next.place)
        elif not self._takes(wanted):
            message = f"{wanted!r} is missing before {self._next}"
            raise BadRule(message, self._next.place)

    def _bound(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            message = f"a rule is nested {MAX_DEPTH} deep at most"
            raise BadRule(message, self._next.place)

    def rule(self, depth: int) -> Rule:
        """Read parts with ``or`` between them."""
        self._bound(depth)
        parts = [self._part(depth)]
        while self._takes("or"):
            parts.append(self._part(depth))
        return some(parts)

    def _part(self, depth: int) -> Rule:
        pieces = [self._piece(depth)]
        while self._takes("and"):
            pieces.append(self._piece(depth))
        return every(pieces)

    def _piece(self, depth: int) -> Rule:
        if self._takes("not"):
            self._bound(depth + 1)
            return Not(self._piece(depth + 1))
        if self._takes("("):
            rule = self.rule(depth + 1)
            self.expect(")")
            return rule
        return self._test()

    def _test(self) -> Condition:
        token = self._taken()
        field, currency = _field(token)
        if field.kind is Kind.FLAG:
            return Condition(field.name, "")
        if field.kind is Kind.THING:
            if self._takes("in"):
                return Condition(field.name, "in", self._values(field, currency))
            return Condition(field.name, "", (self._value(field, currency),))
        negated = self._takes("not")
        sign = self._taken()
        operator = sign.text.lower() if sign.says(*COMPARED, "in") else ""
        allowed = OPERATORS[field.kind]
        if operator not in allowed or (negated and operator != "in"):
            message = f"behind {field.name} stands one of {' '.join(allowed)}, and not {sign}"
            raise BadRule(message, sign.place)
        if operator == "in":
            return Condition(field.name, "not in" if negated else "in", self._values(field, currency))
        return Condition(field.name, operator, (self._value(field, currency),))

    def _values(self, field: Field, currency: str) -> tuple[Value, ...]:
        self.expect("(")
        values = [self._value(field, currency)]
        while self._takes(","):
            values.append(self._value(field, currency))
        self.expect(")")
        return tuple(values)

    def _value(self, field: Field, currency: str) -> Value:
        token = self._taken()
        wanted = {Kind.DATE: "day", Kind.TEXT: "text", Kind.THING: "text"}.get(field.kind, "number")
        if token.kind == wanted:
            match field.kind:
                case Kind.TEXT | Kind.THING:
                    return re.sub(r"\\(.)", r"\1", token.text[1:-1])
                case Kind.DATE:
                    return _day(token)
                case Kind.SHARE if self._takes("%"):
                    return Share(Decimal(token.text) / HUNDRED)
                case Kind.NUMBER:
                    return Decimal(token.text)
                case Kind.MONEY if currency or _is_currency(self._next):
                    return _money(token, currency or self._taken().text)
        message = f"{field.name} asks for {WRITTEN[field.kind]}, and not {token}"
        raise BadRule(message, token.place)


def _field(token: Token) -> tuple[Field, str]:
    """Return a field, and the currency that its name ends with, if any: ``net_total_gbp >= 5`` is an amount of GBP."""
    name = token.text.lower()
    base, _, ending = name.rpartition("_")
    if token.kind == "word" and name in BY_NAME:
        return BY_NAME[name], ""
    of_money = base in BY_NAME and BY_NAME[base].kind is Kind.MONEY
    if token.kind == "word" and of_money and CURRENCY.fullmatch(ending.upper()):
        return BY_NAME[base], ending.upper()
    if token.kind != "word" or name in WORDS:
        message = f"here stands the name of a field, and not {token}"
    else:
        near = get_close_matches(name, BY_NAME, 1)
        hint = f"did you mean {near[0]}?" if near else "see 'regulars segments explain'"
        message = f"{token} is no field; {hint}"
    raise BadRule(message, token.place)


def _is_currency(token: Token) -> bool:
    return CURRENCY.fullmatch(token.text) is not None and token.text.lower() not in WORDS


def _day(token: Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        message = f"there is no day {token}"
        raise BadRule(message, token.place) from None


def _money(token: Token, currency: str) -> Money:
    amount = Decimal(token.text).scaleb(DIGITS.get(currency, USUAL_DIGITS))
    if amount != int(amount):
        message = f"{token} has more digits than {currency} has"
        raise BadRule(message, token.place)
    return Money(int(amount), currency)
