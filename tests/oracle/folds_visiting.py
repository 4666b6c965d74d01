"""Visits and unmet_demand, told again: when customers were there, what they did, and what they sought in vain."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import DAY, TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, first_told, last_told, later

HALF_HOUR_MICROSECONDS = 30 * 60 * 1_000_000
LONGEST_QUERY_CHARACTERS = 200


class Visits(Table):
    """What a subject did in a session of the source's, or in a half hour where the source has no sessions."""

    name = "visits"
    key: ClassVar = {"subject": TEXT, "store": TEXT, "session": TEXT, "slot": TIME}
    columns: ClassVar = {
        "entered": TIME,
        "left": TIME,
        "entry_page": TOLD,
        "exit_page": TOLD,
        "pages": TOTAL,
        "products": TOTAL,
        "searches": TOTAL,
        "searches_in_vain": TOTAL,
        "cart_changes": TOTAL,
        "orders": TOTAL,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of a visit."""
        return {
            "regulars.visit.started.v1": self.present,
            "regulars.visit.ended.v1": self.present,
            "regulars.visit.interaction_recorded.v1": self.present,
            "regulars.visit.page_viewed.v1": self.page_viewed,
            "regulars.visit.product_viewed.v1": self.product_viewed,
            "regulars.visit.cart_changed.v1": self.cart_changed,
            "regulars.search.performed.v2": self.searched,
            "regulars.order.placed.v2": self.ordered,
        }

    def present(self, fact: Fact) -> None:
        """Note that the subject was there."""
        self._visit(fact)

    def _visit(self, fact: Fact) -> Row:
        session = fact.data.get("session", "")
        slot = 0 if session else fact.time - fact.time % HALF_HOUR_MICROSECONDS
        row = self.row(fact.subject, fact.data.get("store", "web"), session, slot)
        row["entered"] = earlier(row["entered"], fact.time)
        row["left"] = later(row["left"], fact.time)
        return row

    def page_viewed(self, fact: Fact) -> None:
        """Count a page, which may be the first of the visit, the last, or both."""
        row = self._visit(fact)
        row["pages"] += 1
        row["entry_page"] = first_told(row["entry_page"], fact, fact.data["page"])
        row["exit_page"] = last_told(row["exit_page"], fact, fact.data["page"])

    def product_viewed(self, fact: Fact) -> None:
        """Count a product that was looked at."""
        self._visit(fact)["products"] += 1

    def cart_changed(self, fact: Fact) -> None:
        """Count a change of the cart."""
        self._visit(fact)["cart_changes"] += 1

    def searched(self, fact: Fact) -> None:
        """Count a search, perhaps in vain."""
        row = self._visit(fact)
        row["searches"] += 1
        row["searches_in_vain"] += fact.data["result_count"] == 0

    def ordered(self, fact: Fact) -> None:
        """Count an order, but only where the source names the session."""
        if fact.data.get("session", ""):
            self._visit(fact)["orders"] += 1


class UnmetDemand(Table):
    """A subject's searches for one thing on one day in one store."""

    name = "unmet_demand"
    key: ClassVar = {"subject": TEXT, "store": TEXT, "day": DAY, "query": TEXT}
    columns: ClassVar = {
        "searches": TOTAL,
        "without_result": TOTAL,
        "first_asked": TIME,
        "last_asked": TIME,
        "phrasing": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that asks."""
        return {"regulars.search.performed.v2": self.searched}

    def searched(self, fact: Fact) -> None:
        """Count a search; spellings that differ in case or white space are one."""
        query = fact.data["query"]
        wish = " ".join(query.casefold().split())[:LONGEST_QUERY_CHARACTERS]
        row = self.row(fact.subject, fact.data.get("store", "web"), fact.day, wish)
        row["searches"] += 1
        row["without_result"] += fact.data["result_count"] == 0
        row["first_asked"] = earlier(row["first_asked"], fact.time)
        row["last_asked"] = later(row["last_asked"], fact.time)
        row["phrasing"] = last_told(row["phrasing"], fact, query)
