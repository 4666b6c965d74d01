"""What the shop sells, as its orders show it, and what its search would find."""

import re
from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from events.catalog.orders import OrderLine, OrderPlaced

WORD = re.compile(r"[a-z0-9]+")
LEAST_PLURAL_CHARACTERS = 4

# The first category whose word stands in a product's name is the product's.
CATEGORIES = (
    ("christmas", "christmas advent bauble reindeer snowflake santa"),
    ("lighting", "light lantern candle lamp"),
    ("kitchen", "mug cup plate bowl tea teapot cake jar bottle cutlery spoon baking kitchen lunch tray"),
    ("garden", "garden watering plant bird flower pot picnic"),
    ("stationery", "card wrap paper notebook pencil pen sticker postcard calendar"),
    ("bags", "bag shopper purse tote"),
    ("jewellery", "necklace bracelet earring ring charm brooch"),
    ("party", "party bunting garland balloon birthday"),
    ("children", "toy children dolly spaceboy doll"),
)
OTHER_CATEGORY = "home"


class Product(NamedTuple):
    """One product, at the price at which it was first sold."""

    product: str
    name: str
    category: str
    price_minor: int
    currency: str
    first_sold: datetime


class Catalogue:
    """The products by id, and an index of the words in their names."""

    def __init__(self) -> None:
        """Start with an empty shop."""
        self.products: dict[str, Product] = {}
        self.shelf: list[Product] = []
        self._with_word: dict[str, set[str]] = defaultdict(set)

    def add(self, order: OrderPlaced, at: datetime) -> tuple[Product, ...]:
        """Take in the products of an order and return them.

        The shelf holds a product once for each time it was sold, so that a random grip takes what sells.
        """
        bought = dict.fromkeys(self._product(line, order.currency, at) for line in order.lines if is_product(line))
        self.shelf += bought
        return tuple(bought)

    def _product(self, line: OrderLine, currency: str, at: datetime) -> Product:
        known = self.products.get(line.product)
        if known is not None:
            return known
        category = category_of(line.name)
        product = Product(line.product, line.name, category, line.unit_price_minor, currency, at)
        self.products[line.product] = product
        for word in words(line.name):
            self._with_word[word].add(line.product)
        return product

    def search(self, query: str) -> list[str]:
        """Return the products whose names hold every word of the query."""
        wanted = words(query)
        return sorted(set.intersection(*(self._with_word.get(word, set()) for word in wanted))) if wanted else []


def is_product(line: OrderLine) -> bool:
    """Return whether a line of an order is something from the shelf; postage, fees and vouchers are not."""
    return line.product[:1].isdigit() and line.name != ""


def words(text: str) -> list[str]:
    """Return the words of a name or a query, in the singular."""
    return [
        word.removesuffix("s") if len(word) >= LEAST_PLURAL_CHARACTERS else word
        for word in WORD.findall(text.casefold())
    ]


def category_of(name: str) -> str:
    """Return the category of a product, by the words of its name."""
    own = set(words(name))
    return next((category for category, signs in CATEGORIES if own & set(words(signs))), OTHER_CATEGORY)
