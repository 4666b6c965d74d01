"""Looks, told again: who of the house looked at whom, and at which lists."""

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


class ListAccesses(Table):
    """What somebody looked at of lists on a day, and whom they saw there."""

    name = "list_accesses"
    key: ClassVar = {"whom": TEXT, "day": DAY, "actor": TEXT, "what": TEXT, "how": TEXT, "asked": TEXT}
    columns: ClassVar = {
        "times": TOTAL,
        "of_the_past": TOTAL,
        "people": TOTAL,
        "rows": TOTAL,
        "first_looked": TIME,
        "last_looked": TIME,
        "role": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what is told of a look."""
        return {"regulars.access.list_looked.v1": self.looked}

    def looked(self, fact: Fact) -> None:
        """Count the look itself, and once each whom it names."""
        said = fact.data
        self._count(fact, "", said.get("asked", ""), said.get("people", 0), said.get("rows", 0))
        for whom in set(said.get("whom", ())):
            self._count(fact, whom, "", 1, 0)

    def _count(self, fact: Fact, whom: str, asked: str, people: int, rows: int) -> None:
        row = self.row(whom, fact.day, fact.data["actor"], fact.data["what"], fact.data["how"], asked)
        row["times"] += 1
        row["of_the_past"] += 1 if fact.data.get("as_of") else 0
        row["people"] += people
        row["rows"] += rows
        row["first_looked"] = earlier(row["first_looked"], fact.time)
        row["last_looked"] = later(row["last_looked"], fact.time)
        row["role"] = last_told(row["role"], fact, fact.data["role"])
