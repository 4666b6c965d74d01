"""What is to be done for one customer, as SQL for their page: open tasks, what is due first at the top.

What everything means stands with the report `tasks`.
"""

from typing import LiteralString

TASKS_OF: LiteralString = """
SELECT task, title, reason, why, due, coalesce(due < %(now)s, false) AS overdue, nullif(assignee, '') AS assignee,
       about, opened
  FROM tasks_of(%(subject)s)
 WHERE opened <= %(now)s AND coalesce(done > %(now)s, true) AND coalesce(dropped > %(now)s, true)
 ORDER BY due NULLS LAST, opened, task LIMIT 20
"""
