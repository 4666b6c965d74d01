"""What customers allow: the last word on each purpose and channel."""

from datetime import timedelta

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from projections._engine.reference import as_mappings, fold
from projections.consents import Consents
from tests.projections.shop import NOON, Shop


def test_the_last_word_counts_and_a_channel_is_a_row() -> None:
    """A consent that was withdrawn and given again stands, whatever arrives first."""
    told = Shop.facts(
        (ConsentGiven(purpose="newsletter", channel="email", text_version="2"), NOON + timedelta(days=2)),
        (ConsentWithdrawn(purpose="newsletter", channel="email"), NOON + timedelta(days=1)),
        (ConsentGiven(purpose="newsletter", channel="email", text_version="1"), NOON),
        (ConsentWithdrawn(purpose="newsletter"), NOON),
    )

    rows = as_mappings(Consents(), fold(Consents(), told))

    assert [(row["channel"], row["given"], row["text_version"]) for row in rows] == [
        ("", False, None),
        ("email", True, "2"),
    ]


def test_whoever_wishes_to_be_forgotten_allows_nothing() -> None:
    """It is a word on every purpose and channel."""
    (row,) = as_mappings(Consents(), fold(Consents(), Shop.facts((ErasureRequested(), NOON))))

    assert (row["purpose"], row["channel"], row["given"]) == ("", "", False)
