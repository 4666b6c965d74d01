"""What the desk says, told again: tasks, promises, who of the staff there is and who stands in."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.oracle.clock import microseconds_of
from tests.oracle.facts import Fact
from tests.oracle.rows import (
    DAY,
    TEXT,
    TIME,
    TOLD,
    TOLD_DAY,
    TOLD_TIME,
    TOTAL,
    TRAITS,
    Fold,
    Row,
    Table,
    earlier,
    first_told,
    last_told,
)


class Tasks(Table):
    """Something to do."""

    name = "tasks"
    key: ClassVar = {"subject": TEXT, "task": TEXT}
    columns: ClassVar = {
        "opened": TIME,
        "title": TOLD,
        "reason": TOLD,
        "why": TOLD,
        "due": TOLD_TIME,
        "about": TOLD,
        "store": TOLD,
        "assignee": TOLD,
        "done": TIME,
        "doer": TOLD,
        "outcome": TOLD,
        "dropped": TIME,
        "drop_reason": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its task."""
        return {
            "regulars.task.opened.v1": self.opened,
            "regulars.task.assigned.v1": self.assigned,
            "regulars.task.put_off.v1": self.put_off,
            "regulars.task.done.v1": self.done,
            "regulars.task.dropped.v1": self.dropped,
        }

    def opened(self, fact: Fact) -> None:
        """Take the last word on what is to be done."""
        row = self._task(fact)
        row["opened"] = earlier(row["opened"], fact.time)
        for name in ("title", "reason", "why", "about", "store"):
            row[name] = last_told(row[name], fact, fact.data.get(name, ""))
        _due(row, fact)
        if fact.data.get("assignee"):
            row["assignee"] = last_told(row["assignee"], fact, fact.data["assignee"])

    def assigned(self, fact: Fact) -> None:
        """Take who sees to it."""
        row = self._task(fact)
        row["assignee"] = last_told(row["assignee"], fact, fact.data["assignee"])

    def put_off(self, fact: Fact) -> None:
        """Take by when it is due now."""
        _due(self._task(fact), fact)

    def done(self, fact: Fact) -> None:
        """Take the first time, who it was then, and what came of it."""
        row = self._task(fact)
        row["done"] = earlier(row["done"], fact.time)
        row["doer"] = first_told(row["doer"], fact, fact.data.get("by", ""))
        row["outcome"] = first_told(row["outcome"], fact, fact.data.get("outcome", ""))

    def dropped(self, fact: Fact) -> None:
        """Take the first time, and why."""
        row = self._task(fact)
        row["dropped"] = earlier(row["dropped"], fact.time)
        row["drop_reason"] = first_told(row["drop_reason"], fact, fact.data.get("reason", ""))

    def _task(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data["task"])


class Promises(Table):
    """What we said that we would do."""

    name = "promises"
    key: ClassVar = {"subject": TEXT, "promise": TEXT}
    columns: ClassVar = {
        "kind": TOLD,
        "about": TOLD,
        "store": TOLD,
        "promiser": TOLD,
        "made": TIME,
        "due": TOLD_TIME,
        "times_moved": TOTAL,
        "kept": TIME,
        "broken": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of its promise."""
        return {
            "regulars.promise.made.v1": self.made,
            "regulars.promise.moved.v1": self.moved,
            "regulars.promise.kept.v1": self.kept,
            "regulars.promise.broken.v1": self.broken,
        }

    def made(self, fact: Fact) -> None:
        """Take what was promised first, and the last word on when it is due."""
        row = self._promise(fact)
        row["made"] = earlier(row["made"], fact.time)
        row["promiser"] = first_told(row["promiser"], fact, fact.data.get("by", ""))
        for name in ("kind", "about", "store"):
            row[name] = first_told(row[name], fact, fact.data.get(name, ""))
        _due(row, fact)

    def moved(self, fact: Fact) -> None:
        """Take the new time, and count."""
        row = self._promise(fact)
        row["times_moved"] += 1
        _due(row, fact)

    def kept(self, fact: Fact) -> None:
        """Take the first time."""
        row = self._promise(fact)
        row["kept"] = earlier(row["kept"], fact.time)

    def broken(self, fact: Fact) -> None:
        """Take the first time."""
        row = self._promise(fact)
        row["broken"] = earlier(row["broken"], fact.time)

    def _promise(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data["promise"])


class Staff(Table):
    """A member of staff."""

    name = "staff"
    key: ClassVar = {"manager": TEXT}
    columns: ClassVar = {
        "state": TOLD,
        "manager_name": TOLD,
        "email": TOLD,
        "store": TOLD,
        "escalates_to": TOLD,
        "authority": TRAITS,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of somebody."""
        return {
            "regulars.staff.portfolio_opened.v1": self.opened,
            "regulars.staff.portfolio_closed.v1": self.closed,
            "regulars.staff.authority_set.v1": self.authority,
        }

    def opened(self, fact: Fact) -> None:
        """Take all that is said of them last."""
        row = self.row(fact.data["manager"])
        row["state"] = last_told(row["state"], fact, "open")
        row["manager_name"] = last_told(row["manager_name"], fact, fact.data.get("name", ""))
        for name in ("email", "store", "escalates_to"):
            row[name] = last_told(row[name], fact, fact.data.get(name, ""))

    def closed(self, fact: Fact) -> None:
        """Take that they look after nobody."""
        row = self.row(fact.data["manager"])
        row["state"] = last_told(row["state"], fact, "closed")

    def authority(self, fact: Fact) -> None:
        """Take the last limit in this currency, as text."""
        row = self.row(fact.data["manager"])
        limits = dict(row["authority"])
        currency: Any = fact.data["currency"]
        limits[currency] = last_told(limits.get(currency), fact, str(fact.data["limit_minor"]))
        row["authority"] = limits


class Covers(Table):
    """A time in which somebody stands in."""

    name = "covers"
    key: ClassVar = {"manager": TEXT, "first_day": DAY}
    columns: ClassVar = {"state": TOLD, "last_day": TOLD_DAY, "cover": TOLD, "reason": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return what is arranged, and what is not any more."""
        return {
            "regulars.staff.cover_arranged.v1": self.arranged,
            "regulars.staff.cover_cancelled.v1": self.cancelled,
        }

    def arranged(self, fact: Fact) -> None:
        """Take the last word on who stands in until when."""
        row = self.row(fact.data["manager"], fact.data["first_day"])
        row["state"] = last_told(row["state"], fact, "arranged")
        row["last_day"] = last_told(row["last_day"], fact, fact.data["last_day"])
        row["cover"] = last_told(row["cover"], fact, fact.data["cover"])
        row["reason"] = last_told(row["reason"], fact, fact.data.get("reason", ""))

    def cancelled(self, fact: Fact) -> None:
        """Take that nobody does."""
        row = self.row(fact.data["manager"], fact.data["first_day"])
        row["state"] = last_told(row["state"], fact, "cancelled")


def _due(row: Row, fact: Fact) -> None:
    due: Any = fact.data.get("due_at")
    if due is not None:
        row["due"] = last_told(row["due"], fact, microseconds_of(due))
