"""Purchases, product_pairs and products_bought, told again: what customers buy, and what together."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import DAY, TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, last_told, later

LARGEST_BASKET_PRODUCTS = 50
DEAREST_LINE_MINOR = 10**12


class Purchases(Table):
    """A day of a subject's purchases in one store and currency."""

    name = "purchases"
    key: ClassVar = {"subject": TEXT, "store": TEXT, "day": DAY, "currency": TEXT}
    columns: ClassVar = {
        "orders": TOTAL,
        "items": TOTAL,
        "spend_minor": TOTAL,
        "unpriced_amendments": TOTAL,
        "cancelled_orders": TOTAL,
        "cancelled_minor": TOTAL,
        "returns": TOTAL,
        "returned_minor": TOTAL,
        "first_order": TIME,
        "last_order": TIME,
        "channel": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event changes on its day."""
        return {
            "regulars.order.placed.v2": self.placed,
            "regulars.order.amended.v2": self.amended,
            "regulars.order.cancelled.v1": self.cancelled,
            "regulars.fulfilment.return_accepted.v1": self.returned,
        }

    def placed(self, fact: Fact) -> None:
        """Count an order, with what the customer pays."""
        row = self._day(fact)
        row["orders"] += 1
        row["items"] += sum(bought["quantity"] for bought in fact.data["lines"])
        row["spend_minor"] += fact.data["total_minor"]
        row["first_order"] = earlier(row["first_order"], fact.time)
        row["last_order"] = later(row["last_order"], fact.time)
        if channel := fact.data.get("channel"):
            row["channel"] = last_told(row["channel"], fact, channel)

    def amended(self, fact: Fact) -> None:
        """Add the difference that an amendment makes, or count that it does not tell."""
        row = self._day(fact)
        delta_minor = fact.data.get("total_delta_minor")
        if delta_minor is None:
            row["unpriced_amendments"] += 1
        else:
            row["spend_minor"] += delta_minor

    def cancelled(self, fact: Fact) -> None:
        """Count a cancellation, apart from the spend."""
        row = self._day(fact)
        row["cancelled_orders"] += 1
        row["cancelled_minor"] += fact.data["total_minor"]

    def returned(self, fact: Fact) -> None:
        """Count a return, apart from the spend."""
        row = self._day(fact)
        row["returns"] += 1
        row["returned_minor"] += fact.data["amount_minor"]

    def _day(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data.get("store", "web"), fact.day, fact.data["currency"])


class ProductPairs(Table):
    """In how many baskets two products meet; a product with itself counts its baskets, two empty ids count all."""

    name = "product_pairs"
    key: ClassVar = {"product": TEXT, "other": TEXT}
    columns: ClassVar = {"baskets": TOTAL, "too_large": TOTAL, "product_name": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that makes a basket."""
        return {"regulars.order.placed.v2": self.placed}

    def placed(self, fact: Fact) -> None:
        """Let every two products of a basket meet once; the last line of a product names it."""
        names = {bought["product"]: bought.get("name", "") for bought in fact.data["lines"]}
        if len(names) > LARGEST_BASKET_PRODUCTS:
            self.row("", "")["too_large"] += 1
            return
        self.row("", "")["baskets"] += 1
        for product, name in names.items():
            for other in names:
                if product <= other:
                    self.row(product, other)["baskets"] += 1
            if name:
                row = self.row(product, product)
                row["product_name"] = last_told(row["product_name"], fact, name)


class ProductsBought(Table):
    """A subject's purchases of one product."""

    name = "products_bought"
    key: ClassVar = {"subject": TEXT, "product": TEXT}
    columns: ClassVar = {
        "orders": TOTAL,
        "quantity": TOTAL,
        "first_bought": TIME,
        "last_bought": TIME,
        "product_name": TOLD,
        "category": TOLD,
        "spend_minor": TOTAL,
        "currency": TEXT,
        "other_currency": TEXT,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that buys."""
        return {"regulars.order.placed.v2": self.placed}

    def placed(self, fact: Fact) -> None:
        """Take the lines of one product for one purchase, and the last name and category that a line gives it."""
        told: dict[str, dict[str, str]] = {}
        currency = fact.data["currency"]
        for bought in fact.data["lines"]:
            product = bought["product"]
            row = self.row(fact.subject, product)
            row["orders"] += product not in told
            row["quantity"] += bought["quantity"]
            row["spend_minor"] += min(bought["quantity"] * bought["unit_price_minor"], DEAREST_LINE_MINOR)
            row["first_bought"] = earlier(row["first_bought"], fact.time)
            row["last_bought"] = later(row["last_bought"], fact.time)
            row["currency"] = min(row["currency"] or currency, currency)
            row["other_currency"] = max(row["other_currency"] or currency, currency)
            says = told.setdefault(product, {})
            says.update({name: bought[name] for name in ("name", "category") if bought.get(name)})
        for product, says in told.items():
            row = self.row(fact.subject, product)
            for name, column in (("name", "product_name"), ("category", "category")):
                if name in says:
                    row[column] = last_told(row[column], fact, says[name])
