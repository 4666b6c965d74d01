"""YAML as a struct: what is wrong is named by its field, whatever kind of mistake it is."""

import msgspec
import pytest

from services.strict_yaml import BadYaml, shaped


class Menu(msgspec.Struct, forbid_unknown_fields=True):
    """What a text is to say."""

    title: str
    prices: dict[int, int] = {}


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("title: lunch\nprices: {soup: 3}", "prices", "expected `int`, got `str`"),
        ("title: lunch\nprices: {1: cheap}", "prices[...]", "expected `int`, got `str`"),
        ("prices: {1: 3}", "title", "is missing"),
        ("title: lunch\nchef: Ada", "chef", "is not a field of a menu"),
        ("title: lunch\ntitle: supper", "line 2", "is not valid YAML: title stands there twice"),
    ],
)
def test_a_mistake_is_named(text: str, place: str, reason: str) -> None:
    """Also one in a key, which the field before it leads to."""
    with pytest.raises(BadYaml) as refused:
        shaped(text, Menu, "a field of a menu")

    assert (refused.value.place, refused.value.reason) == (place, reason)
