"""Suggestions: what was said at first, each subject's last vote, and the last decision."""

from datetime import timedelta

from events.catalog.feedback import SuggestionDecided, SuggestionMade, SuggestionVoted
from projections._engine.reference import as_mappings, fold
from projections.suggestions import Suggestions
from tests.projections.shop import NOON, Shop

LATER = NOON + timedelta(days=1)


def test_what_was_said_first_and_decided_last_is_kept() -> None:
    """Whatever is heard first; when it was first decided stays, which says how long somebody waited."""
    told = Shop.facts(
        (SuggestionDecided(suggestion="s", status="done", by="harriet"), LATER),
        (SuggestionMade(suggestion="s", theme="Range", text="More tea."), LATER),
        (SuggestionDecided(suggestion="s", status="planned", reason="votes"), NOON),
        (SuggestionMade(suggestion="s", theme="Tea", text="Tea!", store="leeds"), NOON),
    )

    (row,) = as_mappings(Suggestions(), fold(Suggestions(), told))

    assert (row["made"], row["theme"], row["wording"], row["store"]) == (NOON, "Tea", "Tea!", "leeds")
    assert (row["status"], row["reason"], row["decider"], row["first_decided"]) == ("done", "", "harriet", NOON)
    assert (row["votes"], row["in_favour"]) == (0, None)


def test_the_last_vote_of_a_subject_counts() -> None:
    """Of two at one instant it is the one with the greater id."""
    told = Shop.facts(
        (SuggestionVoted(suggestion="s"), LATER),
        (SuggestionVoted(suggestion="s", up=False), NOON),
        (SuggestionVoted(suggestion="r"), NOON),
        (SuggestionVoted(suggestion="r", up=False), NOON),
    )

    rows = as_mappings(Suggestions(), fold(Suggestions(), told))

    assert [(row["suggestion"], row["in_favour"], row["votes"]) for row in rows] == [("r", False, 2), ("s", True, 2)]
