"""What a customer buys: one product, and all products of a category."""

from typing import Any

from projections import PROJECTIONS
from projections._engine import queries
from services.figures.figure import Asking, Explained, Figure, Term, of, one_of, parts_of
from services.figures.folding import counted

BOUGHT = next(each for each in PROJECTIONS if each.name == "products_bought")
SHOWN_PRODUCTS = 8

# The products of a category that a customer bought, as their page sorts them.
IN_CATEGORY = """
SELECT b.product, coalesce(b.product_name, '') AS name, b.spend_minor
  FROM products_bought_of(%(subject)s) AS b
 WHERE b.currency = %(currency)s AND b.other_currency = %(currency)s AND %(category)s =
       coalesce((SELECT c.category FROM catalogue AS c WHERE c.product = b.product AND c.category IS NOT NULL
                  ORDER BY c.category_at DESC, c.category_by DESC, c.store LIMIT 1), b.category, '')
 ORDER BY b.spend_minor DESC, b.product
"""


def category(asking: Asking) -> Explained:
    """Return what was spent on products of a category."""
    name, currency = parts_of(asking, ("category", "currency"))
    asked = {"subject": asking.subject, "category": name, "currency": currency}
    rows = queries.rows(asking.connection, IN_CATEGORY, **asked)
    wanted = {row["product"] for row in rows}
    columns = {"spend_minor": 1}
    sums, events = counted(BOUGHT, asking.facts, lambda row: row["product"] in wanted, columns, currency)
    terms = [_product(row, currency, place) for place, row in enumerate(rows[:SHOWN_PRODUCTS])]
    if rest := sum(row["spend_minor"] for row in rows[SHOWN_PRODUCTS:]):
        terms.append(Term(f"{len(rows) - SHOWN_PRODUCTS} more products", rest, currency, "+"))
    terms.append(Term("Spent in this category", sums["spend_minor"], currency, "="))
    return Explained(terms, events, sums["spend_minor"] == sum(row["spend_minor"] for row in rows))


def _product(row: dict[str, Any], currency: str, place: int) -> Term:
    name = row["name"] or row["product"]
    return Term(name, row["spend_minor"], currency, "+" if place else "", figure="product", of=of(row["product"]))


def product(asking: Asking) -> Explained:
    """Return how often a product was ordered."""
    name = one_of(asking, "product")
    columns = {"orders": 1, "quantity": 0, "spend_minor": 0}
    sums, events = counted(BOUGHT, asking.facts, lambda row: row["product"] == name, columns)
    terms = [
        Term("Pieces", sums["quantity"]),
        Term("Orders that held it", sums["orders"], sign="=", note="each event counts once"),
    ]
    return Explained(terms, events)


READS = ("products_bought",)
FIGURES = (
    Figure(
        "category",
        "Spent in a category",
        "The lines of orders with products of this category, before discounts and shipping.",
        READS,
        category,
        ("category", "currency"),
    ),
    Figure("product", "A product", "Orders that held this product.", READS, product, ("product",)),
)
