"""Tasks: what the staff should do next, for whom, why and by when; what is overdue, and what became of the rest.

Reads `tasks`. A task is of whoever sees to it by the last word, nobody where that is empty; of the store that it names;
and of the day in UTC on which it was opened. It is for one person, under whatever identifier. Without a period it tells
of tasks of all times. What came after the clock is not seen; of who sees to a task, and by when, the last word is
taken, also where it was said later. A past has it exactly.

* Open: neither done nor dropped by the clock. `overdue`: open, and its deadline has passed. A task without a deadline
  is never overdue, so it stands apart, in `without_deadline`: what has no deadline tends not to be done.
* Deadlines: open tasks by how far away theirs is. `overdue`; `today`, in the next 24 hours; `week`, in the 7 days of 24
  hours from now; `later`; `none`.
* On time: of the tasks with a deadline that were done, the share that was done by it. What is overdue and open is in
  neither, so it says nothing of what is never done: read it beside `overdue`. Median hours are from opening to doing,
  by the clock on the wall; one that was done before it was opened took no time.
* `dropped` tasks need not be done any more. A task that is both done and dropped is done.

That a task was done says that somebody said so, not that the customer noticed.
"""

from typing import Any, LiteralString

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, Question, Report

DEADLINES = ("overdue", "today", "week", "later", "none")

# What the queries below read, worked out once for an answer and gone with its transaction: tasks, as they stand.
COLUMNS: LiteralString = """
    person text COLLATE "C", task text COLLATE "C", title text, reason text COLLATE "C", why text, about text,
    store text COLLATE "C", manager text COLLATE "C", opened timestamptz, due timestamptz, done timestamptz,
    state text, deadline text
"""
TABLE: LiteralString = f"CREATE TEMP TABLE known_task ({COLUMNS}) ON COMMIT DROP"

SAID: LiteralString = "person, task, title, reason, why, about, store, assignee, opened, due, done, dropped"
EVERY_TASK: LiteralString = "tasks_by_person"

STANDING: LiteralString = """
SELECT *, CASE WHEN state <> 'open' THEN NULL WHEN due IS NULL THEN 'none'
               WHEN due < %(now)s::timestamptz THEN 'overdue'
               WHEN due <= %(now)s::timestamptz + interval '24 hours' THEN 'today'
               WHEN due <= %(now)s::timestamptz + interval '168 hours' THEN 'week' ELSE 'later' END
  FROM (SELECT person, task, coalesce(title, '') AS title, coalesce(reason, '') AS reason, coalesce(why, '') AS why,
               coalesce(about, '') AS about, coalesce(store, '') AS store, coalesce(assignee, '') AS manager,
               opened, due, CASE WHEN done <= %(now)s THEN done END AS done,
               CASE WHEN done <= %(now)s THEN 'done' WHEN dropped <= %(now)s THEN 'dropped' ELSE 'open' END AS state
          FROM {source} AS said
         WHERE opened <= %(now)s
           AND (%(begin)s::date IS NULL OR (opened AT TIME ZONE 'UTC')::date >= %(begin)s)
           AND (%(end)s::date IS NULL OR (opened AT TIME ZONE 'UTC')::date <= %(end)s)) AS t
 WHERE (%(store)s::text IS NULL OR store = %(store)s) AND (%(about)s::text IS NULL OR manager = %(about)s)
"""
KNOWN: LiteralString = f"INSERT INTO known_task {STANDING.format(source=EVERY_TASK)}"

