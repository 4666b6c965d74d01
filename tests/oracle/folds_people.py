"""Profile and identity, told again: who a subject is, and which identifiers were said to be one person."""

from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, TRAITS, Fold, Row, Table, earlier, last_told, later

FAMILIES = {
    "visit": "visits",
    "search": "searches",
    "order": "orders",
    "fulfilment": "fulfilment",
    "offer": "offers",
    "complaint": "complaints",
    "contact": "contacts",
    "customer": "customers",
    "feedback": "feedback",
    "identity": "identity",
    "consent": "consent",
}
ON_REGISTERING = ("name", "email", "phone", "birthday", "address", "country", "language")


def family_of(event_type: str) -> str:
    """Return the column that counts events of a type; empty for operations, which are the house's and nobody's."""
    return FAMILIES.get(event_type.split(".")[1], "")


class Profile(Table):
    """Every event but the house's own says that its subject was there."""

    name = "profile"
    key: ClassVar = {"subject": TEXT}
    columns: ClassVar = {
        "first_seen": TIME,
        "last_seen": TIME,
        "traits": TRAITS,
        **dict.fromkeys(FAMILIES.values(), TOTAL),
    }

    def fold_of(self, event_type: str) -> Fold | None:
        """Return what to do with any event but the house's own."""
        return self.any_event if family_of(event_type) else None

    def any_event(self, fact: Fact) -> None:
        """Count the event in its family, and take the traits that it tells."""
        row = self.row(fact.subject)
        row["first_seen"] = earlier(row["first_seen"], fact.time)
        row["last_seen"] = later(row["last_seen"], fact.time)
        row[family_of(fact.type)] += 1
        if fact.type == "regulars.customer.registered.v1":
            self._traits(fact, {name: fact.data[name] for name in ON_REGISTERING if fact.data.get(name)})
        elif fact.type == "regulars.customer.traits_changed.v2":
            self._traits(fact, fact.data.get("traits", {}))

    def _traits(self, fact: Fact, told: Mapping[str, str]) -> None:
        row = self.row(fact.subject)
        traits = dict(row["traits"])
        for name, value in told.items():
            traits[name] = last_told(traits.get(name), fact, value)
        row["traits"] = traits


class Identity(Table):
    """One row for each two identifiers, the lesser first."""

    name = "identity"
    key: ClassVar = {"subject": TEXT, "identifier": TEXT}
    columns: ClassVar = {"linked": TOLD, "decision": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return what each event says of two identifiers."""
        return {
            "regulars.identity.linked.v1": self.linked,
            "regulars.identity.unlinked.v1": self.unlinked,
            "regulars.customer.card_issued.v1": self.card_issued,
            "regulars.identity.merge_confirmed.v1": self.confirmed,
            "regulars.identity.merge_refused.v1": self.refused,
        }

    def linked(self, fact: Fact) -> None:
        """Say that the two are one person."""
        row = self._pair(fact.subject, fact.data["identifier"])
        row["linked"] = last_told(row["linked"], fact, value=True)

    def unlinked(self, fact: Fact) -> None:
        """Say that they are not; between two customers it takes back what staff decided, too."""
        one, other = fact.subject, fact.data["identifier"]
        row = self._pair(one, other)
        row["linked"] = last_told(row["linked"], fact, value=False)
        if one.startswith("customer:") and other.startswith("customer:"):
            row["decision"] = last_told(row["decision"], fact, "taken_back")

    def card_issued(self, fact: Fact) -> None:
        """Give a card to its holder."""
        row = self._pair(fact.subject, "card:" + fact.data["card"])
        row["linked"] = last_told(row["linked"], fact, value=True)

    def confirmed(self, fact: Fact) -> None:
        """Say that staff hold them for one."""
        row = self._pair(fact.subject, fact.data["other"])
        row["decision"] = last_told(row["decision"], fact, "confirmed")

    def refused(self, fact: Fact) -> None:
        """Say that staff hold them for two."""
        row = self._pair(fact.subject, fact.data["other"])
        row["decision"] = last_told(row["decision"], fact, "refused")

    def _pair(self, one: str, other: str) -> Row:
        return self.row(min(one, other), max(one, other))
