"""Offers and consents, told again: what customers were offered, and what they allow."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, Fold, Row, Table, last_told, later


class Offers(Table):
    """One thing that a subject was offered, however often."""

    name = "offers"
    key: ClassVar = {"subject": TEXT, "kind": TEXT, "thing": TEXT}
    columns: ClassVar = {
        "shown": TOTAL,
        "taken": TOTAL,
        "refused": TOTAL,
        "last_shown": TIME,
        "last_taken": TIME,
        "last_refused": TIME,
        "shown_for": TOLD,
        "refused_for": TOLD,
    }

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of an offer."""
        return {
            "regulars.offer.shown.v1": self.shown,
            "regulars.offer.taken.v1": self.taken,
            "regulars.offer.refused.v1": self.refused,
        }

    def shown(self, fact: Fact) -> None:
        """Count a showing; its reason is told last by the last one that has one."""
        row = self._offer(fact, "shown")
        if fact.data.get("reason"):
            row["shown_for"] = last_told(row["shown_for"], fact, fact.data["reason"])

    def taken(self, fact: Fact) -> None:
        """Count a yes."""
        self._offer(fact, "taken")

    def refused(self, fact: Fact) -> None:
        """Count a no, with its reason."""
        row = self._offer(fact, "refused")
        if fact.data.get("reason"):
            row["refused_for"] = last_told(row["refused_for"], fact, fact.data["reason"])

    def _offer(self, fact: Fact, answer: str) -> Row:
        thing = fact.data["offer"]
        if fact.data["kind"] == "product":
            thing = fact.data.get("product") or thing
        row = self.row(fact.subject, fact.data["kind"], thing)
        row[answer] += 1
        row[f"last_{answer}"] = later(row[f"last_{answer}"], fact.time)
        return row


class Consents(Table):
    """A subject's last word on a purpose, on one channel or on any."""

    name = "consents"
    key: ClassVar = {"subject": TEXT, "purpose": TEXT, "channel": TEXT}
    columns: ClassVar = {"given": TOLD, "text_version": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event allows."""
        return {
            "regulars.consent.given.v1": self.given,
            "regulars.consent.withdrawn.v1": self.withdrawn,
            "regulars.consent.erasure_requested.v1": self.erasure_requested,
        }

    def given(self, fact: Fact) -> None:
        """Allow, by the text that was seen where it is told."""
        row = self.row(fact.subject, fact.data["purpose"], fact.data.get("channel", ""))
        row["given"] = last_told(row["given"], fact, value=True)
        if fact.data.get("text_version"):
            row["text_version"] = last_told(row["text_version"], fact, fact.data["text_version"])

    def withdrawn(self, fact: Fact) -> None:
        """Allow it no more."""
        row = self.row(fact.subject, fact.data["purpose"], fact.data.get("channel", ""))
        row["given"] = last_told(row["given"], fact, value=False)

    def erasure_requested(self, fact: Fact) -> None:
        """Allow nothing any more."""
        row = self.row(fact.subject, "", "")
        row["given"] = last_told(row["given"], fact, value=False)
