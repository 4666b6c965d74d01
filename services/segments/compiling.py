"""Turns rules into one parameterised query of who is in which segment. Values are always parameters.

Every test is either true or false of a customer: of what is not known it is false.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any as Anything
from typing import NamedTuple

from psycopg import sql

from projections.preferences import compared
from services.segments.fields import BY_NAME, Field, Kind
from services.segments.rule import All, Any, Condition, Money, Not, Rule, Share, Value
from services.segments.sources import SOURCES, THINGS

# Every known customer. Postgres takes a LIKE over what it has no statistics of to leave one row in 200, and would go
# through every source for each customer; of a coalesce it takes half to stay, and hashes them.
CUSTOMERS = """
SELECT DISTINCT coalesce(p.person, r.subject) AS person
  FROM profile AS r LEFT JOIN person_of AS p ON p.identifier = r.subject
 WHERE coalesce(coalesce(p.person, r.subject) LIKE 'customer:%%', false) AND r.first_seen <= %(now)s
"""

OPERATORS = {operator: sql.SQL(operator) for operator in ("=", "<", "<=", ">", ">=")} | {"!=": sql.SQL("<>")}
OF_THE_RULE = frozenset({"money", "dial_in"})
"""The sources that are of the currency which the rule names; the others are of the question's."""


class Compiled(NamedTuple):
    """What stands behind FROM, a condition for each rule, and the parameters beside ``now`` and ``currency``."""

    joined: sql.Composed
    conditions: list[sql.Composable]
    parameters: Mapping[str, Anything]


def compiled(rules: Sequence[Rule], also: Sequence[str] = ()) -> Compiled:
    """Return what is to stand behind FROM, with customers as ``c``, and a condition for each rule.

    ``also`` names further sources to join; each is there under its own name.
    """
    compiling = _Compiling()
    for name in also:
        compiling.source(name, "")
    conditions = [compiling.condition(rule) for rule in rules]
    return Compiled(compiling.joined(), conditions, compiling.parameters)


class _Compiling:
    """Rules while they become SQL: the sources that they read, and their values as parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Anything] = {}
        self._sources: dict[tuple[str, str], str] = {}

    def condition(self, rule: Rule) -> sql.Composable:
        match rule:
            case All(parts):
                return self._joined_by(" AND ", parts)
            case Any(parts):
                return self._joined_by(" OR ", parts)
            case Not(part):
                return sql.SQL("NOT ({})").format(self.condition(part))
            case Condition():
                return self._tested(rule, BY_NAME[rule.field])

    def _joined_by(self, word: str, parts: Sequence[Rule]) -> sql.Composable:
        joint = sql.SQL(" AND ") if word == " AND " else sql.SQL(" OR ")
        return sql.SQL("({})").format(joint.join(map(self.condition, parts)))

    def _tested(self, asked: Condition, field: Field) -> sql.Composable:
        if field.kind is Kind.THING:
            values = self._parameter(sorted({form for value in asked.values for form in _forms(str(value), field)}))
            return sql.SQL("c.person IN ({})").format(sql.SQL(THINGS[field.source]).format(values=values))
        currencies = sorted({value.currency for value in asked.values if isinstance(value, Money)}) or [""]
        held = sql.SQL(field.sql).format(s=sql.Identifier(self.source(field.source, currencies[0])))
        if field.kind is Kind.FLAG:
            return sql.SQL("coalesce({}, false)").format(held)
        if field.kind is Kind.TEXT:
            held = sql.SQL("lower({})").format(held)
        if asked.operator in {"in", "not in"}:
            listed = self._parameter([_text(value, field) for value in asked.values])
            test = sql.SQL("{} = ANY ({})" if asked.operator == "in" else "{} <> ALL ({})").format(held, listed)
        else:
            value = self._parameter(_plain(asked.values[0], field))
            test = sql.SQL("{} {} {}").format(held, OPERATORS[asked.operator], value)
        return sql.SQL("coalesce({}, false)").format(test)

    def source(self, name: str, currency: str) -> str:
        """Return under which name a source is joined."""
        key = (name, currency if name in OF_THE_RULE else "")
        return self._sources.setdefault(key, "_".join(filter(None, key)))

    def _parameter(self, value: object) -> sql.Composable:
        name = f"value_{len(self.parameters)}"
        self.parameters[name] = value
        cast = "::text[]" if isinstance(value, list) else "::text" if isinstance(value, str) else ""
        return sql.SQL("{}{}").format(sql.Placeholder(name), sql.SQL(cast))

    def joined(self) -> sql.Composed:
        """Return the customers, with a row of each source where it has one."""
        parts: list[sql.Composable] = [sql.SQL("({}) AS c").format(sql.SQL(CUSTOMERS))]
        for (name, currency), alias in self._sources.items():
            asked = self._parameter(currency) if currency else sql.Placeholder("currency")
            rows = sql.SQL(SOURCES[name]).format(currency=asked)
            parts.append(sql.SQL("LEFT JOIN ({}) AS {} USING (person)").format(rows, sql.Identifier(alias)))
        return sql.SQL(" ").join(parts)


def _forms(text: str, field: Field) -> set[str]:
    """Return a text as it is compared, with labels and with what customers said."""
    return {text.lower(), compared(text)} if field.folded else {text}


def _text(value: Value, field: Field) -> str:
    return str(value).lower() if field.folded else str(value)


def _plain(value: Value, field: Field) -> Decimal | date | str:
    match value:
        case Money(minor):
            return Decimal(minor)
        case Share(fraction):
            return fraction
        case str():
            return _text(value, field)
        case _:
            return value
