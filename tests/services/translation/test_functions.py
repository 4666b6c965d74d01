"""The functions that expressions call: each takes what it is given, or says so."""

from decimal import Decimal
from typing import Any

import pytest

from services.translation.errors import Unfit
from services.translation.expression import compiled
from services.translation.functions import FUNCTIONS, OURS, has, takes

HOSTILE: list[Any] = [None, True, 0, -1, 2.5, 1e300, 2**70, "", " ", "x", "\0", "x" * 999, [], [None], {}, {"": None}]


@pytest.mark.parametrize(
    ("collection", "value", "there"),
    [
        (["a", "b"], "a", True),
        (["a", "b"], "c", False),
        ("kettle", "ett", True),
        ("kettle", None, False),
        ("None", None, False),
        (None, "a", False),
        (5, 5, False),
        ({"a": 1}, "a", False),
    ],
)
def test_a_list_or_a_text_has_a_value(collection: object, value: object, there: bool) -> None:  # noqa: FBT001 - a column of the table
    """There is nothing in what is not there."""
    assert has(collection, value) is there


def test_a_text_contains_only_texts() -> None:
    """Where the library's own function would raise TypeError."""
    assert compiled("contains(a, b)").evaluate({"a": "x", "b": 1}) is False
    assert compiled("contains(a, b)").evaluate({"a": ["x", 1], "b": 1}) is True


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_function_takes_anything_or_says_that_it_cannot(name: str) -> None:
    """Called by name, as an expression does, with every kind of value in every place: no other error than ours."""
    declared = takes(name)
    assert declared is not None
    places = declared[0] + declared[1]

    for value in HOSTILE:
        for place in range(places):
            arguments: list[Any] = ["USD"] * places
            arguments[place] = value
            try:
                FUNCTIONS.call_function(name, arguments)
            except Unfit as unfit:
                assert unfit.reason.startswith("is ")  # noqa: PT017 - both outcomes are right
                assert 0 <= unfit.argument < places  # noqa: PT017 - as above


def test_how_many_arguments_a_function_takes() -> None:
    """By its signature in Python, or by the library's."""
    assert takes("minor") == (2, False)
    assert takes("words") == takes("joined") == takes("added") == (1, True)
    assert takes("length") == (1, False)
    assert takes("nonsense") is None


def test_rows_of_a_database_compare_as_numbers_do() -> None:
    """A decimal is a number, and zero is true, as it is in JMESPath."""
    row = {"price": Decimal("19.99"), "nothing": Decimal(0)}

    assert compiled("price > `19`").evaluate(row) is True
    assert compiled("!nothing").evaluate(row) is False
