"""What passes between customers and us, told again: contacts, contact plans, and who looks after whom."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOLD_DAY, Fold, Row, Table, earlier, first_told, last_told


class Contacts(Table):
    """What a customer turned to us for."""

    name = "contacts"
    key: ClassVar = {"subject": TEXT, "contact": TEXT}
    columns: ClassVar = {
        "asked": TIME,
        "bucket": TOLD,
        "channel": TOLD,
        "store": TOLD,
        "order": TOLD,
        "product": TOLD,
        "first_answered": TIME,
        "first_resolved": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return the question and the answer."""
        return {"regulars.contact.received.v1": self.received, "regulars.contact.answered.v1": self.answered}

    def received(self, fact: Fact) -> None:
        """Take the first time, and what it was about then."""
        row = self.row(fact.subject, fact.data["contact"])
        row["asked"] = earlier(row["asked"], fact.time)
        row["bucket"] = first_told(row["bucket"], fact, fact.data["bucket"])
        row["store"] = first_told(row["store"], fact, fact.data.get("store", "web"))
        for name in ("channel", "order", "product"):
            row[name] = first_told(row[name], fact, fact.data.get(name, ""))

    def answered(self, fact: Fact) -> None:
        """Take the first answer, and the first that settled it, which an answer does unless it says otherwise."""
        row = self.row(fact.subject, fact.data["contact"])
        row["first_answered"] = earlier(row["first_answered"], fact.time)
        if fact.data.get("resolved", True):
            row["first_resolved"] = earlier(row["first_resolved"], fact.time)


class ContactPlans(Table):
    """One contact of our own accord."""

    name = "contact_plans"
    key: ClassVar = {"subject": TEXT, "plan": TEXT, "contact": TEXT}
    columns: ClassVar = {
        "planned": TIME,
        "due_on": TOLD_DAY,
        "planner": TOLD,
        "purpose": TOLD,
        "channel": TOLD,
        "made": TIME,
        "maker": TOLD,
        "skipped": TIME,
        "reason": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what is planned, done and left out."""
        return {
            "regulars.contact.planned.v1": self.planned,
            "regulars.contact.made.v1": self.made,
            "regulars.contact.skipped.v1": self.skipped,
        }

    def planned(self, fact: Fact) -> None:
        """Take the last day that was said, and who said it."""
        row = self._contact(fact)
        row["planned"] = earlier(row["planned"], fact.time)
        row["due_on"] = last_told(row["due_on"], fact, fact.data["due_on"])
        row["planner"] = last_told(row["planner"], fact, fact.data.get("by", ""))
        self._what_for(row, fact)

    def made(self, fact: Fact) -> None:
        """Take the first time, and who it was then."""
        row = self._contact(fact)
        row["made"] = earlier(row["made"], fact.time)
        row["maker"] = first_told(row["maker"], fact, fact.data.get("by", ""))
        self._what_for(row, fact)

    def skipped(self, fact: Fact) -> None:
        """Take the first time, and why."""
        row = self._contact(fact)
        row["skipped"] = earlier(row["skipped"], fact.time)
        row["reason"] = first_told(row["reason"], fact, fact.data.get("reason", ""))

    def _contact(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data.get("plan", ""), fact.data["contact"])

    @staticmethod
    def _what_for(row: Row, fact: Fact) -> None:
        for name in ("purpose", "channel"):
            if fact.data.get(name):
                row[name] = first_told(row[name], fact, fact.data[name])


class Managers(Table):
    """Who looks after a customer, or did."""

    name = "managers"
    key: ClassVar = {"subject": TEXT, "manager": TEXT}
    columns: ClassVar = {"first_assigned": TIME, "reason": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that puts somebody in charge."""
        return {"regulars.customer.manager_assigned.v1": self.assigned}

    def assigned(self, fact: Fact) -> None:
        """Take the first time, and the last reason with its time."""
        row = self.row(fact.subject, fact.data["manager"])
        row["first_assigned"] = earlier(row["first_assigned"], fact.time)
        row["reason"] = last_told(row["reason"], fact, fact.data.get("reason", ""))
