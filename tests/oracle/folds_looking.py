"""Accesses, told again: who of the house looked at whom."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import DAY, TEXT, TIME, TOLD, TOTAL, Fold, Table, earlier, last_told, later


class Accesses(Table):
    """What somebody looked at of a subject on a day."""

    name = "accesses"
    key: ClassVar = {"subject": TEXT, "day": DAY, "actor": TEXT, "what": TEXT}
    columns: ClassVar = {
        "times": TOTAL,
        "of_the_past": TOTAL,
        "first_looked": TIME,
        "last_looked": TIME,
        "role": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what is told of a look."""
        return {"regulars.access.looked.v1": self.looked}

    def looked(self, fact: Fact) -> None:
        """Count it on its day, and note whether it was at the past."""
        row = self.row(fact.subject, fact.day, fact.data["actor"], fact.data["what"])
        row["times"] += 1
        row["of_the_past"] += 1 if fact.data.get("as_of") else 0
        row["first_looked"] = earlier(row["first_looked"], fact.time)
        row["last_looked"] = later(row["last_looked"], fact.time)
        row["role"] = last_told(row["role"], fact, fact.data["role"])
