"""Every field of a rule, asked in Postgres, against plain Python over the facts of a made-up shop."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any

import pytest
from psycopg import sql

from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.installation import Connection
from services.segments.compiling import compiled
from services.segments.fields import FIELDS, Kind
from services.segments.parsing import parsed
from services.segments.rule import Condition, Money, Rule, Share, Value
from tests.projections.engine.tables import pump
from tests.services.ingest.doors import database_for
from tests.services.segments.made_up import NOW, VALUES, Person, Told, facts, persons, tiers

SIGNS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
OF_THE_DIAL = {"dial", "probability_alive", "expected_12_months"}
TOLD = facts(Random(7))
EVERYBODY = persons(TOLD)
MONTHS = """
INSERT INTO dial_fit (month, currency, day, event_id, positions, parameters, customers)
SELECT month, 'GBP', month + 20, 'event', '{}', '{}', 1
  FROM unnest('{2024-05-01,2024-06-01,2024-07-01}'::date[]) AS m (month)
"""
DIALS = """
INSERT INTO dial (month, currency, person, dial, now_part, heading_part, potential_part, store, first_day, last_day,
                  days, recent_minor, longer_minor, alive_ppm, value_minor, expected_12_milli, expected_3_minor,
                  expected_12_minor, expected_36_minor, place)
SELECT month, 'GBP', person, dial, 0, 0, 0, 'web', month, month, 1, 0, 0, alive, 0, 0, 0, expected, 0, 1
  FROM (VALUES (date '2024-05-01', 'customer:1', 90, 900000, 90000), ('2024-06-01', 'customer:1', 20, 250000, 50000),
               ('2024-06-01', 'customer:2', 70, 800000, 50100), ('2024-05-01', 'customer:3', 70, 800000, 50100),
               ('2024-07-01', 'customer:2', 1, 1, 1)) AS d (month, person, dial, alive, expected)
"""


@pytest.fixture(scope="module")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Connection]:
    """Return a connection to the made-up shop, folded."""
    with database_for(postgres, template, next(database_names)) as dsn, installation.connect(dsn) as connection:
        log = Journal(connection)
        log.append([_envelope(number, each) for number, each in enumerate(TOLD)])
        pump(log, partial(installation.connect, dsn), PROJECTIONS)
        connection.execute(MONTHS)
        connection.execute(DIALS)
        yield connection


def _envelope(number: int, told: Told) -> Envelope:
    return Envelope(id=f"{number:06}", source="urn:shop", time=told.time, subject=told.subject, data=told.data)


def found(connection: Connection, rule: Rule) -> set[str]:
    """Return the persons of whom a rule holds."""
    one = compiled([rule])
    query = sql.SQL("SELECT c.person FROM {} WHERE {}").format(one.joined, one.conditions[0])
    return {person for (person,) in connection.execute(query, {**one.parameters, "now": NOW, "currency": "GBP"})}


def holds(condition: Condition, held: Any) -> bool:  # noqa: ANN401 - whatever the field holds
    """Return whether a condition holds of a value, in plain Python."""
    values = [value.minor if isinstance(value, Money) else value for value in condition.values]
    plain = [value.fraction if isinstance(value, Share) else value for value in values]
    if condition.operator in SIGNS:
        return held is not None and bool(SIGNS[condition.operator](held, plain[0]))
    if isinstance(held, set):
        return any(value in held for value in plain)
    if not plain:
        return bool(held)
    return held is not None and (held in plain) == (condition.operator == "in")


def asked(name: str, kind: Kind) -> list[Condition]:
    """Return conditions on a field, with values that some customers have."""
    held = sorted({VALUES[name](one) for one in EVERYBODY} - {None})
    if kind is Kind.FLAG:
        return [Condition(name, "")]
    if kind is Kind.TEXT:
        signs = [Condition(name, sign, (held[0],)) for sign in ("=", "!=")]
        return [*signs, *(Condition(name, sign, (*held[:1], "nowhere")) for sign in ("in", "not in"))]
    by_kind: dict[Kind, Callable[[Any], Value]] = {
        Kind.NUMBER: Decimal,
        Kind.MONEY: lambda value: Money(int(value), "GBP"),
        Kind.SHARE: Share,
        Kind.DATE: lambda value: value,
    }
    some = [held[0], held[len(held) // 2], held[-1]]
    if kind is Kind.SHARE:  # at which the digits of two divisions do not matter
        some = [Decimal(0), Decimal("0.25"), Decimal("0.333"), Decimal(1)]
    return [Condition(name, sign, (by_kind[kind](value),)) for sign in SIGNS for value in some]


@pytest.mark.parametrize("field", [one for one in FIELDS if one.name in VALUES], ids=lambda one: one.name)
def test_a_field_is_what_the_facts_say(shop: Connection, field: Any) -> None:  # noqa: ANN401 - a Field
    """For every operator, and for values at which customers are told apart; cards count for their customers."""
    if field.kind is Kind.THING:
        held = sorted({value for one in EVERYBODY for value in VALUES[field.name](one)})
        conditions = [Condition(field.name, "", (value,)) for value in held]
        conditions.append(Condition(field.name, "in", tuple(held)))
    else:
        conditions = asked(field.name, field.kind)

    for condition in conditions:
        expected = {one.name for one in EVERYBODY if holds(condition, VALUES[field.name](one))}
        assert found(shop, condition) == expected, condition
    assert any(0 < len(found(shop, condition)) < len(EVERYBODY) for condition in conditions)


def test_every_field_is_held_against_something() -> None:
    """Here, or in a test of its own below."""
    assert {field.name for field in FIELDS} == VALUES.keys() | OF_THE_DIAL | {"tier"}


def test_tiers_are_ranks_by_net_revenue_of_twelve_months(shop: Connection) -> None:
    """Percentages are rounded up, so that there is a top; who did not order is in none."""
    expected = tiers(EVERYBODY)

    for tier in ("top", "high", "middle", "rest", "none"):
        rule = Condition("tier", "=", (tier,))
        assert found(shop, rule) == {one.name for one in EVERYBODY if expected.get(one.name, "none") == tier}
    assert set(expected.values()) == {"top", "high", "middle", "rest"}


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ("dial >= 20", {"1", "2"}),
        ("dial < 70", {"1"}),
        ("probability_alive < 30%", {"1"}),
        ("probability_alive >= 25% and probability_alive < 100%", {"1", "2"}),
        ("expected_12_months > 500 GBP", {"2"}),
        ("expected_12_months >= 0 EUR", set()),
    ],
)
def test_the_dial_is_that_of_the_last_month_that_has_one(shop: Connection, rule: str, who: set[str]) -> None:
    """By the clock; who had one only in a month before has none, and in another currency nobody has."""
    assert found(shop, parsed(rule)) == {f"customer:{number}" for number in who}


def test_what_is_not_known_holds_of_nothing(shop: Connection) -> None:
    """Neither the comparison nor its contrary; only not turns it."""
    strangers = {one.name for one in EVERYBODY if VALUES["country"](one) is None}
    assert strangers

    assert not found(shop, parsed('country = "france" or country != "France"')) & strangers
    assert found(shop, parsed('not country = "france" and not country != "france"')) == strangers


def test_a_rule_is_asked_by_its_clock() -> None:
    """The made-up facts end before the clock, so that nothing hangs on what a row cannot tell."""
    assert max(one.time for one in TOLD) <= NOW - timedelta(hours=12)
    assert isinstance(EVERYBODY[0], Person)
    assert date(2023, 6, 30) == (NOW - timedelta(days=366)).date()
