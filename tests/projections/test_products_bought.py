"""What a customer buys over all their baskets, and what else its buyers buy."""

from datetime import timedelta

from events.catalog.orders import OrderLine, OrderPlaced
from events.event import Event
from projections._engine.reference import as_mappings, fold
from projections.products_bought import ProductsBought, also_bought
from tests.projections.shop import NOON, Shop


def buy(products: str, quantity: int = 1, price_minor: int = 1, currency: str = "GBP") -> Event:
    """Return an order of some products, each named by a letter; what a is has a category."""
    lines = tuple(
        OrderLine(
            product=product,
            quantity=quantity,
            unit_price_minor=price_minor,
            name=f"The {product}",
            category="fruit" if product == "a" else "",
        )
        for product in products
    )
    return OrderPlaced(order=f"o-{products}", currency=currency, lines=lines, total_minor=1)


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
            "category": "fruit",
            "spend_minor": 7,
            "currency": "GBP",
            "other_currency": "GBP",
        },
        {
            "subject": "customer:1",
            "product": "b",
            "orders": 1,
            "quantity": 3,
            "first_bought": NOON,
            "last_bought": NOON,
            "product_name": "The b",
            "category": None,
            "spend_minor": 3,
            "currency": "GBP",
            "other_currency": "GBP",
        },
    ]


def test_spend_in_several_currencies_is_told_from_spend_in_one() -> None:
    """Two currencies stand beside a sum that mixes them; a line costs no more than an order may."""
    told = Shop.facts((buy("b", 10**6, 10**12), NOON), (buy("b", 1, 5, "EUR"), NOON))

    (row,) = as_mappings(ProductsBought(), fold(ProductsBought(), told))

    assert (row["spend_minor"], row["currency"], row["other_currency"]) == (10**12 + 5, "EUR", "GBP")


def test_who_bought_this_also_bought_that_in_any_basket(shop: Shop) -> None:
    """Counted in persons: the card and the customer are one, and the years between two baskets do not matter.

    Nor does in which order they were bought, but it is told: who bought both in their first basket of either had none
    first.
    """
    shop.tell(buy("a"), by="card:1")
    shop.tell(buy("b"), by="customer:1", time=NOON + timedelta(days=700))
    shop.tell(buy("ab"), by="customer:2")
    shop.tell(buy("ac"), by="customer:3")
    shop.tell(buy("b"), by="customer:4")
    shop.tell(buy("b"), by="customer:5", time=NOON - timedelta(days=1))
    shop.tell(buy("a"), by="customer:5")
    shop.link("customer:1", "card:1")

    rows = also_bought(shop.catch_up(), "a")

    names = ("other", "both_customers", "product_first", "other_first", "product_customers", "other_customers")
    assert [tuple(row[name] for name in names) for row in rows] == [("b", 3, 1, 1, 4, 4), ("c", 1, 0, 0, 4, 1)]
    assert {row["customers"] for row in rows} == {5}
    assert also_bought(shop.connection, "a", limit=1) == rows[:1]
    assert also_bought(shop.connection, "nothing we sell") == []
