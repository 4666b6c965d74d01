"""What is to be done: all open tasks, by deadline and reason, whoever sees to them.

Reads ``tasks``, as the report ``tasks`` does, which says what everything means. With very many tasks its figures of
all that ever was may be some while old; what is open is of now.
"""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, LiteralString

from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.reports.tasks import COLUMNS, DEADLINES, SAID, STANDING, TASKS
from services.views.event_places import with_places
from services.views.people import staff, versions_of, with_people
from services.views.reports import ByStore, Store, answered
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

WORDS = {
    "overdue": "Overdue",
    "today": "In 24 hours",
    "week": "Within a week",
    "later": "Later",
    "none": "No deadline",
}
NOBODY = "-"

Manager = Annotated[str, Meta(description="Of this member of staff; '-' is what nobody sees to.", max_length=128)]
Reason = Annotated[str, Meta(description="Of one reason, such as complaint_opened.", max_length=128)]
Deadline = Annotated[str, Meta(description=f"By deadline: {', '.join(DEADLINES)}.", max_length=16)]
Open = Annotated[str, Meta(description="The task whose forms are open.", max_length=128)]
Limit = Annotated[int, Meta(description="The most tasks that are listed.", ge=1, le=10_000)]

# What is open: an index finds the rows, and what has but one row is told by it. What was told of under several
# identifiers is merged by person, and is open where all of its rows are, and of who and what store some of them say.
OPEN_ROWS: LiteralString = f"""(
WITH row_open AS MATERIALIZED (
    SELECT coalesce(p.person, t.subject) AS person, t.*
      FROM tasks AS t LEFT JOIN person_of AS p ON p.identifier = t.subject
     WHERE (t.done IS NULL OR t.done > %(now)s) AND (t.dropped IS NULL OR t.dropped > %(now)s)
       AND (%(store)s::text IS NULL OR t.store = %(store)s OR %(store)s = '' AND t.store IS NULL)
       AND (%(about)s::text IS NULL OR t.assignee = %(about)s OR %(about)s = '' AND t.assignee IS NULL)
), several AS MATERIALIZED (
    SELECT task FROM tasks WHERE task = ANY (ARRAY(SELECT task FROM row_open)) GROUP BY task HAVING count(*) > 1
)
SELECT {SAID} FROM row_open WHERE task NOT IN (SELECT task FROM several)
 UNION ALL
SELECT {SAID} FROM tasks_by_person WHERE task = ANY (ARRAY(SELECT task FROM several))
)"""  # noqa: S608 - made of constants

TABLE: LiteralString = f"CREATE TEMP TABLE open_task ({COLUMNS}) ON COMMIT DROP"
OPENED: LiteralString = f"INSERT INTO open_task {STANDING.format(source=OPEN_ROWS)} AND state = 'open'"

LISTED = """
SELECT person, task, title, reason, why, due, deadline, manager, store, about, opened,
       (date_part('epoch', due - %(now)s::timestamptz))::float8 AS left_seconds
  FROM open_task
 WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
   AND (%(manager)s::text IS NULL OR manager = %(manager)s)
   AND (%(deadline)s::text IS NULL OR deadline = %(deadline)s)
 ORDER BY due NULLS LAST, opened, person, task LIMIT %(limit)s
"""

COUNTED = """
SELECT deadline, reason, manager, count(*) AS tasks FROM open_task
 WHERE %(manager)s::text IS NULL OR manager = %(manager)s
 GROUP BY deadline, reason, manager
"""


class TaskParameters(Parameters, frozen=True, kw_only=True):
    """Which tasks are wanted."""

    store: Store | None = None
    manager: Manager | None = None
    reason: Reason | None = None
    deadline: Deadline | None = None
    open: Open | None = None
    limit: Limit = 50


def answer(reading: Reading) -> Document:
    """Open tasks by deadline, and how many there are of each deadline, reason and member of staff."""
    asked: TaskParameters = reading.asked
    if asked.deadline is not None and asked.deadline not in DEADLINES:
        message = f"deadline: {asked.deadline!r} is none; there are {', '.join(DEADLINES)}."
        raise BadParameter(message)
    report = answered(TASKS, replace(reading, asked=ByStore(store=asked.store, limit=50)))
    manager = "" if asked.manager == NOBODY else asked.manager
    _find_open(reading, manager)
    wanted = {"reason": asked.reason, "manager": manager, "deadline": asked.deadline, "limit": asked.limit}
    listed = queries.rows(reading.connection, LISTED, now=reading.now, **wanted)
    counts = queries.rows(reading.connection, COUNTED, manager=manager)
    deadlines, reasons = Counter[str](), Counter[str]()
    for row in counts:
        if asked.reason in {None, row["reason"]}:
            deadlines[row["deadline"]] += row["tasks"]
        if asked.deadline in {None, row["deadline"]}:
            reasons[row["reason"]] += row["tasks"]
    return {
        "headline": report["headline"],
        "figures": {**report["figures"], **{f"count_{name}": deadlines[name] for name in DEADLINES}},
        "deadlines": [{"deadline": name, "word": WORDS[name], "tasks": deadlines[name]} for name in DEADLINES],
        "reasons": [{"reason": name, "tasks": tasks} for name, tasks in reasons.most_common()],
        "choices": report["choices"],
        "staff": staff(reading.connection),
        "tables": {"tasks": _shown(reading, listed), "managers": report["tables"]["managers"]},
    }


def _find_open(reading: Reading, manager: str | None) -> None:
    """Put what is open into a table that lasts as long as the reading."""
    said = {"now": reading.now, "store": reading.asked.store, "begin": None, "end": None, "about": manager}
    reading.connection.execute(TABLE)
    reading.connection.execute(OPENED, said)


def _shown(reading: Reading, listed: list[dict[str, Any]]) -> list[Row]:
    live = reading.until is None
    placed = with_places(reading.connection, listed, "opened", "regulars.task.opened")
    told = with_people(reading.connection, placed, reading.now, live=live)
    versions = versions_of(reading.connection, "task", (row["task"] for row in told)) if live else {}
    return [{**row, "version": versions.get(row["task"], 0)} for row in told]


OPEN_TASKS = View(
    name="open_tasks",
    path="/tasks",
    title="Tasks",
    answer=answer,
    parameters=TaskParameters,
    reads=(*TASKS.reads, "managers", "profile", "staff"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
)
