"""Preferences and wallets, told again: what customers say of themselves."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, Fold, Table, earlier, last_told, later

LONGEST_STATEMENT_CHARACTERS = 200


class Preferences(Table):
    """A statement of a subject, however often it was made."""

    name = "preferences"
    key: ClassVar = {"subject": TEXT, "kind": TEXT, "topic": TEXT, "about": TEXT}
    columns: ClassVar = {
        "wording": TOLD,
        "channel": TOLD,
        "stated": TOTAL,
        "first_stated": TIME,
        "last_stated": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event states."""
        return {
            "regulars.customer.preference_stated.v1": self.preference,
            "regulars.customer.need_stated.v1": self.need,
            "regulars.customer.family_member_named.v1": self.family_member,
            "regulars.customer.registered.v1": self.registered,
            "regulars.customer.traits_changed.v2": self.traits_changed,
        }

    def preference(self, fact: Fact) -> None:
        """State a like or a dislike."""
        self._state(fact, fact.data["stance"], fact.data["topic"], fact.data.get("about", ""))

    def need(self, fact: Fact) -> None:
        """State a need."""
        self._state(fact, "needs", fact.data["need"], fact.data.get("detail", ""))

    def family_member(self, fact: Fact) -> None:
        """State each detail that is told of a member, or at least that there is one."""
        told = False
        for detail in ("relation", "name", "birthday"):
            if fact.data.get(detail):
                told = True
                self._state(fact, detail, fact.data["member"], fact.data[detail])
        if not told:
            self._state(fact, "relation", fact.data["member"], "")

    def registered(self, fact: Fact) -> None:
        """State a birthday that was told on registering."""
        if fact.data.get("birthday"):
            self._state(fact, "birthday", "", fact.data["birthday"])

    def traits_changed(self, fact: Fact) -> None:
        """State a birthday among the traits, or that there is none."""
        traits = fact.data.get("traits", {})
        if "birthday" in traits:
            self._state(fact, "birthday", "", traits["birthday"])

    def _state(self, fact: Fact, kind: str, topic: str, said: str) -> None:
        about = " ".join(said.casefold().split())[:LONGEST_STATEMENT_CHARACTERS]
        row = self.row(fact.subject, kind, topic, about)
        row["wording"] = last_told(row["wording"], fact, said)
        if fact.data.get("channel"):
            row["channel"] = last_told(row["channel"], fact, fact.data["channel"])
        row["stated"] += 1
        row["first_stated"] = earlier(row["first_stated"], fact.time)
        row["last_stated"] = later(row["last_stated"], fact.time)


class Wallets(Table):
    """What a subject spends in a year on a category, with whomever."""

    name = "wallets"
    key: ClassVar = {"subject": TEXT, "category": TEXT, "currency": TEXT}
    columns: ClassVar = {
        "amount_minor": TOLD,
        "basis": TOLD,
        "stated": TOTAL,
        "first_stated": TIME,
        "last_stated": TIME,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that states a wallet."""
        return {"regulars.customer.wallet_stated.v1": self.wallet}

    def wallet(self, fact: Fact) -> None:
        """Keep the last amount, and what it rests on."""
        row = self.row(fact.subject, fact.data.get("category", ""), fact.data["currency"])
        row["amount_minor"] = last_told(row["amount_minor"], fact, fact.data["amount_minor"])
        row["basis"] = last_told(row["basis"], fact, fact.data.get("basis", ""))
        row["stated"] += 1
        row["first_stated"] = earlier(row["first_stated"], fact.time)
        row["last_stated"] = later(row["last_stated"], fact.time)
