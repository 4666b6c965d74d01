"""The report of unmet demand on the demo: its figures are those of a plain count over the events."""

import re
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from events.catalog.operations import ProductListed
from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from services import installation
from services.demo.report import Report
from services.reports.report import Answer
from services.reports.unmet_demand import UNMET_DEMAND
from tests.services.demo.told import owners, plainly, searched_in_vain, told
from tests.services.reports.asked import told as answered

BEGIN = datetime(2011, 3, 2, tzinfo=UTC)
BEFORE = BEGIN - timedelta(days=30)
WEEK = timedelta(days=7)


class Order(NamedTuple):
    """When somebody ordered, and for how much."""

    at: datetime
    minor: int


class Counted(NamedTuple):
    """What a count over the events finds: misses by wish now and before, last askings by wish and person, orders."""

    now: datetime
    misses: Counter[str]
    misses_before: Counter[str]
    asked: dict[str, dict[str, datetime]]
    orders: dict[str, list[Order]]

    def regulars(self, people: dict[str, datetime]) -> int:
        """Return how many of these ordered three times or more."""
        return sum(len(self.orders[one]) >= 3 for one in people if one.startswith("customer:"))

    def at_stake(self, people: dict[str, datetime]) -> tuple[int, int, int]:
        """Return how many bought nothing in the week after, what they usually spend, and how many are too early."""
        early = {one for one, at in people.items() if at > self.now - WEEK}
        lost = [
            one
            for one, at in people.items()
            if one not in early and not any(at <= order.at <= at + WEEK for order in self.orders[one])
        ]
        usual = [sum(order.minor for order in self.orders[one]) // max(len(self.orders[one]), 1) for one in lost]
        return len(lost), sum(usual), len(early)


@pytest.fixture(scope="module")
def counted(life: list[Envelope], orders: list[Envelope]) -> Counted:
    """Return the last thirty days, counted."""
    owner = owners(life)
    found = Counted(
        max(one.time for one in (*life, *orders)), Counter(), Counter(), defaultdict(dict), defaultdict(list)
    )
    for envelope, order in told(orders, OrderPlaced):
        found.orders[envelope.subject].append(Order(envelope.time, order.total_minor))
    for envelope, query in searched_in_vain(life):
        wish, person = plainly(query), owner.get(envelope.subject, envelope.subject)
        if envelope.time >= BEGIN:
            found.misses[wish] += 1
            for each in (wish, ""):
                last = found.asked[each].get(person, envelope.time)
                found.asked[each][person] = max(last, envelope.time)
        elif envelope.time >= BEFORE:
            found.misses_before[wish] += 1
    return found


@pytest.fixture(scope="module")
def answer(report: Report, demo_database: str) -> Answer:
    """Return what the report answers, once everything is folded."""
    assert report
    with closing(installation.connect(demo_database)) as connection:
        return answered(connection, UNMET_DEMAND, currency="GBP")


def test_wishes_as_a_count_finds_them(answer: Answer, counted: Counted) -> None:
    """The most missed first, now and before; who asked and which of them are regulars; what stands at stake."""
    ranked = sorted(counted.misses.items(), key=lambda item: (-item[1], item[0]))[:10]

    shown = answer.tables["wishes"]

    assert [(row["query"], row["without_result"]) for row in shown] == ranked
    for row in shown:
        people = counted.asked[row["query"]]
        assert row["without_result_before"] == counted.misses_before[row["query"]]
        assert (row["askers"], row["regulars"]) == (len(people), counted.regulars(people))
        at_stake = (row["at_stake_people"], row["at_stake_minor"], row["too_early_people"])
        assert at_stake == counted.at_stake(people)
        assert row["last_asked"] == max(people.values())
    assert sum(row["at_stake_minor"] for row in shown) > 0


def test_everybody_counts_once_in_the_figures(answer: Answer, counted: Counted) -> None:
    """Whoever asked for several things is one person, by their last asking."""
    people = counted.asked[""]

    figures = answer.figures

    assert (figures["wishes"], figures["without_result"]) == (len(counted.misses), counted.misses.total())
    assert figures["without_result_before"] == counted.misses_before.total()
    assert (figures["askers"], figures["regulars"]) == (len(people), counted.regulars(people))
    at_stake = (figures["at_stake_people"], figures["at_stake_minor"], figures["too_early_people"])
    assert at_stake == counted.at_stake(people)
    assert figures["askers"] < sum(map(len, counted.asked.values())) - len(people)


def trigrams(text: str) -> set[str]:
    """Return every three letters in a row of each word, two blanks before it and one behind."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {f"  {word} "[place : place + 3] for word in words for place in range(len(word) + 1)}


def test_the_nearest_are_products_of_the_shop(answer: Answer, life: list[Envelope]) -> None:
    """Of the catalogue, three to a wish at most, the likest first; no liker than the trigrams that they share allow."""
    names = {listed.product: listed.name for _, listed in told(life, ProductListed)}
    by_wish = defaultdict(list)
    for row in answer.tables["nearest"]:
        own = trigrams(row["query"])
        assert names[row["product"]] == row["name"]
        assert 0.4 <= row["likeness"] < len(own & trigrams(row["name"])) / len(own) + 1e-6
        by_wish[row["query"]].append(row["likeness"])

    assert len(by_wish) > 5
    assert all(len(found) <= 3 and found == sorted(found, reverse=True) for found in by_wish.values())
