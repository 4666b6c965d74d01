"""Checklists: what was to be done for a customer, what was, what is next, and what was missed.

Reads `policies`, `orders`, `complaint_cases`, `visits`, `checklist_steps`, `ratings` and `contact_plans`. A playbook
says what begins a checklist, its steps with their deadlines, and who does them; `regulars checklists publish` puts one
in force, and the version decides that was in force when a run began. A run is one person's, under whatever identifier,
and one thing of theirs: an order, a complaint, a visit, or a table in a restaurant. Without a period it tells of runs
that began in the last 90 days by the clock; a run is of the store, and of the day in UTC, in which it began.

* A step is done when somebody ticked it, or when the event was there that shows it; the earlier one counts. Its
  deadline is the run's beginning and the time that the playbook gives, by the clock on the wall: nights and holidays
  count, as they do for a guest who waits.
* Each step is `kept` (done by its deadline), `late` (done after it) or `missed` (not done, and the deadline is past);
  or nothing is settled yet: `ahead` (done, the deadline to come) or `open`. A step that was not done when the run was
  called off is `called_off`, if its deadline had not passed by then.
* Consistency: of the steps whose deadline has passed, the share that was kept, by step and store; what is ahead counts
  when its deadline comes, so that a young run does not look better than it will. Of runs, the share of those with all
  deadlines passed of which every step was kept (item-by-item and all-or-none measurement: Nolan and Berwick,
  All-or-None Measurement Raises the Bar on Performance, JAMA 295, 2006).
* Runs are listed late first: those with a missed step, the longest overdue at the top; then those with a next step.
* `stray`: what was ticked in the period of no run there is: of a checklist that no playbook describes or that did not
  hold yet, of a thing that we never heard of, or of a step that its playbook does not have.

A complaint counts as resolved at its last resolution, unless it was reopened after. What came after the clock is not
seen; where only a last time is kept, one before the clock is forgotten too, and a past has it exactly.
"""

from collections import defaultdict
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.checklists_counted import EVERYTHING
from services.reports.period import bounded
from services.reports.report import Answer, BadQuestion, Question, Report

USUAL_DAYS = 90
STATES = ("kept", "late", "missed", "ahead", "open", "called_off")
BY_HASHES = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"
"""How many runs a playbook has, Postgres cannot guess; it would go through all of them for each tick."""

RUNS = ("runs", "late", "under_way", "due", "kept")


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of all runs; tables of playbooks, of steps in all stores and in each, of runs, and of strays."""
    asked = bounded(question, USUAL_DAYS)
    connection.execute(BY_HASHES)
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in queries.rows(connection, EVERYTHING, **asked):
        told[row["kind"]].append(row | row["told"])
    playbooks, steps = [_playbook(row) for row in told["playbook"]], [_step(row) for row in told["step"]]
    if question.about is not None and not playbooks:
        message = f"about: no playbook {question.about!r} was published; see 'regulars checklists list'."
        raise BadQuestion(message)
    everywhere = [row for row in steps if row["store"] is None]
    by_store = [row for row in steps if row["store"] is not None]
    whole = {name: sum(row[name] for row in playbooks) for name in RUNS}
    due, kept = (sum(row[name] for row in everywhere) for name in ("due", "kept"))
    return Answer(
        {
            "first_day": asked["begin"],
            "last_day": asked["end"],
            "playbooks_in_force": sum(row["in_force"] for row in playbooks),
            **whole,
            "kept_share": _share(whole["kept"], whole["due"]),
            "steps_due": due,
            "steps_kept": kept,
            "steps_kept_share": _share(kept, due),
        },
        {
            "playbooks": playbooks,
            "steps": [{name: value for name, value in row.items() if name != "store"} for row in everywhere],
            "stores": sorted(by_store, key=_worst_first)[: question.limit],
            "runs": [_run(row) for row in told["run"]],
            "stray": [_stray(row) for row in told["stray"]],
        },
    )


def _playbook(row: dict[str, Any]) -> dict[str, Any]:
    named = {"checklist": row["checklist"], "title": row["title"], "in_force": row["in_force"], "since": row["at"]}
    return named | {name: row[name] for name in RUNS} | {"kept_share": _share(row["kept"], row["due"])}


def _step(row: dict[str, Any]) -> dict[str, Any]:
    due = row["kept"] + row["late"] + row["missed"]
    named = {name: row[name] for name in ("checklist", "store", "step", "title", "who", "runs")}
    return {**named, "due": due, **{name: row[name] for name in STATES}, "kept_share": _share(row["kept"], due)}


def _run(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("checklist", "person", "run", "store")}
    told |= {"began": row["at"], "late_since": row["late_since"], "missed": row["missed"]}
    told |= {name: row[name] for name in ("next", "next_due", "next_who", "done_late", "happened")}
    return told


def _stray(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("checklist", "step", "ticks", "runs")} | {"last": row["at"]}


def _worst_first(row: dict[str, Any]) -> tuple[float, int, str, str, str]:
    share = 2.0 if row["kept_share"] is None else row["kept_share"]
    return share, -row["due"], row["store"], row["checklist"], row["step"]


def _share(part: int, whole: int) -> float | None:
    """Return a share; of nothing there is none."""
    return part / whole if whole else None


def headline(_question: Question, answer: Answer) -> str:
    """Say how many runs lack a step, and how consistently steps are kept; which one least."""
    figures = answer.figures
    if not figures["runs"]:
        if figures["playbooks_in_force"]:
            return f"No checklist was begun from {figures['first_day']} to {figures['last_day']}."
        return "No playbook is in force: see 'regulars checklists list', and publish one."
    late = f"A step is missing in {figures['late']:,} of {words.counted(figures['runs'], 'checklist')}"
    if figures["steps_kept_share"] is None:
        return f"{late}."
    rated = [row for row in answer.tables["steps"] if row["kept_share"] is not None]
    worst = min(rated, key=lambda row: (row["kept_share"], -row["due"], row["checklist"], row["step"]))
    return (
        f"{late}; {words.share(figures['steps_kept_share'])} of the steps were done in time,"
        f" least often “{worst['title']}”, {words.share(worst['kept_share'])}."
    )


CHECKLISTS = Report(
    "checklists",
    "Checklists",
    ("policies", "orders", "complaint_cases", "visits", "checklist_steps", "ratings", "contact_plans"),
    answer,
    about="a playbook, such as first_order",
    headline=headline,
)
