"""Compiled expressions say what the library's interpreter says, and name what they stumble over."""

from typing import Any

import jmespath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.translation.declaration import Translation
from services.translation.errors import Unfit
from services.translation.expression import BadExpression, compiled, interpreted
from services.translation.loading import SHIPPED, shipped
from tests.services.translation.thoroughness import FEW, MANY

SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, 2, -1, 1.0, 0.5, "", "0", "a", "b", "2", "USD"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
RECORDS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)

LEAVES = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "@",
        "a.b",
        "a.b.c",
        "b[0]",
        "b[-1].a",
        "c[1][0]",
        "`0`",
        "`1`",
        "`null`",
        "`[]`",
        "`{}`",
        "'a'",
        "''",
    ]
)
SHAPES = [
    "{0} || {1}",
    "{0} && {1}",
    "!({0})",
    "{0} == {1}",
    "{0} != {1}",
    "{0} < {1}",
    "{0} >= {1}",
    "[{0}, {1}]",
    "{{x: {0}, y: {1}}}",
    "({0}) | {1}",
    "({0}) | b",
    "({0}).[a, {1}]",
    "({0}).{{x: {1}}}",
    "({0})[0]",
    "({0})[*].a",
    "({0})[?{1}].a",
    "({0})[]",
    "({0})[:1]",
    "({0}).*",
    "text({0})",
    "whole({0})",
    "added({0}, {1})",
    "minor({0}, {1} || 'USD')",
    "words({0}, {1})",
    "texts({0})",
    "subject('customer', {0})",
    "has({0}, {1})",
    "count({0})",
    "instant({0})",
    "length({0})",
    "not_null({0}, {1})",
    "contains({0}, {1})",
    "to_number({0})",
    "map(&{1}, {0})",
    "sort_by({0}, &{1})",
    "type({0})",
]


def put_together(shape: str, one: str, other: str) -> str:
    """Return an expression of two others; what is not true is wrapped, since nothing is inside of it."""
    return f"({shape.format(f'not_null({one})' if '!' in one else one, other)})"


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(put_together, st.sampled_from(SHAPES), inner, inner),
    max_leaves=5,
)


def found(evaluate: Any, value: object) -> tuple[str, object]:  # noqa: ANN401 - a closure
    """Return what an evaluation finds, or what it cannot take."""
    try:
        return "found", evaluate(value)
    except Unfit as unfit:
        return "unfit", unfit.reason


