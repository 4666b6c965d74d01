"""Ratings: how often a subject gave each, by day, store and what it was about."""

from datetime import timedelta

from events.catalog.feedback import FeedbackGiven
from projections._engine.reference import as_mappings, fold
from projections.ratings import Ratings
from tests.projections.shop import NOON, Shop


def test_ratings_are_counted_by_day_and_what_they_are_about() -> None:
    """Two of a day that are equal share a row, with the first and the last time."""
    evening, tomorrow = NOON + timedelta(hours=6), NOON + timedelta(days=1)
    told = Shop.facts(
        (FeedbackGiven(rating=4, about="delivery"), evening),
        (FeedbackGiven(rating=4, about="delivery", order="o-2"), NOON),
        (FeedbackGiven(rating=5, about="delivery"), NOON),
        (FeedbackGiven(rating=4, store="leeds"), tomorrow),
    )

    rows = as_mappings(Ratings(), fold(Ratings(), told))

    assert [(row["store"], row["about"], row["rating"], row["times"], row["last_given"]) for row in rows] == [
        ("leeds", "", 4, 1, tomorrow),
        ("web", "delivery", 4, 2, evening),
        ("web", "delivery", 5, 1, NOON),
    ]
    assert rows[1]["first_given"] == NOON
