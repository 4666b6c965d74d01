"""Orders, told again: each order's way from being placed to coming back."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.oracle.clock import EPOCH, MICROSECOND, microseconds_of
from tests.oracle.facts import Fact
from tests.oracle.rows import (
    NAMES,
    TEXT,
    TIME,
    TOLD,
    TOLD_TIME,
    TOTAL,
    TRAITS,
    Fold,
    Row,
    Table,
    earlier,
    first_told,
    last_told,
    later,
)

WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def quantities(lines: Any) -> dict[str, int]:  # noqa: ANN401 - lines as JSON has them
    """Return how many of each product there are on lines."""
    products = dict.fromkeys(line["product"] for line in lines)
    return {each: sum(line["quantity"] for line in lines if line["product"] == each) for each in products}


class Orders(Table):
    """An order of a subject."""

    name = "orders"
    key: ClassVar = {"subject": TEXT, "order": TEXT}
    columns: ClassVar = {
        "store": TOLD,
        "session": TEXT,
        "currencies": NAMES,
        "total_minor": TOLD,
        "ordered_lines": TOLD,
        "delivered_lines": TRAITS,
        "paid_minor": TOTAL,
        "times_placed": TOTAL,
        "times_amended": TOTAL,
        "shipments": TOTAL,
        "deliveries": TOTAL,
        "deliveries_counted": TOTAL,
        "returns": TOTAL,
        "returned_minor": TOTAL,
        "ordered": TIME,
        "first_promised": TOLD_TIME,
        "promised": TOLD_TIME,
        "step": TOLD,
        "way": NAMES,
        "shipped": TIME,
        "delivered": TIME,
        "last_delivered": TIME,
        "delivered_whole": TIME,
        "cancelled": TIME,
        "return_requested": TIME,
        "returned": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its order."""
        return {
            "regulars.order.placed.v2": self.placed,
            "regulars.order.amended.v2": self.amended,
            "regulars.order.cancelled.v1": self.cancelled,
            "regulars.order.payment_received.v1": self.paid,
            "regulars.fulfilment.step_reached.v1": self.stepped,
            "regulars.fulfilment.shipment_dispatched.v1": self.shipped,
            "regulars.fulfilment.parcel_scanned.v1": self.seen,
            "regulars.fulfilment.order_delivered.v1": self.delivered,
            "regulars.fulfilment.return_requested.v1": self.return_requested,
            "regulars.fulfilment.return_accepted.v1": self.returned,
        }

    def placed(self, fact: Fact) -> None:
        """Begin the order, with what it costs and when it is promised."""
        row = self._order(fact)
        row["times_placed"] += 1
        row["ordered"] = earlier(row["ordered"], fact.time)
        session = fact.data.get("session", "")
        if session:
            row["session"] = max(row["session"] or session, session)
        self._costs(row, fact)
        self._promises(row, fact)

    def amended(self, fact: Fact) -> None:
        """Let it cost what the amendment says."""
        row = self._order(fact)
        row["times_amended"] += 1
        self._costs(row, fact)

    def cancelled(self, fact: Fact) -> None:
        """Keep when it was first called off."""
        row = self._order(fact)
        row["cancelled"] = earlier(row["cancelled"], fact.time)

    def paid(self, fact: Fact) -> None:
        """Add what came in."""
        self._order(fact)["paid_minor"] += fact.data["amount_minor"]

    def stepped(self, fact: Fact) -> None:
        """Keep the latest step, and the latest promise."""
        row = self._order(fact)
        row["step"] = last_told(row["step"], fact, fact.data["step"])
        self._promises(row, fact)
        self._stops(row, fact, "step", "", fact.data["step"], fact.data.get("place", ""))

    def seen(self, fact: Fact) -> None:
        """Keep where a carrier saw a parcel; that does not tell the store."""
        row = self.row(fact.subject, fact.data["order"])
        place = fact.data.get("place", "")
        self._stops(row, fact, "seen", fact.data["parcel"], fact.data.get("status", ""), place)

    def shipped(self, fact: Fact) -> None:
        """Count a parcel that left; the first one is the shipping."""
        row = self._order(fact)
        self._stops(row, fact, "sent", fact.data["parcel"], fact.data.get("carrier", ""), "")
        row["shipments"] += 1
        row["shipped"] = earlier(row["shipped"], fact.time)

    def delivered(self, fact: Fact) -> None:
        """Count a parcel that arrived, and what was in it, if that is told."""
        row = self._order(fact)
        row["deliveries"] += 1
        row["delivered"] = earlier(row["delivered"], fact.time)
        row["last_delivered"] = later(row["last_delivered"], fact.time)
        parcel, lines = fact.data.get("parcel", ""), fact.data.get("lines", [])
        if not parcel:
            row["delivered_whole"] = earlier(row["delivered_whole"], fact.time)
        if lines:
            row["deliveries_counted"] += 1
            held = row["delivered_lines"]
            counted = quantities(lines)
            row["delivered_lines"] = {**held, **{name: held.get(name, 0) + counted[name] for name in counted}}
        self._stops(row, fact, "arrived", parcel, "", "")

    def return_requested(self, fact: Fact) -> None:
        """Keep when the customer first wanted to send something back."""
        row = self._order(fact)
        row["return_requested"] = earlier(row["return_requested"], fact.time)

    def returned(self, fact: Fact) -> None:
        """Add a refund, where it is known of which order."""
        if not fact.data.get("order"):
            return
        row = self._order(fact)
        row["returns"] += 1
        row["returned_minor"] += fact.data["amount_minor"]
        row["returned"] = earlier(row["returned"], fact.time)

    def _order(self, fact: Fact) -> Row:
        row = self.row(fact.subject, fact.data["order"])
        row["store"] = first_told(row["store"], fact, fact.data.get("store", "web"))
        if "currency" in fact.data:
            row["currencies"] = sorted({*row["currencies"], fact.data["currency"]})
        return row

    def _stops(self, row: Row, fact: Fact, *told: str) -> None:
        """Add a stop to the order's way, once."""
        time = (EPOCH + MICROSECOND * fact.time).isoformat().replace("+00:00", "Z")
        row["way"] = sorted({*row["way"], WRITTEN([time, *told])})

    def _costs(self, row: Row, fact: Fact) -> None:
        row["total_minor"] = last_told(row["total_minor"], fact, fact.data["total_minor"])
        row["ordered_lines"] = last_told(row["ordered_lines"], fact, WRITTEN(quantities(fact.data["lines"])))

    def _promises(self, row: Row, fact: Fact) -> None:
        promised: Any = fact.data.get("promised_at")
        if promised is not None:
            row["first_promised"] = first_told(row["first_promised"], fact, microseconds_of(promised))
            row["promised"] = last_told(row["promised"], fact, microseconds_of(promised))
