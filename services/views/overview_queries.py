"""The queries behind the overview: who buys, how few bring how much, what is sought in vain, and who moved."""

from typing import LiteralString

from services.directory.finding import SCOPE
from services.reports.concentration import REVENUES

PERCENT = 80

# How many there are, and how many of them come again and again.
CUSTOMERS: LiteralString = """
SELECT count(*) AS customers, count(*) FILTER (WHERE orders >= %(regular_orders)s) AS regulars
  FROM directory WHERE %(store)s::text IS NULL OR stores @> ARRAY[%(store)s]::text[]
"""

# Who ordered within the last thirty days, and within the thirty before.
ACTIVE: LiteralString = """
SELECT count(DISTINCT person) FILTER (WHERE day > %(today)s::date - 30) AS active,
       count(DISTINCT person) FILTER (WHERE day <= %(today)s::date - 30) AS active_before
  FROM (SELECT coalesce(p.person, b.subject) AS person, b.day
          FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
         WHERE b.orders > 0 AND b.day > %(today)s::date - 60 AND b.day <= %(today)s::date
           AND (%(store)s::text IS NULL OR b.store = %(store)s)) AS bought
 WHERE person LIKE 'customer:%%'
"""

# What each customer brought, ever: as the directory keeps it, or, of one store, worked out.
KEPT: LiteralString = "SELECT net_minor FROM directory"
OF_A_STORE = f"SELECT net_minor FROM ({REVENUES}) AS r"  # noqa: S608 - made of constants

# The curve of customers, those who bring most first, and of revenue: a row for each percent of the customers.
CURVE = """
WITH ranked AS (
    SELECT row_number() OVER best AS rank, sum(net_minor) OVER best AS running, count(*) OVER () AS customers,
           sum(net_minor) OVER () AS total
      FROM ({brought}) AS b WHERE net_minor > 0
    WINDOW best AS (ORDER BY net_minor DESC ROWS UNBOUNDED PRECEDING)
)
SELECT max(rank) AS rank, max(running)::bigint AS running_minor, customers AS bringing_customers,
       total::bigint AS revenue_minor, min(rank) FILTER (WHERE running * 100 >= total * %(percent)s) AS bringing
  FROM ranked GROUP BY (rank * 100 - 1) / customers, customers, total ORDER BY rank
"""

WISHES: LiteralString = """
SELECT query, sum(without_result)::bigint AS without_result,
       count(DISTINCT coalesce(p.person, d.subject)) AS askers, max(d.last_asked) AS last_asked
  FROM unmet_demand AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
 WHERE d.without_result > 0 AND d.day > %(today)s::date - 30 AND d.day <= %(today)s::date
   AND (%(store)s::text IS NULL OR d.store = %(store)s)
 GROUP BY query ORDER BY 2 DESC, query LIMIT 5
"""

MOVED: LiteralString = f"""
(SELECT person, name, dial_before, dial, dial - dial_before AS moved FROM directory
  WHERE dial >= 0 AND dial_before >= 0 AND dial > dial_before AND {SCOPE}
  ORDER BY dial - dial_before DESC, person DESC LIMIT 3)
 UNION ALL
(SELECT person, name, dial_before, dial, dial - dial_before FROM directory
  WHERE dial >= 0 AND dial_before >= 0 AND dial < dial_before AND {SCOPE}
  ORDER BY dial - dial_before, person LIMIT 3)
"""  # noqa: S608 - made of constants
