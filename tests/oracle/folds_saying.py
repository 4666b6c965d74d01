"""Referrals and policies, told again: who brought in whom, and the rules that the house gave itself."""

import json
from collections.abc import Mapping
from typing import ClassVar

from tests.oracle.facts import Fact
from tests.oracle.rows import TEXT, TIME, TOLD, TOTAL, Fold, Table, earlier, first_told, last_told


class Referrals(Table):
    """A customer and somebody whom they brought in."""

    name = "referrals"
    key: ClassVar = {"subject": TEXT, "referred": TEXT}
    columns: ClassVar = {"first_made": TIME, "times_made": TOTAL, "channel": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that says so."""
        return {"regulars.customer.referral_made.v1": self.brought_in}

    def brought_in(self, fact: Fact) -> None:
        """Take the first time, and the channel of that time."""
        row = self.row(fact.subject, fact.data["referred"])
        row["first_made"] = earlier(row["first_made"], fact.time)
        row["times_made"] += 1
        row["channel"] = first_told(row["channel"], fact, fact.data.get("channel", ""))


class Policies(Table):
    """A version of a rule of the house."""

    name = "policies"
    key: ClassVar = {"policy": TEXT, "policy_version": TEXT}
    columns: ClassVar = {"first_published": TIME, "content": TOLD, "publisher": TOLD}

    def folds(self) -> Mapping[str, Fold]:
        """Return the one event that publishes."""
        return {"regulars.operation.policy_published.v1": self.published}

    def published(self, fact: Fact) -> None:
        """Take the latest word on a version, as JSON with its names sorted."""
        row = self.row(fact.data["policy"], fact.data["version"])
        settings = fact.data.get("content", {})
        told = {name: settings[name] for name in sorted(settings)}
        row["first_published"] = earlier(row["first_published"], fact.time)
        row["content"] = last_told(row["content"], fact, json.JSONEncoder(ensure_ascii=False).encode(told))
        row["publisher"] = last_told(row["publisher"], fact, fact.data.get("by", ""))
