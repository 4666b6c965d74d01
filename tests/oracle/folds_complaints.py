"""Complaint_cases, told again, and the signal that a complaint raises."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, first_told, last_told, later

RAISED = "regulars.complaint.raised.v1"


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
        "satisfaction": TOLD,
        "cause": TOLD,
        "store": TOLD,
        "channel": TOLD,
        "order": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its complaint."""
        return {
            RAISED: self.raised,
            "regulars.complaint.acknowledged.v1": self.acknowledged,
            "regulars.complaint.replied.v1": self.replied,
            "regulars.complaint.gesture_offered.v1": self.gesture_offered,
            "regulars.complaint.resolved.v1": self.resolved,
            "regulars.complaint.reopened.v1": self.reopened,
            "regulars.complaint.satisfaction_rated.v1": self.rated,
        }

    def raised(self, fact: Fact) -> None:
        """Open the complaint; the first word on it says what it is about."""
        row = self._case(fact)
        row["opened"] = earlier(row["opened"], fact.time)
        row["cause"] = first_told(row["cause"], fact, fact.data.get("cause", ""))
        row["store"] = first_told(row["store"], fact, fact.data.get("store", "web"))
        row["channel"] = first_told(row["channel"], fact, fact.data.get("channel", ""))
        row["order"] = first_told(row["order"], fact, fact.data.get("order", ""))

    def acknowledged(self, fact: Fact) -> None:
        """Say that we have it."""
        row = self._case(fact)
        row["acknowledged"] = earlier(row["acknowledged"], fact.time)

    def replied(self, fact: Fact) -> None:
        """Count a person's answer."""
        row = self._case(fact)
        row["first_reply"] = earlier(row["first_reply"], fact.time)
        row["replies"] += 1

    def gesture_offered(self, fact: Fact) -> None:
        """Count what we offered."""
        self._case(fact)["gestures"] += 1

    def resolved(self, fact: Fact) -> None:
        """Keep the last resolution."""
        row = self._case(fact)
        row["resolved"] = later(row["resolved"], fact.time)

    def reopened(self, fact: Fact) -> None:
        """Keep the last reopening, and how many there were."""
        row = self._case(fact)
        row["reopened"] = later(row["reopened"], fact.time)
        row["times_reopened"] += 1

    def rated(self, fact: Fact) -> None:
        """Keep the customer's last word on it."""
        row = self._case(fact)
        row["satisfaction"] = last_told(row["satisfaction"], fact, fact.data["rating"])

    def _case(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data["complaint"])
