"""What was offered and what they said: by product, and by the name of a gesture."""

from datetime import timedelta

from events.catalog.offers import OfferRefused, OfferShown, OfferTaken
from projections._engine.reference import as_mappings, fold
from projections.offers import Offers
from tests.projections.shop import NOON, Shop


def test_answers_to_one_product_are_one_row_whatever_the_offer_was_called() -> None:
    """Two offers of a kettle, one refused and one taken; the reasons said last are kept."""
    later = NOON + timedelta(days=3)
    told = Shop.facts(
        (OfferShown(offer="o-1", kind="product", product="kettle", reason="habit"), NOON),
        (OfferRefused(offer="o-1", kind="product", product="kettle", reason="too_expensive"), NOON),
        (OfferShown(offer="o-2", kind="product", product="kettle"), later),
        (OfferTaken(offer="o-2", kind="product", product="kettle", order="17"), later),
    )

    (row,) = as_mappings(Offers(), fold(Offers(), told))

    assert row == {
        "subject": "customer:1",
        "kind": "product",
        "thing": "kettle",
        "shown": 2,
        "taken": 1,
        "refused": 1,
        "last_shown": later,
        "last_taken": later,
        "last_refused": NOON,
        "shown_for": "habit",
        "refused_for": "too_expensive",
    }


def test_a_gesture_goes_by_its_offer() -> None:
    """So does a product's offer that does not say which product it was."""
    told = Shop.facts(
        (OfferShown(offer="birthday", kind="gesture"), NOON),
        (OfferShown(offer="o-9", kind="product"), NOON),
    )

    rows = as_mappings(Offers(), fold(Offers(), told))

    assert sorted((row["kind"], row["thing"]) for row in rows) == [("gesture", "birthday"), ("product", "o-9")]
