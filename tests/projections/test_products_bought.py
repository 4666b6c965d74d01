"""What a customer buys over all their baskets, and what else its buyers buy."""

from datetime import timedelta

from events.catalog.orders import OrderLine, OrderPlaced
from events.event import Event
from projections._engine.reference import as_mappings, fold
from projections.products_bought import ProductsBought, also_bought
from tests.projections.shop import NOON, Shop


def buy(products: str, quantity: int = 1) -> Event:
    """Return an order of some products, each named by a letter."""
    lines = tuple(
        OrderLine(product=product, quantity=quantity, unit_price_minor=1, name=f"The {product}") for product in products
    )
    return OrderPlaced(order=f"o-{products}", currency="GBP", lines=lines, total_minor=1)


def test_lines_of_one_product_are_one_purchase_of_their_sum() -> None:
    """An order counts once, the pieces add up, and the first and the last time are kept."""
    told = Shop.facts((buy("aab", 3), NOON), (buy("a", 1), NOON - timedelta(days=3)))

    rows = as_mappings(ProductsBought(), fold(ProductsBought(), told))

    assert rows == [
        {
            "subject": "customer:1",
            "product": "a",
            "orders": 2,
            "quantity": 7,
            "first_bought": NOON - timedelta(days=3),
            "last_bought": NOON,
            "product_name": "The a",
        },
        {
            "subject": "customer:1",
            "product": "b",
            "orders": 1,
            "quantity": 3,
            "first_bought": NOON,
            "last_bought": NOON,
            "product_name": "The b",
        },
    ]


def test_who_bought_this_also_bought_that_in_any_basket(shop: Shop) -> None:
    """Counted in persons: the card and the customer are one, and the years between two baskets do not matter."""
    shop.tell(buy("a"), by="card:1")
    shop.tell(buy("b"), by="customer:1", time=NOON + timedelta(days=700))
    shop.tell(buy("ab"), by="customer:2")
    shop.tell(buy("ac"), by="customer:3")
    shop.tell(buy("b"), by="customer:4")
    shop.link("customer:1", "card:1")

    rows = also_bought(shop.catch_up(), "a")

    assert rows == [
        {"other": "b", "both_customers": 2, "product_customers": 3, "other_customers": 3, "customers": 4},
        {"other": "c", "both_customers": 1, "product_customers": 3, "other_customers": 1, "customers": 4},
    ]
    assert also_bought(shop.connection, "a", limit=1) == rows[:1]
    assert also_bought(shop.connection, "nothing we sell") == []
