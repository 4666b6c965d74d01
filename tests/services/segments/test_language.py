"""The language of rules: how it is read, written again, said in words, and what it refuses."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL

from services.segments.compiling import compiled
from services.segments.errors import BadRule
from services.segments.fields import FIELDS, Field, Kind
from services.segments.parsing import MAX_CHARACTERS, MAX_DEPTH, OPERATORS, parsed
from services.segments.rule import All, Any, Condition, Money, Not, Rule, Share, Value, every, some, written
from services.segments.wording import in_words

READ = {
    "orders > 3": Condition("orders", ">", (Decimal(3),)),
    "ORDERS>=3": Condition("orders", ">=", (Decimal(3),)),
    "net_total < -12.5 GBP": Condition("net_total", "<", (Money(-1250, "GBP"),)),
    "net_total = 500 JPY": Condition("net_total", "=", (Money(500, "JPY"),)),
    "net_total_gbp = 0.5": Condition("net_total", "=", (Money(50, "GBP"),)),
    "returned_share <= 12.5%": Condition("returned_share", "<=", (Share(Decimal("0.125")),)),
    "last_order >= 2024-02-29": Condition("last_order", ">=", (date(2024, 2, 29),)),
    "country = 'Côte d\\'Ivoire'": Condition("country", "=", ("Côte d'Ivoire",)),
    'country != "a \\"b\\" \\\\"': Condition("country", "!=", ('a "b" \\',)),
    'country in ("A", "B")': Condition("country", "in", ("A", "B")),
    'country NOT IN ("A")': Condition("country", "not in", ("A",)),
    "complaint_open": Condition("complaint_open", ""),
    'bought "85123A"': Condition("bought", "", ("85123A",)),
    'likes in ("tea", "gardening")': Condition("likes", "in", ("tea", "gardening")),
}
ONE, TWO, THREE = (Condition("orders", "=", (Decimal(number),)) for number in (1, 2, 3))
BOUND = {
    "orders = 1 or orders = 2 and orders = 3": Any((ONE, All((TWO, THREE)))),
    "(orders = 1 or orders = 2) and orders = 3": All((Any((ONE, TWO)), THREE)),
    "not orders = 1 and orders = 2": All((Not(ONE), TWO)),
    "not (orders = 1 and orders = 2)": Not(All((ONE, TWO))),
    "orders = 1 and (orders = 2 and (orders = 3))": All((ONE, TWO, THREE)),
    "not not orders = 1": Not(Not(ONE)),
}
REFUSED = {
    "": "at character 1: here stands the name of a field, and not the end",
    "net_12_month > 5 GBP": "at character 1: 'net_12_month' is no field; did you mean net_12_months?",
    "net_total_9x9 > 5": "at character 1: 'net_total_9x9' is no field; did you mean net_total?",
    "zzz > 5": "at character 1: 'zzz' is no field; see 'regulars segments explain'",
    "orders": "at character 7: behind orders stands one of = != < <= > >=, and not the end",
    "orders not = 3": "at character 12: behind orders stands one of = != < <= > >=, and not '='",
    "orders in (3)": "at character 8: behind orders stands one of = != < <= > >=, and not 'in'",
    'orders > "3"': "at character 10: orders asks for a number, such as 60, and not '\"3\"'",
    "net_total > 5": "at character 13: net_total asks for an amount with its currency, such as 500 GBP, and not '5'",
    "net_total > 5 AND orders > 3": "at character 13: net_total asks for an amount with its currency",
    "net_total > 0.001 GBP": "at character 13: '0.001' has more digits than GBP has",
    "returned_share > 20": "at character 18: returned_share asks for a percentage, such as 20%, and not '20'",
    "first_order > 2023-02-29": "at character 15: there is no day '2023-02-29'",
    "country = France": "at character 11: country asks for a text in quotes, such as \"France\", and not 'France'",
    'country = "Fr': "at character 11: this text has no closing quote",
    'country in "A"': "at character 12: '(' is missing before '\"A\"'",
    'country in ("A" "B")': "at character 17: ')' is missing before '\"B\"'",
    "(orders > 3": "at character 12: ')' is missing before the end",
    "orders > 3)": "at character 11: ')' cannot follow here: write and, or, or nothing",
    "orders > 3 orders > 4": "at character 12: 'orders' cannot follow here",
    "orders > 3 and": "at character 15: here stands the name of a field, and not the end",
    "orders > 3; DROP TABLE profile": "at character 11: ';' means nothing here",
    "orders > 3 -- and more": "at character 12: '-' means nothing here",
    "orders > 1e9": "at character 11: 'e9' cannot follow here",
    "orders > 1234567890123456": "at character 10: '1' means nothing here",
    'country = "\0"': "at character 11: '\"' means nothing here",
    "bought and": "at character 8: bought asks for a text in quotes",
}
SAID = {
    "net_12_months >= 500 GBP and last_order_days > 60 and not complaint_open": (
        "Net revenue of the last 12 months is at least 500 GBP, and the time since the last order is more than 60 days,"
        " and no complaint is open."
    ),
    'likes "gardening" or bought_category in ("garden", "tools")': (
        'Either they like "gardening", or they bought of the category one of "garden", "tools".'
    ),
    'not (country = "France" or orders < 3) and last_order < 2024-01-31': (
        'It is not so that [either the country is "France", or the number of orders is less than 3], and the last order'
        " was before 2024-01-31."
    ),
    'not country in ("A") and (complaint_open or returned_share > 20%)': (
        'It is not so that the country is one of "A", and [either a complaint is open, or the share cancelled or sent'
        " back is more than 20%]."
    ),
}


@pytest.mark.parametrize(("text", "rule"), [*READ.items(), *BOUND.items()])
def test_what_a_rule_is_read_as(text: str, rule: Rule) -> None:
    """``not`` binds closest, then ``and``, then ``or``; what is written again is read as the same."""
    assert parsed(text) == rule
    assert parsed(written(rule)) == rule


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items())
def test_what_is_refused_names_the_place(text: str, sentence: str) -> None:
    """In a sentence, with the nearest field where there is one near."""
    with pytest.raises(BadRule) as refused:
        parsed(text)

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(("text", "sentence"), SAID.items())
def test_a_rule_is_said_in_words(text: str, sentence: str) -> None:
    """So that whoever has to agree with it needs no language."""
    assert in_words(parsed(text)) == sentence


def test_a_rule_has_bounds() -> None:
    """It is neither endless nor endlessly nested."""
    with pytest.raises(BadRule, match="2,000 characters at most"):
        parsed(" " * MAX_CHARACTERS + "orders > 3")
    for opening, closing in (("(", ")"), ("not ", ""), ("not (", ")")):
        with pytest.raises(BadRule, match="nested 32 deep"):
            parsed(opening * (MAX_DEPTH + 1) + "orders > 3" + closing * (MAX_DEPTH + 1))
    assert parsed("(" * MAX_DEPTH + "orders > 3" + ")" * MAX_DEPTH) == Condition("orders", ">", (Decimal(3),))


def _values(kind: Kind) -> st.SearchStrategy[Value]:
    number = st.decimals(-(10**9), 10**9, places=4).map(lambda value: value + 0)
    minor = st.integers(-(10**11), 10**11)
    of_kind: dict[Kind, st.SearchStrategy[Value]] = {
        Kind.NUMBER: number,
        Kind.MONEY: st.builds(Money, minor, st.sampled_from(["GBP", "JPY", "KWD"])),
        Kind.SHARE: st.builds(Share, number.map(lambda value: value / 100)),
        Kind.DATE: st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    }
    return of_kind.get(kind, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))


def _conditions(field: Field) -> st.SearchStrategy[Rule]:
    values, many = _values(field.kind), st.lists(_values(field.kind), min_size=1, max_size=3).map(tuple)
    if field.kind is Kind.FLAG:
        return st.just(Condition(field.name, ""))
    listed = st.builds(Condition, st.just(field.name), st.sampled_from(["in", "not in"]), many)
    if field.kind is Kind.THING:
        one = st.builds(Condition, st.just(field.name), st.just(""), st.tuples(values))
        return one | listed.filter(lambda condition: condition.operator == "in")
    signs = st.sampled_from([sign for sign in OPERATORS[field.kind] if sign != "in"])
    one = st.builds(Condition, st.just(field.name), signs, st.tuples(values))
    return one | listed if field.kind is Kind.TEXT else one


def _whole(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    many = st.lists(parts, min_size=2, max_size=3)
    return parts.map(Not) | many.map(every) | many.map(some)


RULES = st.recursive(st.sampled_from(FIELDS).flatmap(_conditions), _whole, max_leaves=6)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no finding
@given(RULES)
def test_whatever_is_written_is_read_as_the_same(rule: Rule) -> None:
    """Any tree, with any texts in it; and it can be said and compiled."""
    text = written(rule)

    assert parsed(text) == rule
    assert written(parsed(text)) == text
    assert in_words(rule).endswith(".")


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    """With a place within it; nothing else is ever raised."""
    rule: Rule | None = None
    place = 0
    try:
        rule = parsed(text)
    except BadRule as refused:
        place = refused.place

    assert 0 <= place <= len(text)
    assert rule is None or parsed(written(rule)) == rule


INJECTED = ("'; DROP TABLE projection.profile; --", '" OR ""="', "%(now)s", "{values}", "%s %% \\", "x' OR '1'='1")


@pytest.mark.parametrize("text", INJECTED)
@pytest.mark.parametrize("name", ["country", "bought", "likes", "bought_category", "needs"])
def test_a_text_is_only_ever_a_parameter(name: str, text: str) -> None:
    """The SQL is that of the same rule with a harmless text; the text itself is among the parameters."""
    asked, harmless = (
        compiled([Condition(name, "in", (value,)), Condition(name, "in", ("harmless",))]) for value in (text, "word")
    )

    assert SQL(" ").join([asked.joined, *asked.conditions]) == SQL(" ").join([harmless.joined, *harmless.conditions])
    assert any(text.lower() in value or text in value for value in asked.parameters.values())
