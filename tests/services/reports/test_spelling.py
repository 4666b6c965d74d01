"""Families of spellings: the same whatever the order in which the queries come."""

from random import Random

import pytest

from services.reports.carried import Carried, Product
from services.reports.spelling import LEAST_LIKENESS, Wording, families, likeness
from tests.projections.shop import NOON

PAIRS = [
    ("lantern", "lantren", True),
    ("hot water bottle", "hot waterbottle", True),
    ("gift card", "gift cards", True),
    ("bird feeder", "feeder bird", True),
    ("cake tin 20", "cake tin 30", False),
    ("kettle", "kettel", False),
    ("cup", "cap", False),
    ("bird feeder", "bird bath", False),
]


@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_what_is_one_wish(one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - what is expected
    """Nearly the same letters, in any order of the words; the shorter a query, the fewer letters may differ."""
    assert (likeness(one, other) >= LEAST_LIKENESS) is alike
    assert likeness(one, other) == likeness(other, one)


def test_families_do_not_depend_on_who_asked_first() -> None:
    """The commonest leads; of two as common the one that is first in the alphabet; all is counted once."""
    queries = [
        Wording("bird feeder", 5),
        Wording("brid feeder", 2),
        Wording("bird feedr", 2),
        Wording("anvil", 6),
        Wording("anvi", 1),
    ]
    dice = Random(4)

    found = [families(dice.sample(queries, len(queries))) for _ in range(20)]

    assert found == [
        [
            [Wording("bird feeder", 5), Wording("bird feedr", 2), Wording("brid feeder", 2)],
            [Wording("anvil", 6)],
            [Wording("anvi", 1)],
        ]
    ] * len(found)


@pytest.mark.parametrize(
    ("query", "products"),
    [
        ("lanterns", ["l-2", "l-1"]),
        ("red lantern", ["l-1"]),
        ("lan", ["l-2", "l-1"]),
        ("tern", []),
        ("us", []),
        ("", []),
        ("!", []),
    ],
)
def test_which_product_a_search_was_for(query: str, products: list[str]) -> None:
    """Every word begins a word of the name; the newest comes first."""
    carried = Carried(
        [
            Product("l-1", "RED Lantern", NOON),
            Product("l-2", "LANTERN, Small", NOON.replace(hour=13)),
            Product("k-1", "KETTLE", NOON),
        ]
    )

    assert [each.product for each in carried.named(query)] == products
