"""What customers say they spend in a year: the latest word, by category and currency."""

from datetime import timedelta

from events.catalog.customers import WalletStated
from projections._engine.reference import as_mappings, fold
from projections.wallets import Wallets
from tests.projections.shop import NOON, Shop

LATER = NOON + timedelta(days=1)


def test_the_latest_word_on_each_category_and_currency_counts() -> None:
    """Whatever is heard first; the amount and what it rests on are of one statement, and an empty basis is one too."""
    told = Shop.facts(
        (WalletStated(amount_minor=900, currency="GBP"), LATER),
        (WalletStated(amount_minor=500, currency="GBP", basis="interview"), NOON),
        (WalletStated(amount_minor=70, currency="GBP", category="lighting", basis="guess"), NOON),
        (WalletStated(amount_minor=1, currency="EUR"), LATER),
    )

    rows = as_mappings(Wallets(), fold(Wallets(), told))

    assert [(row["category"], row["currency"], row["amount_minor"], row["basis"], row["stated"]) for row in rows] == [
        ("", "EUR", 1, "", 1),
        ("", "GBP", 900, "", 2),
        ("lighting", "GBP", 70, "guess", 1),
    ]
    assert (rows[1]["first_stated"], rows[1]["last_stated"]) == (NOON, LATER)
