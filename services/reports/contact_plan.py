"""Contact plan: which of the planned contacts with customers were made, which are due, missed, left out, or too many.

Reads `contact_plans`, `managers` and `policies`; with a store also `purchases`, for a contact has no store of its own:
then it tells of customers who have bought there. Without a period it tells of the calendar year of the clock. A planned
contact is of the day by which it is due, also when it is made before or after; one that nobody had planned is of the
day on which it was made. Days are UTC. Of a day that was put off after the clock, only the last word is known; a past
has it exactly.

* `kept`: made by its day. `late`: made after it. `skipped`: left out, with a reason, and not made after all. `missed`:
  none of these, and the day is over. `due`: open, today or in the next 14 days. `to_come`: open, and later.
  These six are all that was `planned`. `unplanned`: made, and no plan asked for it.
* `kept_share`: of the planned contacts whose day is over (`fell_due`), those that were kept. What was left out was not
  kept, whatever the reason, so the reasons stand beside it; what was made ahead counts when its day is over.
* Too many: more contacts made than planned in the period, where there is a plan; or more than so many made to one
  customer within so many days, of 24 hours each, both ends counted. That is 3 in 30 days, unless the policy
  `contact_limit` that was in force by the clock says otherwise, in its settings `most` and `days`.
* A contact is of the manager who planned it or, of an unplanned one, who made it; where that is not told, of whoever
  looks after the customer by the clock. `without_plan`: customers who have a manager and for whom nobody has planned a
  contact in the period: first those who never had one, by how long they have that manager, then longest without one.

It counts what was told of: a call that nobody wrote down was not made. That a contact was kept does not say that the
customer was glad of it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from projections import policies
from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.contact_plan_queries import (
    COUNTED,
    EVERYBODY,
    LACKING,
    MANAGERS,
    OPEN,
    REASONS,
    STANDS,
    TABLES,
    TOO_MANY,
)
from services.reports.report import Answer, BadQuestion, Question, Report

POLICY = "contact_limit"
SOON_DAYS = 14
LONGEST_DAYS = 3660


class Limit(NamedTuple):
    """How many contacts are not too many yet, within how many days."""

    most: int = 3
    days: int = 30


USUAL = Limit()
STATES = ("kept", "late", "missed", "skipped", "due", "to_come", "unplanned")
COUNTS = ("customers", "planned", *STATES, "made", "fell_due")


def limit_of(content: dict[str, str]) -> Limit:
    """Return the limit that a policy sets; what cannot be read of it is as usual."""
    most, days = content.get("most", ""), content.get("days", "")
    return Limit(_whole(most, USUAL.most), _whole(days, USUAL.days))


def problems(content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with a limit: a sentence each that names the setting."""
    for name, said in sorted(content.items()):
        if name not in Limit._fields:
            yield f"{name}: is no setting of how many contacts are too many; those are {', '.join(Limit._fields)}."
        elif not _whole(said, 0):
            yield f"{name}: {said!r} is no whole number from 1 to {LONGEST_DAYS}."


def _whole(said: str, usual: int) -> int:
    told = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(LONGEST_DAYS)) else 0
    return told if 0 < told <= LONGEST_DAYS else usual


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of the plan; tables of managers, customers, too many, missed, due, reasons, and of no plan."""
    asked = lay_out(connection, question)
    whole, *managers = queries.rows(connection, COUNTED, **asked)
    customers = queries.rows(connection, EVERYBODY, **asked)
    too_many = customers[0].pop("too_many_customers") if customers else 0
    tables = {
        "managers": [_of_manager(row) for row in managers][: question.limit],
        "customers": customers,
        "too_many": queries.rows(connection, TOO_MANY, **asked),
        "missed": queries.rows(connection, OPEN, **asked, state="missed"),
        "due": queries.rows(connection, OPEN, **asked, state="due"),
        "reasons": queries.rows(connection, REASONS, **asked),
        "without_plan": queries.rows(connection, LACKING, **asked),
    }
    for row in (*customers, *tables["too_many"]):
        row.pop("too_many_customers", None)
    return Answer(
        {
            "first_day": asked["begin"],
            "last_day": asked["end"],
            **_counts(whole),
            "too_many_customers": too_many,
            "most": asked["most"],
            "within_days": asked["days"],
        },
        tables,
    )


def lay_out(connection: Connection, question: Question) -> dict[str, Any]:
    """Put how each contact stands into a table that is gone with the transaction, where it is not there yet.

    Return the parameters of the queries that read it.
    """
    held = {row["policy"]: row["content"] for row in policies.holding(connection, POLICY, question.now)}
    begin, end = period(question)
    limit = limit_of(held.get(POLICY, {}))
    asked = question.parameters() | {"begin": begin, "end": end, "soon_days": SOON_DAYS, **limit._asdict()}
    if queries.row(connection, "SELECT to_regclass('pg_temp.plan_contact') IS NULL AS missing")["missing"]:
        for statement in (TABLES, MANAGERS, STANDS):
            connection.execute(statement, None if statement is TABLES else asked)
    return asked


def period(question: Question) -> tuple[date, date]:
    """Return the first and the last day: what is not asked for is of the year of the other one, or of the clock."""
    year = (question.begin or question.end or question.now.date()).year
    begin, end = question.begin or date(year, 1, 1), question.end or date(year, 12, 31)
    if begin > end:
        message = f"from: {begin} is after the end of the period, {end}."
        raise BadQuestion(message)
    return begin, end


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    share = row["fell_due_kept"] / row["fell_due"] if row["fell_due"] else None
    return {name: row[name] for name in COUNTS} | {"kept_share": share, "without_plan": row["without_plan"]}


def _of_manager(row: dict[str, Any]) -> dict[str, Any]:
    return {"manager": row["manager"], **_counts(row)}


def headline(_question: Question, answer: Answer) -> str:
    """Say how much of the plan was kept, what was missed, what is due, and who has no plan."""
    figures = answer.figures
    lacking = words.counted(figures["without_plan"], "customer")
    if not figures["planned"]:
        nothing = f"No contact is planned from {figures['first_day']} to {figures['last_day']}"
        return f"{nothing}; {lacking} with a manager and no plan." if figures["without_plan"] else f"{nothing}."
    told = [f"{words.counted(figures['planned'], 'planned contact')} from {figures['first_day']}"]
    if figures["kept_share"] is not None:
        told.append(f"{words.share(figures['kept_share'])} of those whose day is over were kept")
    told.append(f"{figures['missed']:,} missed, {figures['due']:,} due in {SOON_DAYS} days")
    if figures["too_many_customers"]:
        told.append(f"too many for {words.counted(figures['too_many_customers'], 'customer')}")
    if figures["without_plan"]:
        told.append(f"{lacking} with a manager and no plan")
    return "; ".join(told) + "."


CONTACT_PLAN = Report(
    "contact_plan",
    "Contact plan",
    ("contact_plans", "managers", "policies", "purchases"),
    answer,
    about="a manager, such as staff-1",
    headline=headline,
)