# The whole, and the same by manager, reason, store and deadline: ``part`` says which, and ``value`` what of it.
COUNTED = """
SELECT CASE WHEN grouping(manager) = 0 THEN 'manager' WHEN grouping(reason) = 0 THEN 'reason'
            WHEN grouping(store) = 0 THEN 'store' WHEN grouping(deadline) = 0 THEN 'deadline' ELSE 'whole' END AS part,
       coalesce(manager, reason, store, deadline, '') AS value,
       count(*) AS tasks, count(*) FILTER (WHERE state = 'open') AS open,
       count(*) FILTER (WHERE deadline = 'overdue') AS overdue, count(*) FILTER (WHERE deadline = 'today') AS today,
       count(*) FILTER (WHERE deadline = 'none') AS without_deadline,
       count(*) FILTER (WHERE state = 'open' AND manager = '') AS with_nobody,
       count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'dropped') AS dropped,
       count(*) FILTER (WHERE state = 'done' AND done <= due) AS on_time,
       count(*) FILTER (WHERE state = 'done' AND done > due) AS late,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', greatest(done, opened) - opened) / 3600)
           FILTER (WHERE state = 'done') AS median_hours,
       min(due) FILTER (WHERE state = 'open') AS first_due
  FROM known_task
 GROUP BY GROUPING SETS ((), (manager), (reason), (store), (deadline))
 ORDER BY part, overdue DESC, open DESC, tasks DESC, value
"""

# Open tasks with and without the deadline behind them; the longest overdue first, then what is due next.
OPEN = """
SELECT person, task, title, reason, why, due, manager, store, about, opened,
       CASE WHEN deadline = 'overdue' THEN (date_part('epoch', %(now)s::timestamptz - due) / 3600)::float8 END
           AS overdue_hours
  FROM known_task WHERE state = 'open' AND (deadline = 'overdue') = %(overdue)s
 ORDER BY due NULLS LAST, opened, person, task LIMIT %(limit)s
"""

COUNTS = ("tasks", "open", "overdue", "today", "without_deadline", "with_nobody", "done", "dropped")
OF_A_PART = ("tasks", "open", "overdue", "done", "dropped")


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of all tasks; tables of managers, reasons, stores and deadlines, and of what is to be done."""
    asked = question.parameters()
    connection.execute(TABLE)
    connection.execute(KNOWN, asked)
    parts: dict[str, list[dict[str, Any]]] = {"manager": [], "reason": [], "store": [], "deadline": []}
    for row in queries.rows(connection, COUNTED, **asked):
        parts.setdefault(row["part"], []).append(row)
    (whole,) = parts["whole"]
    deadlines = {row["value"]: row["open"] for row in parts["deadline"]}
    return Answer(
        {name: whole[name] for name in COUNTS} | _doing(whole),
        {
            "managers": [_part("manager", row) for row in parts["manager"][: question.limit]],
            "reasons": [_part("reason", row) for row in parts["reason"][: question.limit]],
            "stores": [_part("store", row) for row in parts["store"][: question.limit]],
            "deadlines": [{"deadline": name, "open": deadlines.get(name, 0)} for name in DEADLINES],
            "overdue": queries.rows(connection, OPEN, **asked, overdue=True),
            "next": [_without(row, "overdue_hours") for row in queries.rows(connection, OPEN, **asked, overdue=False)],
        },
    )


def _part(part: str, row: dict[str, Any]) -> dict[str, Any]:
    return {part: row["value"], **{name: row[name] for name in OF_A_PART}, **_doing(row), "first_due": row["first_due"]}


def _doing(row: dict[str, Any]) -> dict[str, Any]:
    settled = row["on_time"] + row["late"]
    return {"on_time_share": row["on_time"] / settled if settled else None, "median_hours": row["median_hours"]}


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def headline(question: Question, answer: Answer) -> str:
    """Say what is open and overdue, whose, and what nobody sees to."""
    figures = answer.figures
    if not figures["tasks"]:
        return "No task was opened."
    told = [f"{words.counted(figures['open'], 'task')} open, {figures['overdue']:,} overdue"]
    if figures["overdue"]:
        worst = next(row for row in answer.tables["managers"] if row["overdue"])
        longest = answer.tables["overdue"][0]
        who = worst["manager"] or "nobody"
        days = words.counted((question.now - longest["due"]).days, "day")
        told.append(f"most of them of {who} ({worst['overdue']:,}), one for {days}")
    if figures["with_nobody"]:
        told.append(f"{figures['with_nobody']:,} that nobody sees to")
    if figures["on_time_share"] is not None:
        told.append(f"{words.share(figures['on_time_share'])} of those done were done in time")
    return "; ".join(told) + "."


TASKS = Report("tasks", "Tasks", ("tasks",), answer, about="a member of staff, such as staff-1", headline=headline)
