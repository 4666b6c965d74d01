"""What the house carries: the latest listing, and what came in."""

from datetime import timedelta

from events.catalog.operations import ProductListed, StockArrived
from projections._engine.reference import as_mappings, fold
from projections.catalogue import Catalogue
from tests.projections.shop import NOON, Shop

LATER = NOON + timedelta(days=1)


def test_the_latest_listing_counts_and_what_it_does_not_tell_stays() -> None:
    """A listing without a currency takes the price away; one without a name or a category takes nothing away."""
    kettle = ProductListed(product="kettle", name="Kettle", category="kitchen", price_minor=2450, currency="GBP")
    told = Shop.facts(
        (ProductListed(product="kettle"), LATER), (kettle, NOON), (ProductListed(product="kettle", store="leeds"), NOON)
    )

    web, leeds = sorted(as_mappings(Catalogue(), fold(Catalogue(), told)), key=lambda row: row["store"], reverse=True)

    assert (web["product_name"], web["category"], web["price_minor"], web["currency"]) == ("Kettle", "kitchen", 0, "")
    assert (web["first_listed"], web["last_listed"]) == (NOON, LATER)
    assert (leeds["store"], leeds["product_name"], leeds["category"]) == ("leeds", None, None)


def test_deliveries_add_up_and_the_last_one_is_known() -> None:
    """Of the goods that came in: how often, how many, and when and how many the last time, whatever is heard first."""
    told = Shop.facts(
        (StockArrived(product="kettle", quantity=5), LATER), (StockArrived(product="kettle", quantity=12), NOON)
    )

    (row,) = as_mappings(Catalogue(), fold(Catalogue(), told))

    assert (row["arrivals"], row["arrived_quantity"]) == (2, 17)
    assert (row["last_arrived"], row["last_quantity"], row["first_listed"]) == (LATER, 5, None)
