"""Complaints: were they answered and resolved as promised, what came after, and what they may cost.

Reads `complaint_cases`, `policies`, `purchases`, `offers`. A complaint is one person's, under whatever identifier; it
is of the store that its first word names, and of the day in UTC on which it was opened. Without a period it tells of
all. What happened after the clock is not seen, so that any clock may be asked.

* The promise: the policy `complaint_promise` (a store's own is `complaint_promise.STORE`), in the version that was in
  force when the complaint was opened; without any it is 24 hours, round the clock. `hours` is until the first reply,
  `resolution_hours` until it is resolved, and as much as `hours` where it is not said. With `days`, `opens`, `closes`,
  `zone`, `country` or `subdivision` those are working hours: on `days` such as "mon-fri", from `opens` to `closes`
  by the clock of `zone`, without the public holidays of `country`. Of a version that was published again its last
  wording counts. One that cannot be understood is in the table `problems`, and passed over.
* Its clock begins when the complaint is first raised, and stands still from when we ask the customer something until
  they answer, confirm or reopen, or we hold it for resolved. A first reply is a person's answer; neither that we have
  it nor that we hold it for solved is one. Resolved is the first resolution that no reopening follows: what was
  reopened was never resolved, and the time counts from the first word on.
* A promise is `kept` (done in time, to the microsecond), `broken` (done late, or not done and too late) or `running`.
  `kept_share` is of those that are settled.
* `times`: percentiles from opening to first reply and to resolution, by the clock on the wall and in the promise's
  working time, interpolated linearly (Hyndman and Fan, Sample Quantiles in Statistical Packages, The American
  Statistician 50, 1996, definition 7). They are of what has come: what still waits is not in them.
* Reopened: the share of complaints that were resolved at least once and reopened after that.
* Gestures: how many, of what kind, and what they cost, in the question's currency. Whether one was accepted is known
  where an offer of kind `gesture` that names the complaint was taken or refused; `accepted_share` is of those.
* Satisfaction after: the last rating from one to five; satisfied are four and five. Those who rate choose to, and a
  difference between groups is no effect of what they differ by.
* At risk: people with a complaint that is open, or was handled badly: the reply came late, or the resolution where
  `resolution_hours` promised one; it was reopened, or rated one or two.
  What they spent in the last 365 days, net, times the share who buy elsewhere, 14 %, is `revenue_at_risk_minor`; each
  tells nine others. Both are stated assumptions and no findings of this shop: rules of thumb of the trade, of which we
  know no study that we could read. The policy `complaint_cost` sets others: `brand_switch_percent` and `people_told`.
* `late`: complaints with a broken promise, once each, by the first one that broke: those that still lack it first, then
  the longest wait. `due` is when it was to be done.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from psycopg.rows import dict_row

from projections._engine import queries
from projections._engine.registry import Connection
from services.promises.in_force import VERSIONS, Promises
from services.reports import complaints_counted as counted
from services.reports import words
from services.reports.complaints_at_risk import Assumptions, assumptions, at_risk
from services.reports.complaints_counted import Complaint
from services.reports.report import Answer, Question, Report

READ_AT_ONCE = 5_000

# The complaints that there were by the clock, of a store, a period and a cause, each person's identifiers as one.
CASES = """
SELECT person, complaint, store, cause, opened, steps FROM complaint_cases_by_person
 WHERE opened <= %(now)s AND (%(store)s::text IS NULL OR store = %(store)s)
   AND (%(about)s::text IS NULL OR cause = %(about)s)
   AND (%(begin)s::date IS NULL OR opened >= %(begin)s::date)
   AND (%(end)s::date IS NULL OR opened < %(end)s::date + interval '1 day')