def same(one: object, other: object) -> bool:
    """Return whether two values are equal and of one type, all the way down: 1 is not true, and not 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def expressions(translation: Translation) -> list[str]:
    """Return every expression of a translation that is a text."""
    gathered: list[str] = []

    def gather(node: object) -> None:
        if isinstance(node, dict):
            for inner in node.values():
                gather(inner)
        elif isinstance(node, str):
            gathered.append(node)

    rules = [*translation.events, *translation.otherwise]
    gather(translation.values)
    gather(translation.common)
    for rule in rules:
        gather(rule.data)
        gather({"when": rule.when, "id": rule.id, "subject": rule.subject, "time": rule.time})
        gather(rule.lines.fields if rule.lines else None)
    return [translation.kind, translation.message_id, translation.subject, str(translation.time), *gathered]  # type: ignore[list-item]


@MANY
@given(expression=EXPRESSIONS, record=RECORDS)
@example(expression="a || b", record={"a": 0, "b": 1})
@example(expression="!a", record={"a": 0})
@example(expression="a == b", record={"a": 1, "b": True})
@example(expression="a < b", record={"a": 1, "b": "2"})
@example(expression="contains(a, b)", record={"a": "x", "b": 1})
def test_compiled_is_interpreted(expression: str, record: dict[str, Any]) -> None:
    """Of any expression and any record both find the same, of the same type, or both cannot take it."""
    fast = found(compiled(expression).evaluate, record)
    slow = found(lambda value: interpreted(expression, value), record)

    assert same(fast, slow)


@FEW
@given(one=SCALARS, other=SCALARS, operation=st.sampled_from(["==", "!="]))
@example(one=1, other=True, operation="==")
@example(one=0, other=False, operation="!=")
def test_values_are_equal_where_the_library_says_so(one: object, other: object, operation: str) -> None:
    """One is not true; the library itself is asked, since the interpreter above compares as we do."""
    record = {"a": one, "b": other}

    assert compiled(f"a {operation} b").evaluate(record) is jmespath.search(f"a {operation} b", record)


@MANY
@given(expression=st.sampled_from([each for name in SHIPPED for each in expressions(shipped(name))]), data=st.data())
def test_the_shipped_translations_say_what_the_library_says(expression: str, data: st.DataObject) -> None:
    """Every expression that millions of messages go through, over records with the names that it looks at."""
    record: dict[str, Any] = {}
    for path in compiled(expression).paths:
        node = record
        *outer, name = [str(step) for step in path if isinstance(step, str)] or ["a"]
        for step in outer:
            inner = node.setdefault(step, {})
            node = inner if isinstance(inner, dict) else {}
        node[name] = data.draw(VALUES)

    fast = found(compiled(expression).evaluate, record)

    assert same(fast, found(lambda value: interpreted(expression, value), record))


@pytest.mark.parametrize(
    ("expression", "record", "paths"),
    [
        ("whole(a.b || c)", {"a": {"b": "x"}}, [("a", "b"), ("c",)]),
        ("minor(a, b)", {"a": 1, "b": "?"}, [("b",)]),
        ("length(a) || b", {"a": 5}, [("a",)]),
        ("sum(a[].whole(b))", {"a": [{"b": "x"}]}, [("a",)]),
        ("texts(a[0].b)", {"a": [{"b": 1}]}, [("a", 0, "b")]),
        ("length(whole(a)) || length(b)", {"a": "x", "b": 5}, [("a",)]),
        ("join(a, [text(b), c])", {"a": ",", "b": b"y", "c": "d"}, [("b",)]),
    ],
)
def test_what_cannot_be_taken_is_said_with_where_it_came_from(
    expression: str, record: dict[str, Any], paths: list[tuple[str | int, ...]]
) -> None:
    """The innermost function that looks at the record itself knows best."""
    with pytest.raises(Unfit) as refused:
        compiled(expression).evaluate(record)

    assert list(refused.value.paths) == paths


@pytest.mark.parametrize(
    ("expression", "record", "reason"),
    [
        ("length(a)", {"a": 5}, "is a number, where length() takes a text or a list or an object"),
        ("join(', ', a)", {"a": [1]}, "is a number, where join() takes a list of texts"),
        ("keys(a)", {"a": None}, "is nothing, where keys() takes an object"),
        ("sum(a)", {"a": True}, "is a boolean, where sum() takes a list of numbers"),
    ],
)
def test_the_library_s_functions_speak_our_language(expression: str, record: dict[str, Any], reason: str) -> None:
    """A sender is told what is wrong with a value, and not of Python's types."""
    with pytest.raises(Unfit) as refused:
        compiled(expression).evaluate(record)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("a..b", "is no JMESPath expression"),
        ("a ||", "is no JMESPath expression"),
        ("a = b", "is no JMESPath expression"),
        ("nonsense(a)", "calls nonsense(), which is no function"),
        ("a[?nonsense(b)]", "calls nonsense(), which is no function"),
        ("minor(a)", "gives minor() 1 arguments; it takes 2"),
        ("text(a, b)", "gives text() 2 arguments; it takes 1"),
        ("words()", "gives words() 0 arguments; it takes 1 or more"),
        ("map(&minor(@), a)", "gives minor() 1 arguments; it takes 2"),
        ("a && !b.c", "means another thing than it looks like: !a.b is (!a).b in JMESPath; write !(a.b)"),
        ("(" * 5000 + "a" + ")" * 5000, "is nested too deeply"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_expression_is_told_before_a_record_comes(expression: str, reason: str) -> None:
    """An unknown function or one argument too few would otherwise show with the first record that gets there."""
    with pytest.raises(BadExpression) as refused:
        compiled(expression)

    assert str(refused.value).startswith(reason)
