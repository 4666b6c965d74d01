"""Complaint_cases, told again, and the signal that a complaint raises."""

import json
from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.clock import EPOCH, MICROSECOND
from tests.oracle.facts import Fact
from tests.oracle.rows import NAMES, TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, first_told, last_told, later

RAISED = "regulars.complaint.raised.v1"
WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ComplaintCases(Table):
    """One complaint's way."""

    name = "complaint_cases"
    key: ClassVar = {"subject": TEXT, "complaint": TEXT}
    columns: ClassVar = {
        "opened": TIME,
        "acknowledged": TIME,
        "first_reply": TIME,
        "replies": TOTAL,
        "resolved": TIME,
        "reopened": TIME,
        "times_reopened": TOTAL,
        "gestures": TOTAL,
        "requested": TIME,
        "settled": TIME,
        "satisfaction": TOLD,
        "cause": TOLD,
        "store": TOLD,
        "channel": TOLD,
        "order": TOLD,
        "steps": NAMES,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its complaint."""
        return {
            RAISED: self.raised,
            "regulars.complaint.acknowledged.v1": self.acknowledged,
            "regulars.complaint.replied.v1": self.replied,
            "regulars.complaint.waiting.v1": self.waiting,
            "regulars.complaint.answered_by_customer.v1": self.answered,
            "regulars.complaint.gesture_offered.v1": self.gesture_offered,
            "regulars.complaint.gesture_requested.v1": self.gesture_requested,
            "regulars.complaint.gesture_declined.v1": self.gesture_declined,
            "regulars.complaint.resolved.v1": self.resolved,
            "regulars.complaint.confirmed.v1": self.confirmed,
            "regulars.complaint.reopened.v1": self.reopened,
            "regulars.complaint.escalated.v1": self.escalated,
            "regulars.complaint.satisfaction_rated.v1": self.rated,
        }

    def raised(self, fact: Fact) -> None:
        """Open the complaint; the first word on it says what it is about."""
        row = self._case(fact, "raised", "")
        row["opened"] = earlier(row["opened"], fact.time)
        row["cause"] = first_told(row["cause"], fact, fact.data.get("cause", ""))
        row["store"] = first_told(row["store"], fact, fact.data.get("store", "web"))
        row["channel"] = first_told(row["channel"], fact, fact.data.get("channel", ""))
        row["order"] = first_told(row["order"], fact, fact.data.get("order", ""))

    def acknowledged(self, fact: Fact) -> None:
        """Say that we have it."""
        row = self._case(fact, "acknowledged", "")
        row["acknowledged"] = earlier(row["acknowledged"], fact.time)

    def replied(self, fact: Fact) -> None:
        """Count a person's answer."""
        row = self._case(fact, "replied", "")
        row["first_reply"] = earlier(row["first_reply"], fact.time)
        row["replies"] += 1

    def gesture_offered(self, fact: Fact) -> None:
        """Count what we offered."""
        told = (fact.data["kind"], fact.data.get("amount_minor", 0), fact.data.get("currency", ""))
        row = self._case(fact, "gesture", *told)
        row["gestures"] += 1
        if fact.data.get("amount_minor", 0):
            row["settled"] = later(row["settled"], fact.time)

    def gesture_requested(self, fact: Fact) -> None:
        """Keep what somebody would offer, and who."""
        data = fact.data
        told = (data["kind"], data["amount_minor"], data["currency"], data.get("by", ""))
        row = self._case(fact, "requested", *told)
        row["requested"] = later(row["requested"], fact.time)

    def gesture_declined(self, fact: Fact) -> None:
        """Keep that it is not offered."""
        row = self._case(fact, "declined", fact.data.get("reason", ""))
        row["settled"] = later(row["settled"], fact.time)

    def resolved(self, fact: Fact) -> None:
        """Keep the last resolution."""
        row = self._case(fact, "resolved", fact.data.get("outcome", ""))
        row["resolved"] = later(row["resolved"], fact.time)

    def reopened(self, fact: Fact) -> None:
        """Keep the last reopening, and how many there were."""
        row = self._case(fact, "reopened", fact.data.get("reason", ""))
        row["reopened"] = later(row["reopened"], fact.time)
        row["times_reopened"] += 1

    def rated(self, fact: Fact) -> None:
        """Keep the customer's last word on it."""
        row = self._case(fact, "rated", str(fact.data["rating"]))
        row["satisfaction"] = last_told(row["satisfaction"], fact, fact.data["rating"])

    def waiting(self, fact: Fact) -> None:
        """Keep that we asked the customer."""
        self._case(fact, "waiting", "")

    def answered(self, fact: Fact) -> None:
        """Keep that the customer told us."""
        self._case(fact, "answered", "")

    def confirmed(self, fact: Fact) -> None:
        """Keep that the customer is content."""
        self._case(fact, "confirmed", "")

    def escalated(self, fact: Fact) -> None:
        """Keep to whom it was passed up."""
        self._case(fact, "escalated", fact.data["to"])

    def _case(self, fact: Fact, kind: str, *told: str | int) -> Row:
        """Return the complaint's row, with this step in it."""
        row = self.row(fact.subject, fact.data["complaint"])
        time = (EPOCH + MICROSECOND * fact.time).isoformat().replace("+00:00", "Z")
        row["steps"] = sorted({*row["steps"], WRITTEN([time, kind, fact.id, *told])})
        return row