"""

# What was said to gestures, by the last word: an offer of that kind that names the complaint.
SAID_TO_GESTURES = """
SELECT coalesce(p.person, o.subject) AS person, o.thing AS complaint,
       max(o.last_taken) FILTER (WHERE o.last_taken <= %(now)s) AS taken,
       max(o.last_refused) FILTER (WHERE o.last_refused <= %(now)s) AS refused
  FROM offers AS o LEFT JOIN person_of AS p ON p.identifier = o.subject
 WHERE o.kind = 'gesture' AND o.thing = ANY (%(complaints)s)
 GROUP BY 1, 2
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of all complaints; tables of promises, times, causes, stores, gestures, ratings, late ones."""
    promises = Promises(queries.rows(connection, VERSIONS, now=question.now), question.now)
    found = sorted(_measured(connection, question, promises), key=attrgetter("person", "complaint"))
    assumed, wrong = assumptions(connection, question)
    replies, resolutions = [each.reply for each in found], [each.resolution for each in found]
    reply, resolution = counted.promise_row("reply", replies), counted.promise_row("resolution", resolutions)
    gestures = _gestures(connection, question, found)
    ratings = counted.rating_rows(found)
    let_down = sorted({each.person for each in found if each.at_risk})
    return Answer(
        {
            "complaints": len(found),
            "persons": len({each.person for each in found}),
            "open": sum(each.is_open for each in found),
            "waiting_for_customer": sum(each.is_open and each.standing.waiting for each in found),
            **{f"reply_{name}": reply[name] for name in (*counted.STATES, "kept_share")},
            **{f"resolution_{name}": resolution[name] for name in (*counted.STATES, "kept_share")},
            **counted.reopened_figures(found),
            "gestures": sum(row["offered"] for row in gestures),
            "gestures_cost_minor": counted.gestures_minor(found, question.currency),
            **{name: ratings[0][name] for name in ("rated", "mean_rating", "satisfied_share")},
            **at_risk(connection, question, let_down, assumed),
        },
        {
            "promises": [reply, resolution],
            "times": [*counted.time_rows("first_reply", replies), *counted.time_rows("resolution", resolutions)],
            "causes": counted.group_rows("cause", found, attrgetter("cause"), question.currency)[: question.limit],
            "stores": counted.group_rows("store", found, attrgetter("store"), question.currency)[: question.limit],
            "gestures": gestures[: question.limit],
            "satisfaction": ratings,
            "late": counted.late_rows(found, question.limit),
            "assumptions": _assumed(assumed),
            "problems": [*(each._asdict() for each in promises.problems), *wrong],
        },
    )


def _measured(connection: Connection, question: Question, promises: Promises) -> Iterator[Complaint]:
    """Yield the complaints, which are read in pieces: there may be many."""
    with connection.cursor("complaints", row_factory=dict_row) as cursor:
        cursor.itersize = READ_AT_ONCE
        for row in cursor.execute(CASES, question.parameters()):
            yield counted.measured(row, promises, question.now)


def _gestures(connection: Connection, question: Question, found: Sequence[Complaint]) -> list[dict[str, Any]]:
    """Return gestures by kind, the most first, with what was said to them."""
    offered = [(each, gesture) for each in found for gesture in each.standing.gestures]
    asked = {"complaints": sorted({each.complaint for each, _ in offered}), "now": question.now}
    said = {(row["person"], row["complaint"]): row for row in queries.rows(connection, SAID_TO_GESTURES, **asked)}
    rows: dict[str, dict[str, Any]] = {}
    for each, gesture in offered:
        usual = {"kind": gesture.kind, "offered": 0, "cost_minor": 0, "accepted": 0, "refused": 0}
        row = rows.setdefault(gesture.kind, usual)
        row["offered"] += 1
        row["cost_minor"] += gesture.amount_minor if gesture.currency == question.currency else 0
        accepted = _accepted(said.get((each.person, each.complaint)))
        if accepted is not None:
            row["accepted" if accepted else "refused"] += 1
    for row in rows.values():
        row["accepted_share"] = counted.share(row["accepted"], row["accepted"] + row["refused"])
    return sorted(rows.values(), key=lambda row: (-row["offered"], row["kind"]))


def _accepted(said: Mapping[str, Any] | None) -> bool | None:
    """Return whether a gesture was accepted, by the last word, or None where nobody said."""
    if said is None or (said["taken"] is None and said["refused"] is None):
        return None
    return said["refused"] is None or (said["taken"] is not None and said["taken"] >= said["refused"])


def _assumed(assumed: Assumptions) -> list[dict[str, Any]]:
    source = f"policy complaint_cost, version {assumed.policy_version}" if assumed.policy_version else "usual"
    values = {"brand_switch_percent": float(assumed.brand_switch_percent), "people_told": float(assumed.people_told)}
    return [{"assumption": name, "value": value, "source": source} for name, value in values.items()]


def headline(question: Question, answer: Answer) -> str:
    """Say how many complaints there are, how well the promise was kept, and what stands at stake."""
    figures = answer.figures
    if not figures["complaints"]:
        return "Nobody has complained."
    told = words.counted(figures["complaints"], "complaint")
    if figures["reply_kept_share"] is not None:
        told += f", {words.share(figures['reply_kept_share'])} answered within the promise"
    risk = words.money(figures["revenue_at_risk_minor"], question.currency)
    return f"{told}; {figures['open']:,} open; {risk} of a year's revenue at risk."


COMPLAINTS = Report(
    "complaints",
    "Complaints",
    ("complaint_cases", "policies", "purchases", "offers"),
    answer,
    about="a cause, such as late",
    headline=headline,
)
