"""The queries behind somebody's day: of tasks that they were given, and of the customers whom they look after.

``%(names)s`` are whose day it is, and whom they stand in for. Each query begins from what is theirs, so that it costs
no more than that, however many customers there are.
"""

from typing import LiteralString

# Every identifier of the customers whom these look after.
OWN: LiteralString = """
own AS MATERIALIZED (
    SELECT d.person, d.name, d.manager, i.identifier
      FROM directory AS d
     CROSS JOIN LATERAL (SELECT d.person AS identifier
                          UNION SELECT p.identifier FROM person_of AS p WHERE p.person = d.person) AS i
     WHERE d.manager = ANY (%(names)s)
)
"""

# Open tasks by the last word on who sees to them; a subject's rows may lie under several identifiers.
OPEN_TASKS: LiteralString = """
candidate AS (
    SELECT DISTINCT coalesce(p.person, t.subject) AS person
      FROM tasks AS t LEFT JOIN person_of AS p ON p.identifier = t.subject
     WHERE t.assignee = ANY (%(names)s) AND t.done IS NULL AND t.dropped IS NULL
), open_task AS (
    SELECT t.* FROM candidate AS c CROSS JOIN LATERAL tasks_of(c.person) AS t
     WHERE t.assignee = ANY (%(names)s) AND t.opened <= %(now)s
       AND coalesce(t.done > %(now)s, true) AND coalesce(t.dropped > %(now)s, true)
)
"""

TASKS: LiteralString = f"""
WITH {OPEN_TASKS}
SELECT t.person, coalesce(d.name, '') AS name, t.task, t.title, coalesce(t.reason, '') AS reason,
       coalesce(t.why, '') AS why, t.due, coalesce(t.due < %(now)s, false) AS overdue, coalesce(t.about, '') AS about,
       coalesce(t.store, '') AS store, t.assignee, t.opened
  FROM open_task AS t LEFT JOIN directory AS d USING (person)
 ORDER BY t.due NULLS LAST, t.opened, t.person, t.task LIMIT %(limit)s
"""  # noqa: S608 - made of constants

COUNTED: LiteralString = f"""
WITH {OPEN_TASKS}
SELECT (SELECT count(*) FROM directory WHERE manager = ANY (%(names)s)) AS customers, count(*) AS tasks,
       count(*) FILTER (WHERE due < %(now)s) AS overdue
  FROM open_task
"""  # noqa: S608 - made of constants

# What we promised that is not kept: broken within a week, past its time, or due within three days.
PROMISES: LiteralString = f"""
WITH {OWN}, told AS (
    SELECT own.person, own.name, own.manager, r.promise, min(r.kind) AS kind, min(r.about) AS about,
           min(r.store) AS store, min(r.made) AS made,
           (array_agg(r.due ORDER BY r.due_at DESC, r.due_by DESC))[1] AS due,
           min(r.kept) AS kept, min(r.broken) AS broken
      FROM own JOIN promises AS r ON r.subject = own.identifier GROUP BY 1, 2, 3, 4
)
SELECT person, name, CASE WHEN coalesce(broken <= %(now)s, due < %(now)s) THEN 'broken' ELSE 'due' END AS state,
       promise, kind, coalesce(about, '') AS about, coalesce(store, '') AS store, made, due, manager
  FROM told
 WHERE made <= %(now)s AND coalesce(kept > %(now)s, true) AND due <= %(now)s::timestamptz + interval '3 days'
   AND due > %(now)s::timestamptz - interval '30 days'
 ORDER BY due, person, promise LIMIT %(limit)s
"""  # noqa: S608 - made of constants

PLANNED: LiteralString = f"""
WITH {OWN}, told AS (
    SELECT own.person, own.name, own.manager, r.plan, r.contact, min(r.planned) AS planned,
           (array_agg(r.due_on ORDER BY r.due_on_at DESC, r.due_on_by DESC))[1] AS due_on, min(r.purpose) AS purpose,
           min(r.channel) AS channel, min(r.made) AS made, min(r.skipped) AS skipped
      FROM own JOIN contact_plans AS r ON r.subject = own.identifier WHERE r.plan <> '' GROUP BY 1, 2, 3, 4, 5
)
SELECT person, name, plan, contact, due_on, due_on < %(now)s::date AS overdue, coalesce(purpose, '') AS purpose,
       coalesce(channel, '') AS channel, manager
  FROM told
 WHERE planned <= %(now)s AND coalesce(made > %(now)s, true) AND coalesce(skipped > %(now)s, true)
   AND due_on <= %(now)s::date AND %(now)s::date - due_on <= 30
 ORDER BY due_on, person, plan, contact LIMIT %(limit)s
"""  # noqa: S608 - made of constants

# Who asked and had no answer, and whose complaint had no reply.
WAITING: LiteralString = f"""
WITH {OWN}, asked AS (
    SELECT own.person, own.name, own.manager, 'question' AS kind, r.contact AS about, min(r.asked) AS since,
           min(r.first_answered) AS answered, min(r.bucket) AS what, min(r.channel) AS channel
      FROM own JOIN contacts AS r ON r.subject = own.identifier GROUP BY 1, 2, 3, 4, 5
     UNION ALL
    SELECT own.person, own.name, own.manager, 'complaint', r.complaint, min(r.opened),
           least(min(r.first_reply), max(r.resolved)), min(r.cause), min(r.channel)
      FROM own JOIN complaint_cases AS r ON r.subject = own.identifier GROUP BY 1, 2, 3, 4, 5
)
SELECT person, name, kind, about, coalesce(what, '') AS what, coalesce(channel, '') AS channel, since, manager
  FROM asked WHERE since <= %(now)s AND coalesce(answered > %(now)s, true)
 ORDER BY since, person, about LIMIT %(limit)s
"""  # noqa: S608 - made of constants

# Of birthdays that are near the last word counts; the days are those of the fortnight.
BIRTHDAYS: LiteralString = f"""
WITH {OWN}, said AS (
    SELECT DISTINCT ON (own.person) own.person, own.name, own.manager, r.wording AS birthday, r.about
      FROM own JOIN preferences AS r ON r.subject = own.identifier
     WHERE r.kind = 'birthday' AND r.topic = '' AND r.wording_at <= %(now)s
     ORDER BY own.person, r.wording_at DESC, r.wording_by DESC
)
SELECT person, name, manager, birthday FROM said WHERE right(about, 5) = ANY (%(days)s) ORDER BY person
"""  # noqa: S608 - made of constants

MOVED: LiteralString = """
SELECT person, name, dial_before, dial, dial - dial_before AS moved, manager
  FROM directory WHERE manager = ANY (%(names)s) AND dial >= 0 AND dial_before >= 0
"""
LOUDER: LiteralString = f"{MOVED} AND dial > dial_before ORDER BY dial - dial_before DESC, person LIMIT %(limit)s"
QUIETER: LiteralString = f"{MOVED} AND dial < dial_before ORDER BY dial - dial_before, person LIMIT %(limit)s"

LISTS: dict[str, LiteralString] = {
    "tasks": TASKS,
    "promises": PROMISES,
    "planned": PLANNED,
    "waiting": WAITING,
}
"""What is listed, by the name of the table."""
