"""What complaints may cost: assumptions that the house states, and what those spend who were let down."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from projections import policies
from projections._engine import queries
from projections._engine.registry import Connection
from services.reports.report import Question

POLICY = "complaint_cost"
DAYS = 365
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
COUNT = re.compile(r"[0-9]{1,4}")
WHOLE = 100

# What each of these persons spent, net, in the last days by the clock, in one currency, in the store that is asked for.
SPENT = """
SELECT a.person, sum(b.spend_minor - b.cancelled_minor - b.returned_minor)::bigint AS net_minor
  FROM unnest(%(persons)s::text[]) AS a (person)
 CROSS JOIN LATERAL (SELECT a.person AS identifier UNION
                     SELECT o.identifier FROM person_of AS o WHERE o.person = a.person) AS i
  JOIN purchases AS b ON b.subject = i.identifier
 WHERE b.currency = %(currency)s AND (%(store)s::text IS NULL OR b.store = %(store)s)
   AND b.day <= (%(now)s::timestamptz AT TIME ZONE 'UTC')::date
   AND b.day > (%(now)s::timestamptz AT TIME ZONE 'UTC')::date - %(days)s
 GROUP BY a.person
"""


class Assumptions(NamedTuple):
    """How many percent of those who were let down buy elsewhere, and how many people each of them tells."""

    brand_switch_percent: Decimal = Decimal(14)
    people_told: int = 9
    policy_version: str = ""


def assumptions(connection: Connection, question: Question) -> tuple[Assumptions, list[dict[str, Any]]]:
    """Return the assumptions that hold by the clock, and what is wrong with the policy that states them."""
    for row in policies.holding(connection, POLICY, question.now):
        if row["policy"] == POLICY:
            wrong = list(problems(row["content"]))
            told = {"policy": POLICY, "policy_version": row["policy_version"], "since": row["since"]}
            return _stated(row), [told | {"problem": problem} for problem in wrong]
    return Assumptions(), []


def _stated(row: Mapping[str, Any]) -> Assumptions:
    percent, count = row["content"].get("brand_switch_percent", ""), row["content"].get("people_told", "")
    usual = Assumptions()
    return Assumptions(
        Decimal(percent) if _is_percent(percent) else usual.brand_switch_percent,
        int(count) if COUNT.fullmatch(count) else usual.people_told,
        row["policy_version"],
    )


def problems(content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with assumptions: a sentence each that names the setting."""
    known = ("brand_switch_percent", "people_told")
    for name in sorted(set(content) - set(known)):
        yield f"{name}: is no setting of what complaints cost; those are {', '.join(known)}."
    if not _is_percent(percent := content.get("brand_switch_percent", "14")):
        yield f"brand_switch_percent: {percent!r} is no number of percent from 0 to 100, such as 14."
    if COUNT.fullmatch(count := content.get("people_told", "9")) is None:
        yield f"people_told: {count!r} is no number of people, such as 9."


def _is_percent(text: str) -> bool:
    return PERCENT.fullmatch(text) is not None and Decimal(text) <= WHOLE


def at_risk(connection: Connection, question: Question, persons: Sequence[str], assumed: Assumptions) -> dict[str, Any]:
    """Return what those persons spent within a year, what of it is at risk, and how many people hear of it."""
    asked = question.parameters() | {"persons": list(persons), "days": DAYS}
    spent = sum(max(0, row["net_minor"]) for row in queries.rows(connection, SPENT, **asked))
    return {
        "persons_at_risk": len(persons),
        "spent_by_them_minor": spent,
        "brand_switch_share": float(assumed.brand_switch_percent / WHOLE),
        "revenue_at_risk_minor": int((spent * assumed.brand_switch_percent / WHOLE).to_integral_value()),
        "people_told_each": assumed.people_told,
        "people_told": len(persons) * assumed.people_told,
    }
