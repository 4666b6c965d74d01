"""What customers say of us and what we do for them, told again: checklists' steps, suggestions, ratings, options."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import DAY, TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, earlier, first_told, last_told, later

LONGEST_CHOICE_CHARACTERS = 100


class ChecklistSteps(Table):
    """A step of one run of a checklist."""

    name = "checklist_steps"
    key: ClassVar = {"subject": TEXT, "checklist": TEXT, "run": TEXT, "step": TEXT}
    columns: ClassVar = {"done": TIME, "doer": TOLD, "store": TOLD, "times": TOTAL}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that ticks a step."""
        return {"regulars.operation.checklist_step_done.v1": self.ticked}

    def ticked(self, fact: Fact) -> None:
        """Take the first time, and who it was then."""
        data = fact.data
        row = self.row(fact.subject, data["checklist"], data["run"], data["step"])
        row["done"] = earlier(row["done"], fact.time)
        row["doer"] = first_told(row["doer"], fact, data.get("by", ""))
        row["store"] = first_told(row["store"], fact, data.get("store", "web"))
        row["times"] += 1


class Suggestions(Table):
    """What one subject has to do with a suggestion."""

    name = "suggestions"
    key: ClassVar = {"subject": TEXT, "suggestion": TEXT}
    columns: ClassVar = {
        "made": TIME,
        "theme": TOLD,
        "wording": TOLD,
        "channel": TOLD,
        "store": TOLD,
        "in_favour": TOLD,
        "votes": TOTAL,
        "status": TOLD,
        "reason": TOLD,
        "decider": TOLD,
        "first_decided": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what is said of a suggestion, and who says it."""
        return {
            "regulars.feedback.suggestion_made.v1": self.made,
            "regulars.feedback.suggestion_voted.v1": self.voted,
            "regulars.feedback.suggestion_decided.v1": self.decided,
        }

    def made(self, fact: Fact) -> None:
        """Take what was said at first."""
        row = self._suggestion(fact)
        row["made"] = earlier(row["made"], fact.time)
        said = {"theme": "", "text": "", "channel": "", "store": "web"} | fact.data
        for column, field in (("theme", "theme"), ("wording", "text"), ("channel", "channel"), ("store", "store")):
            row[column] = first_told(row[column], fact, said[field])

    def voted(self, fact: Fact) -> None:
        """Take the last vote, and count how many there were."""
        row = self._suggestion(fact)
        row["in_favour"] = last_told(row["in_favour"], fact, fact.data.get("up", True))
        row["votes"] += 1

    def decided(self, fact: Fact) -> None:
        """Take the last decision, and the time of the first."""
        row = self._suggestion(fact)
        row["status"] = last_told(row["status"], fact, fact.data["status"])
        row["reason"] = last_told(row["reason"], fact, fact.data.get("reason", ""))
        row["decider"] = last_told(row["decider"], fact, fact.data.get("by", ""))
        row["first_decided"] = earlier(row["first_decided"], fact.time)

    def _suggestion(self, fact: Fact) -> Row:
        return self.row(fact.subject, fact.data["suggestion"])


class Ratings(Table):
    """How often a subject gave one rating to one thing on one day."""

    name = "ratings"
    key: ClassVar = {"subject": TEXT, "store": TEXT, "day": DAY, "about": TEXT, "rating": TOTAL}
    columns: ClassVar = {"times": TOTAL, "first_given": TIME, "last_given": TIME}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that rates."""
        return {"regulars.feedback.given.v1": self.given}

    def given(self, fact: Fact) -> None:
        """Count a rating."""
        data = fact.data
        row = self.row(fact.subject, data.get("store", "web"), fact.day, data.get("about", ""), data["rating"])
        row["times"] += 1
        row["first_given"] = earlier(row["first_given"], fact.time)
        row["last_given"] = later(row["last_given"], fact.time)


class OptionsChosen(Table):
    """A choice of an option of a product on one occasion."""

    name = "options_chosen"
    key: ClassVar = {"subject": TEXT, "product": TEXT, "occasion": TEXT, "option": TEXT, "choice": TEXT}
    columns: ClassVar = {"store": TOLD, "quantity": TOTAL, "times": TOTAL, "first_chosen": TIME, "last_chosen": TIME}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that chooses."""
        return {"regulars.feedback.option_chosen.v1": self.chosen}

    def chosen(self, fact: Fact) -> None:
        """Count a choice where it was made: in an order, a session, or on a day."""
        data = fact.data
        occasion = f"day {fact.day}"
        for kind in ("session", "order"):
            if data.get(kind):
                occasion = f"{kind} {data[kind]}"
        option, choice = (data[name][:LONGEST_CHOICE_CHARACTERS] for name in ("option", "choice"))
        row = self.row(fact.subject, data["product"], occasion, option, choice)
        row["store"] = first_told(row["store"], fact, data.get("store", "web"))
        row["quantity"] += data.get("quantity", 1)
        row["times"] += 1
        row["first_chosen"] = earlier(row["first_chosen"], fact.time)
        row["last_chosen"] = later(row["last_chosen"], fact.time)
