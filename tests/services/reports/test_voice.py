"""The customers' voice: votes of persons, what became of suggestions, ratings, and how goods are wanted."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from events.catalog.feedback import FeedbackGiven, OptionChosen, SuggestionDecided, SuggestionMade, SuggestionVoted
from events.event import Event
from services.reports.customer import SAID, page
from services.reports.report import Question
from services.reports.voice import VOICE
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

NOW = NOON + timedelta(days=30)
DAY = timedelta(days=1)


def suggested(suggestion: str, theme: str = "", text: str = "", store: str = "web") -> SuggestionMade:
    """Return that something was suggested."""
    return SuggestionMade(suggestion=suggestion, theme=theme, text=text, store=store)


def vote(suggestion: str, *, up: bool = True) -> SuggestionVoted:
    """Return a vote."""
    return SuggestionVoted(suggestion=suggestion, up=up)


def choice(option: str, made: str, order: str = "", session: str = "", quantity: int = 1) -> OptionChosen:
    """Return how somebody would have a mug."""
    return OptionChosen(product="mug", option=option, choice=made, order=order, session=session, quantity=quantity)


def test_one_person_has_one_vote_and_the_last_word_counts(shop: Shop) -> None:
    """Under any identifier; whoever made a suggestion may vote, and what came after the clock is not seen."""
    shop.tell(suggested("tea", "Range", "More tea."), suggested("van", "Delivery", "Vans!", "leeds"))
    shop.tell(vote("tea"), by="visitor:a", time=NOON + DAY)
    shop.tell(vote("tea", up=False), by="customer:2", time=NOON + 2 * DAY)
    shop.tell(vote("tea"), vote("moon"), by="customer:3", time=NOON + 2 * DAY)
    shop.tell(vote("van"), by="customer:3", time=NOW + DAY)
    shop.tell(SuggestionDecided(suggestion="tea", status="planned", reason="votes"), time=NOON + 3 * DAY)
    shop.tell(SuggestionDecided(suggestion="tea", status="done"), time=NOON + 9 * DAY)
    shop.link("customer:2", "visitor:a")
    connection = shop.catch_up()

    answer = told(connection, VOICE, now=NOW, about="tea")

    names = ("suggestion", "in_favour", "against", "net", "status", "reason", "store")
    assert [tuple(row[name] for name in names) for row in answer.tables["suggestions"]] == [
        ("tea", 1, 1, 0, "done", "", "web"),
        ("van", 0, 0, 0, "open", None, "leeds"),
    ]
    assert [(row["person"], row["in_favour"], row["made_it"]) for row in answer.tables["voters"]] == [
        ("customer:1", None, True),
        ("customer:3", True, False),
        ("customer:2", False, False),
    ]
    assert [(row["status"], row["median_days_to_decision"]) for row in answer.tables["statuses"]] == [
        ("open", None),
        ("done", 3.0),
    ]
    figures = {name: answer.figures[name] for name in ("suggestions", "open", "done", "voters", "votes", "stray_votes")}
    assert figures == {"suggestions": 2, "open": 1, "done": 1, "voters": 2, "votes": 3, "stray_votes": 1}
    assert VOICE.headline(Question(NOW, ""), answer) == (
        "2 suggestions, most wanted “More tea.” (1 for it, 1 against: done)."
    )
    early = told(connection, VOICE, now=NOON + 3 * DAY, store="leeds")
    assert [row["suggestion"] for row in early.tables["suggestions"]] == ["van"]


def test_a_persons_page_says_what_became_of_what_they_said(shop: Shop) -> None:
    """Of what they suggested and of what they voted for, whoever made it."""
    shop.tell(suggested("tea", text="More tea."), SuggestionDecided(suggestion="tea", status="done"))
    shop.tell(vote("tea"), by="visitor:a", time=NOON + DAY)
    shop.tell(suggested("van", text="Vans!"), by="customer:2", time=NOON + 2 * DAY)
    shop.link("customer:2", "visitor:a")
    connection = shop.catch_up()

    rows = page(connection, "visitor:a", NOW, [SAID])["voice"]

    assert [(row["suggestion"], row["made_it"], row["wording"], row["in_favour"], row["status"]) for row in rows] == [
        ("van", True, "Vans!", None, "open"),
        ("tea", False, "More tea.", True, "done"),
    ]


def test_themes_are_families_of_what_people_write(shop: Shop) -> None:
    """Case, hyphens and slips of the pen aside; a rating's theme is what it is about; without any it has none."""
    shop.tell(suggested("1", "opening_hours"), suggested("2", "Opening-Hours"), suggested("3", "", "openning hours"))
    shop.tell(FeedbackGiven(rating=2, about="opening hours"), FeedbackGiven(rating=5, about="opening hours"))
    shop.tell(FeedbackGiven(rating=4, about="delivery"), FeedbackGiven(rating=4))
    shop.tell(vote("3"), SuggestionDecided(suggestion="3", status="declined"), by="customer:2")

    answer = told(shop.catch_up(), VOICE, now=NOW)

    names = ("theme", "suggestions", "in_favour", "decided", "ratings", "mean", "wordings")
    assert [tuple(row[name] for name in names) for row in answer.tables["themes"]] == [
        ("opening hours", 3, 1, 1, 2, 3.5, ["opening hours", "openning hours"]),
        ("delivery", 0, 0, 0, 1, 4.0, ["delivery"]),
    ]


