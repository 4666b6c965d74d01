"""Catalogue, told again: what the house lists, and what came in."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, last_told, later


class Catalogue(Table):
    """A product in a store."""

    name = "catalogue"
    key: ClassVar = {"product": TEXT, "store": TEXT}
    columns: ClassVar = {
        "product_name": TOLD,
        "category": TOLD,
        "price_minor": TOLD,
        "currency": TOLD,
        "first_listed": TIME,
        "last_listed": TIME,
        "arrivals": TOTAL,
        "arrived_quantity": TOTAL,
        "last_arrived": TIME,
        "last_quantity": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its product."""
        return {
            "regulars.operation.product_listed.v1": self.on_offer,
            "regulars.operation.stock_arrived.v1": self.arrived,
        }

    def on_offer(self, fact: Fact) -> None:
        """Take the price as it is now, and the name and the category where they are told."""
        row = self._product(fact)
        row["first_listed"] = earlier(row["first_listed"], fact.time)
        row["last_listed"] = later(row["last_listed"], fact.time)
        row["price_minor"] = last_told(row["price_minor"], fact, fact.data.get("price_minor", 0))
        row["currency"] = last_told(row["currency"], fact, fact.data.get("currency", ""))
        for name, column in (("name", "product_name"), ("category", "category")):
            if fact.data.get(name):
                row[column] = last_told(row[column], fact, fact.data[name])

    def arrived(self, fact: Fact) -> None:
        """Add up what came in, and keep the last delivery."""
        row = self._product(fact)
        row["arrivals"] += 1
        row["arrived_quantity"] += fact.data["quantity"]
        row["last_arrived"] = later(row["last_arrived"], fact.time)
        row["last_quantity"] = last_told(row["last_quantity"], fact, fact.data["quantity"])

    def _product(self, fact: Fact) -> Row:
        return self.row(fact.data["product"], fact.data.get("store", "web"))
