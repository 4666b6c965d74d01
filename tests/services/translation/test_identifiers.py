"""Who an event is about, and the ids of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections._engine.persons import NOBODY
from services.translation.errors import Unfit
from services.translation.identifiers import event_id, subject
from tests.services.translation.thoroughness import FEW


def test_a_value_with_its_kind_is_a_subject() -> None:
    """Texts and whole numbers; case and what is inside are the sender's business."""
    assert subject("customer", "42") == subject("customer", 42) == "customer:42"
    assert subject("visitor", "7F3A c") == "visitor:7F3A c"


@pytest.mark.parametrize(
    "value",
    [*sorted(NOBODY), "NULL", " undefined ", "[object Object]", "00000000-0000-0000-0000-000000000000", None, 0, True],
    ids=repr,
)
def test_some_values_stand_for_nobody(value: object) -> None:
    """The engine's words, and what broken clients send: such a message must not become everybody's."""
    assert subject("customer", value) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (" 42", "does not begin with white space"),
        ("\t42", "does not begin with white space"),
        ("4" * 184, "is 184 characters long; an identifier has 183 at most"),
        (4.5, "is 4.5; an identifier is a text or a whole number"),
        (["42"], "is a list; an identifier is a text or a whole number"),
        ({"id": 42}, "is an object; an identifier is a text or a whole number"),
    ],
)
def test_what_cannot_be_an_identifier_is_told(value: object, reason: str) -> None:
    """It is never trimmed or cut: two people could become one."""
    with pytest.raises(Unfit, match=reason):
        subject("customer", value)


def test_an_event_s_id_is_within_its_source() -> None:
    """Two sources may number their messages alike; one message may tell of two events."""
    assert event_id("shop", "m-1") == "shop:m-1"
    assert event_id("shop", "m-1", "link") == "shop:m-1:link"


@FEW
@given(parts=st.lists(st.text(max_size=100), min_size=1, max_size=3))
def test_an_event_s_id_is_short_and_always_the_same(parts: list[str]) -> None:
    """What would be too long is a digest."""
    name = event_id("a-source-with-a-name-of-forty-eight-characters--", *parts)

    assert name == event_id("a-source-with-a-name-of-forty-eight-characters--", *parts)
    assert len(name) <= 128
    assert name.startswith("a-source-with-a-name-of-forty-eight-characters--:")


def test_long_ids_that_differ_at_the_end_stay_apart() -> None:
    """A cut would make them one event."""
    assert event_id("shop", "x" * 200 + "1") != event_id("shop", "x" * 200 + "2")