def test_what_is_ordered_is_demand_and_a_look_is_none(shop: Shop) -> None:
    """In an order every choice counts, elsewhere the last of each option; two of one option make no combination."""
    shop.tell(choice("colour", "red", "o-1", quantity=3), choice("size", "L", "o-1", quantity=2))
    shop.tell(choice("size", "L", "o-2"), choice("colour", "red", "o-2"), by="customer:2")
    shop.tell(choice("colour", "red", "o-3"), choice("colour", "blue", "o-3"), choice("size", "S", "o-3"))
    shop.tell(choice("colour", "red", session="s"), choice("size", "L", session="s"), by="customer:3")
    shop.tell(choice("colour", "blue", session="s"), by="visitor:c", time=NOON + timedelta(minutes=1))
    shop.link("customer:3", "visitor:c")

    answer = told(shop.catch_up(), VOICE, now=NOW)

    names = ("option", "choice", "people", "orders", "quantity", "looked", "share")
    assert [tuple(row[name] for name in names) for row in answer.tables["options"]] == [
        ("colour", "red", 2, 3, 5, 0, pytest.approx(5 / 6)),
        ("size", "L", 3, 2, 3, 1, pytest.approx(3 / 4)),
        ("colour", "blue", 2, 1, 1, 1, pytest.approx(1 / 6)),
        ("size", "S", 1, 1, 1, 0, pytest.approx(1 / 4)),
    ]
    assert {row["product"] for row in answer.tables["product_options"]} == {"mug"}
    parts = ("combination", "people", "orders", "quantity", "looked")
    assert [tuple(row[name] for name in parts) for row in answer.tables["combinations"]] == [
        ({"colour": "red", "size": "L"}, 2, 2, 3, 0),
        ({"colour": "blue", "size": "L"}, 1, 0, 0, 1),
    ]
    figures = {name: answer.figures[f"chosen_{name}"] for name in ("in_orders", "looked", "unclear")}
    assert figures == {"in_orders": 3, "looked": 1, "unclear": 1}


PEOPLE = {f"{kind}:{number}": f"customer:{number}" for number in range(1, 6) for kind in ("customer", "visitor")}


def said(dice: Random) -> tuple[str, datetime, Event]:
    """Return what somebody says some day, under an identifier of theirs."""
    data: tuple[Event, ...] = (
        vote(f"s-{dice.randrange(3)}", up=dice.random() < 0.6),
        FeedbackGiven(
            rating=dice.randint(1, 5), about=dice.choice(("tea", "van", "")), store=dice.choice(("web", "x"))
        ),
        choice(dice.choice("ab"), dice.choice("yz"), dice.choice(("", "o")), quantity=dice.randint(1, 3)),
    )
    return (
        dice.choice(list(PEOPLE)),
        NOON + dice.randrange(4) * DAY + dice.randrange(9999) * DAY / 9999,
        dice.choice(data),
    )


def ratings_of(history: list[tuple[str, datetime, Event]], first: date, store: str) -> Any:  # noqa: ANN401 - figures
    """Return count, mean, satisfied and raters in a store since a day, counted plainly."""
    given = [
        (PEOPLE[who], data.rating)
        for who, at, data in history
        if isinstance(data, FeedbackGiven) and at.date() >= first and data.store == store
    ]
    good = sum(rating >= 4 for _, rating in given) / len(given)
    return len(given), sum(rating for _, rating in given) / len(given), good, len({who for who, _ in given})


@pytest.mark.parametrize("seed", range(2))
def test_made_up_voices_as_they_are_counted_plainly(shop: Shop, seed: int) -> None:
    """By a count in Python that goes through the events in time's order, and knows who is who from the start."""
    history = sorted((said(Random(100 * seed + number)) for number in range(400)), key=lambda each: each[1])
    votes: dict[tuple[str, str], bool] = {}
    ordered: Counter[tuple[str, str]] = Counter()
    shop.tell(*(suggested(f"s-{number}") for number in range(3)))
    for who, at, data in history:
        shop.tell(data, by=who, time=at)
        match data:
            case SuggestionVoted():
                votes[PEOPLE[who], data.suggestion] = data.up
            case OptionChosen() if data.order:
                ordered[data.option, data.choice] += data.quantity
            case _:
                pass
    for number in range(1, 6):
        shop.link(f"customer:{number}", f"visitor:{number}")

    connection = shop.catch_up()
    answer = told(connection, VOICE, now=NOW)
    later = told(connection, VOICE, now=NOW, begin=(NOON + 2 * DAY).date(), store="x").figures

    for row in answer.tables["suggestions"]:
        own = [up for (_, suggestion), up in votes.items() if suggestion == row["suggestion"]]
        assert (row["in_favour"], row["against"]) == (sum(own), len(own) - sum(own))
    assert (answer.figures["votes"], answer.figures["voters"]) == (len(votes), len({who for who, _ in votes}))
    assert {(row["option"], row["choice"]): row["quantity"] for row in answer.tables["options"]} == ordered
    found = tuple(later[name] for name in ("ratings", "mean", "satisfied_share", "raters"))
    assert found == pytest.approx(ratings_of(history, (NOON + 2 * DAY).date(), "x"))


def test_a_shop_that_nobody_has_spoken_to(shop: Shop) -> None:
    """Figures are nothing, and it is said."""
    answer = told(shop.catch_up(), VOICE, now=NOW)

    assert (answer.figures["suggestions"], answer.figures["ratings"], answer.figures["mean"]) == (0, 0, None)
    assert VOICE.headline(Question(NOW, ""), answer) == "Nobody has suggested, rated or chosen anything."
