"""Texts for events: any value as text, and details within the catalogue's bounds."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.catalog.parts import MAX_PROPERTIES, Properties
from events.event import MAX_KEY_CHARACTERS, MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS
from services.translation.errors import Unfit
from services.translation.texts import joined, label, lower, name, prose, text, texts, traits, words
from tests.services.translation.thoroughness import FEW

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("red kettle", "red kettle"),
        ("", ""),
        (None, None),
        (42, "42"),
        (27.5, "27.5"),
        (True, "true"),
        (False, "false"),
        (["a", 1], '["a",1]'),
        ({"a": None}, '{"a":null}'),
        (Decimal("1.50"), "1.50"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29T12:00:00+00:00"),
    ],
)
def test_any_value_has_a_text(value: object, written: str | None) -> None:
    """Numbers as they were sent, objects as JSON, rows of a database too; nothing stays nothing."""
    assert text(value) == written


@pytest.mark.parametrize("value", [b"bytes", object(), [object()]])
def test_what_has_no_text_is_told(value: object) -> None:
    """A text made up for it would say nothing."""
    with pytest.raises(Unfit):
        text(value)


def test_what_people_read_is_cut_and_shows_it() -> None:
    """A title that is too long must not cost the event."""
    long = "é" * 20_000

    for cut, most in ((label, MAX_KEY_CHARACTERS), (name, MAX_NAME_CHARACTERS), (prose, MAX_TEXT_CHARACTERS)):
        assert cut("é" * most) == "é" * most
        assert cut(long) == "é" * (most - 1) + "…"
        assert cut(None) is None


def test_texts_are_joined_where_they_are_there() -> None:
    """A first name without a last one is a name, and none at all is nothing."""
    assert words("Ada", None, "", "Lovelace") == "Ada Lovelace"
    assert joined(", ", "Main St 1", None, 40202) == "Main St 1, 40202"
    assert words(None, "") is None
    assert joined(":") is None
    assert (lower("SOLVED"), lower(None), lower("")) == ("solved", None, "")


def test_details_become_texts_by_name() -> None:
    """What is inside has a dot in its name, lists are JSON, and what is null is left out; a null trait is empty."""
    said = {"plan": "pro", "logins": 5, "address": {"city": "Paris", "geo": {"lat": 48.8}}, "tags": ["a"], "age": None}

    assert texts(said) == {
        "plan": "pro",
        "logins": "5",
        "address.city": "Paris",
        "address.geo.lat": "48.8",
        "tags": '["a"]',
    }
    assert traits(said) == {**texts(said), "age": ""}
    assert texts(None) == texts({}) == {}


def test_details_are_cut_to_their_bounds() -> None:
    """Names and texts end in …, and of too many the first ones are kept, with a word on the rest."""
    assert texts({"k" * 200: "v" * 600}) == {"k" * 127 + "…": "v" * 511 + "…"}
    assert texts({"": "x"}) == {"…": "x"}

    many = texts({f"k{number}": number for number in range(200)})

    assert len(many) == MAX_PROPERTIES
    assert (many["k126"], many["…"]) == ("126", "and 73 more")
    assert len(texts({f"k{number}": number for number in range(128)})) == 128


def test_of_two_details_with_one_name_the_first_counts() -> None:
    """A name with a dot in it may be that of something inside."""
    assert texts({"a.b": 1, "a": {"b": 2}}) == {"a.b": "1"}


@pytest.mark.parametrize("value", ["text", 5, [1], True])
def test_details_are_an_object(value: object) -> None:
    """Nothing else has names."""
    with pytest.raises(Unfit, match="where an object belongs"):
        texts(value)


@FEW
@given(said=st.dictionaries(st.text(max_size=5) | st.just("k" * 300), JSON, max_size=8))
def test_details_are_always_within_the_catalogue_s_bounds(said: dict[str, Any]) -> None:
    """Whatever a sender sends: an interaction is never refused for it."""
    assert msgspec.convert(texts(said), Properties) == texts(said)
    assert msgspec.convert(traits(said), Properties) == traits(said)


def test_details_may_be_nested_without_end() -> None:
    """Beyond some depth what is inside is JSON."""
    deep: dict[str, Any] = {"end": 1}
    for _ in range(300):
        deep = {"in": deep}

    (only,) = texts(deep)

    assert only == ".".join(["in"] * 9)
