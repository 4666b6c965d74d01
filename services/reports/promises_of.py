"""What we promised one customer, as SQL for their page: what is open, by when it is due, and the last that was broken.

A promise is open while nobody said that it was kept or broken; ``overdue`` tells that its time has passed all the same.
One that was broken and kept later was broken.
"""

from typing import LiteralString

PROMISES_OF: LiteralString = """
WITH own AS MATERIALIZED (
    SELECT promise, kind, about, made, due, CASE WHEN kept <= %(now)s THEN kept END AS kept,
           CASE WHEN broken <= %(now)s THEN broken END AS broken
      FROM promises_of(%(subject)s) WHERE made <= %(now)s
), told AS (
    (SELECT 'open' AS state, * FROM own WHERE kept IS NULL AND broken IS NULL ORDER BY due, promise LIMIT 20)
     UNION ALL
    (SELECT 'broken', * FROM own WHERE broken IS NOT NULL ORDER BY broken DESC, promise LIMIT 1)
)
SELECT state, promise, kind, about, made, due, state = 'open' AND due < %(now)s AS overdue, broken, kept
  FROM told ORDER BY state DESC, due, promise
"""
