"""Referral trees: who brought in whom, down the tree, and what it is worth."""

from datetime import timedelta
from typing import Any

import pytest

from events.catalog.customers import ReferralMade
from events.catalog.orders import OrderLine, OrderPlaced
from services.reports.customer import Section, page
from services.reports.referral_trees import MAX_GENERATIONS, REFERRALS_OF
from services.reports.report import Answer
from services.reports.retention import RETENTION
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told


def brings(shop: Shop, who: str, *whom: str, days: int = 0) -> None:
    """Tell that somebody brought in others."""
    made = [ReferralMade(referred=f"customer:{each}") for each in whom]
    shop.tell(*made, by=f"customer:{who}", time=NOON + timedelta(days=days))


def buys(shop: Shop, who: str, minor: int, currency: str = "GBP") -> None:
    """Tell of an order."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=minor)
    placed = OrderPlaced(order=who, currency=currency, lines=(line,), total_minor=minor)
    shop.tell(placed, by=who if ":" in who else f"customer:{who}")


def asked(shop: Shop, **question: Any) -> Answer:  # noqa: ANN401 - what a report is asked
    """Return the report."""
    return told(shop.catch_up(), RETENTION, currency="GBP", **question)


def rows(answer: Answer, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table."""
    return [tuple(row[name] for name in names) for row in answer.tables[table]]


@pytest.fixture
def tree(shop: Shop) -> Shop:
    """Return a shop in which 1 brought in 2 and 3, 2 brought in 4, and 4 brought in 5."""
    brings(shop, "1", "2", "3")
    brings(shop, "2", "4", days=1)
    brings(shop, "4", "5", days=2)
    for who, minor in (("1", 1000), ("2", 100), ("3", 10), ("5", 7)):
        buys(shop, who, minor)
    buys(shop, "4", 999, currency="EUR")
    return shop


def test_a_tree_is_worth_what_everybody_below_brings(tree: Shop) -> None:
    """Directly and down the tree; the head's own orders are not its tree's, and another currency is not added up."""
    answer = asked(tree)

    names = (
        "person",
        "brought_in",
        "down_the_tree",
        "generations",
        "ordering",
        "brought_in_net_minor",
        "tree_net_minor",
    )
    assert rows(answer, "referrers", *names) == [
        ("customer:1", 2, 4, 3, 4, 110, 117),
        ("customer:2", 1, 2, 2, 2, 0, 7),
        ("customer:4", 1, 1, 1, 1, 7, 7),
    ]
    figures = {name: answer.figures[name] for name in answer.figures if name.startswith(("referrers", "brought"))}
    assert figures == {
        "referrers": 3,
        "brought_in": 4,
        "brought_in_ordering": 4,
        "brought_in_net_minor": 117,
        "brought_in_revenue_share": 117 / 1117,
    }


def test_one_tree_by_any_identifier_of_its_head(tree: Shop) -> None:
    """Everybody stands below whoever brought them in."""
    tree.link("customer:1", "card:1")

    answer = asked(tree, about="card:1")

    assert rows(answer, "tree", "generation", "person", "brought_in_by", "net_minor") == [
        (1, "customer:2", "customer:1", 100),
        (2, "customer:4", "customer:2", 0),
        (3, "customer:5", "customer:4", 7),
        (1, "customer:3", "customer:1", 10),
    ]
    assert asked(tree, about="customer:nobody").tables == {"tree": []}


def test_the_first_who_said_so_brought_somebody_in(tree: Shop) -> None:
    """Of two at one instant the one with the lesser name; and nobody brings themselves in, also by another name."""
    brings(tree, "9", "2", days=-1)
    brings(tree, "8", "2", days=-1)
    brings(tree, "7", "7")
    brings(tree, "6", "66")
    tree.tell(ReferralMade(referred="card:6"), by="customer:6")
    tree.link("customer:6", "card:6")

    referrers = rows(asked(tree), "referrers", "person", "down_the_tree", "tree_net_minor")

    assert referrers == [
        ("customer:8", 3, 107),
        ("customer:1", 1, 10),
        ("customer:2", 2, 7),
        ("customer:4", 1, 7),
        ("customer:6", 1, 0),
    ]


def test_a_circle_ends(shop: Shop) -> None:
    """Each of the three is the head of a tree with the other two; whoever hangs below the circle is in all of them."""
    brings(shop, "1", "2")
    brings(shop, "2", "3")
    brings(shop, "3", "1", "4")
    for who, minor in (("1", 1), ("2", 10), ("3", 100), ("4", 1000)):
        buys(shop, who, minor)

    referrers = rows(asked(shop), "referrers", "person", "down_the_tree", "tree_net_minor")

    assert referrers == [("customer:1", 3, 1110), ("customer:2", 3, 1101), ("customer:3", 3, 1011)]


def test_a_tree_is_followed_for_some_generations(shop: Shop) -> None:
    """A chain that is longer is cut, and not followed for ever."""
    for number in range(1, MAX_GENERATIONS + 5):
        brings(shop, f"{number:02}", f"{number + 1:02}")

    first = rows(asked(shop, limit=100), "referrers", "person", "down_the_tree", "generations")

    assert ("customer:01", MAX_GENERATIONS, MAX_GENERATIONS) in first
    assert ("customer:24", 1, 1) in first


def test_a_referral_counts_from_when_it_was_made(tree: Shop) -> None:
    """By the clock that is asked; a page tells both directions."""
    tree.link("customer:2", "visitor:2")
    connection = tree.catch_up()

    def shown(days: int) -> list[tuple[str, str]]:
        section = Section("referrals", REFERRALS_OF)
        told_of = page(connection, "visitor:2", NOON + timedelta(days=days), [section])["referrals"]
        return [(row["direction"], row["person"]) for row in told_of]

    assert rows(asked(tree, now=NOON), "referrers", "person", "down_the_tree") == [("customer:1", 1)]
    assert shown(1) == [("brought in by", "customer:1"), ("brought in", "customer:4")]
    assert shown(-1) == []
    assert page(connection, "customer:99", NOON, [Section("referrals", REFERRALS_OF)]) == {"referrals": []}
