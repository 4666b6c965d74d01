"""The queries behind the report of contact plans: how each contact stands, and what is counted and listed of that."""

# What the queries below read, worked out once for an answer and gone with its transaction: who is in charge of each
# customer by the clock, and how each contact stands by it. ``day`` is the one by which a contact is counted, and
# ``within`` how many had been made to that person in the days up to it, itself with them.
TABLES = """
CREATE TEMP TABLE plan_manager (person text COLLATE "C", manager text COLLATE "C", since timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE plan_contact (
    person text COLLATE "C", plan text COLLATE "C", contact text COLLATE "C", purpose text, channel text,
    reason text COLLATE "C", due_on date, made timestamptz, day date, state text, manager text COLLATE "C",
    within bigint, overdue_days integer
) ON COMMIT DROP
"""

MANAGERS = """
INSERT INTO plan_manager
SELECT DISTINCT ON (person) person, manager, reason_at
  FROM managers_by_person WHERE reason_at <= %(now)s ORDER BY person, reason_at DESC, reason_by DESC
"""

STANDS = """
INSERT INTO plan_contact
SELECT person, plan, contact, purpose, channel, reason, due_on, made, coalesce(due_on, made_on),
       CASE WHEN due_on IS NULL THEN 'unplanned' WHEN made_on <= due_on THEN 'kept' WHEN made IS NOT NULL THEN 'late'
            WHEN skipped THEN 'skipped' WHEN due_on < today THEN 'missed'
            WHEN due_on - today <= %(soon_days)s THEN 'due' ELSE 'to_come' END,
       coalesce(nullif(CASE WHEN due_on IS NULL THEN maker ELSE planner END, ''), m.manager, ''),
       count(made) OVER (PARTITION BY person ORDER BY made
                         RANGE BETWEEN make_interval(days => %(days)s) PRECEDING AND CURRENT ROW), today - due_on
  FROM (SELECT *, (made AT TIME ZONE 'UTC')::date AS made_on
          FROM (SELECT person, plan, contact, purpose, channel, reason, planner, maker, skipped <= %(now)s AS skipped,
                       CASE WHEN planned <= %(now)s THEN due_on END AS due_on,
                       CASE WHEN made <= %(now)s THEN made END AS made,
                       (%(now)s::timestamptz AT TIME ZONE 'UTC')::date AS today
                  FROM contact_plans_by_person
                 WHERE %(store)s::text IS NULL
                    OR person IN (SELECT person FROM purchases_by_person WHERE store = %(store)s AND orders > 0)
               ) AS c) AS s
  LEFT JOIN plan_manager AS m USING (person)
 WHERE due_on IS NOT NULL OR made IS NOT NULL
"""

CHOSEN = """
chosen AS (
    SELECT * FROM plan_contact
     WHERE day BETWEEN %(begin)s AND %(end)s AND (%(about)s::text IS NULL OR manager = %(about)s)
)
"""

# Customers who have a manager, and no contact planned in the period, by whomever.
WITHOUT = """
without AS (
    SELECT i.person, i.manager, i.since, c.last_made
      FROM plan_manager AS i
      LEFT JOIN (SELECT person, max(made) AS last_made, bool_or(due_on BETWEEN %(begin)s AND %(end)s) AS planned
                   FROM plan_contact GROUP BY person) AS c USING (person)
     WHERE c.planned IS NOT TRUE AND (%(about)s::text IS NULL OR i.manager = %(about)s)
       AND (%(store)s::text IS NULL
            OR i.person IN (SELECT person FROM purchases_by_person WHERE store = %(store)s AND orders > 0))
)
"""

# How many contacts stand how, of how many customers, and how many are without a plan: of each manager, and in all.
COUNTED = f"""
WITH {CHOSEN}, {WITHOUT}, counted AS (
    SELECT grouping(manager) = 1 AS whole, coalesce(manager, '') AS manager, count(DISTINCT person) AS customers,
           count(due_on) AS planned, count(*) FILTER (WHERE state = 'kept') AS kept,
           count(*) FILTER (WHERE state = 'late') AS late, count(*) FILTER (WHERE state = 'missed') AS missed,
           count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'due') AS due,
           count(*) FILTER (WHERE state = 'to_come') AS to_come,
           count(*) FILTER (WHERE state = 'unplanned') AS unplanned, count(made) AS made,
           count(*) FILTER (WHERE overdue_days > 0) AS fell_due,
           count(*) FILTER (WHERE overdue_days > 0 AND state = 'kept') AS fell_due_kept
      FROM chosen GROUP BY GROUPING SETS ((), (manager))
), lacking AS (
    SELECT grouping(manager) = 1 AS whole, coalesce(manager, '') AS manager, count(*) AS without_plan
      FROM without GROUP BY GROUPING SETS ((), (manager))
)
SELECT whole, manager, coalesce(customers, 0) AS customers, coalesce(planned, 0) AS planned, coalesce(kept, 0) AS kept,
       coalesce(late, 0) AS late, coalesce(missed, 0) AS missed, coalesce(skipped, 0) AS skipped,
       coalesce(due, 0) AS due, coalesce(to_come, 0) AS to_come, coalesce(unplanned, 0) AS unplanned,
       coalesce(made, 0) AS made, coalesce(fell_due, 0) AS fell_due, coalesce(fell_due_kept, 0) AS fell_due_kept,
       coalesce(without_plan, 0) AS without_plan
  FROM counted FULL JOIN lacking USING (whole, manager)
 ORDER BY whole DESC, missed DESC, planned DESC, manager
"""

# The same of each customer, the worst first; ``too_many_customers`` are all of them, also where the list ends before.
CUSTOMERS = f"""
WITH {CHOSEN}, customer AS (
    SELECT person, coalesce(min(i.manager), (array_agg(c.manager ORDER BY day DESC, plan, contact))[1]) AS manager,
           count(due_on) AS planned, count(*) FILTER (WHERE state = 'kept') AS kept,
           count(*) FILTER (WHERE state = 'late') AS late, count(*) FILTER (WHERE state = 'missed') AS missed,
           count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'due') AS due,
           count(*) FILTER (WHERE state = 'to_come') AS to_come,
           count(*) FILTER (WHERE state = 'unplanned') AS unplanned, count(made) AS made, max(within) AS most_within,
           min(due_on) FILTER (WHERE state IN ('due', 'to_come')) AS next_due, max(made) AS last_made
      FROM chosen AS c LEFT JOIN plan_manager AS i USING (person) GROUP BY person
), judged AS (
    SELECT *, planned > 0 AND made > planned AS more_than_planned, most_within > %(most)s AS more_than_allowed
      FROM customer
)
SELECT *, more_than_planned OR more_than_allowed AS too_many,
       count(*) FILTER (WHERE more_than_planned OR more_than_allowed) OVER () AS too_many_customers
  FROM judged {{only}}
 ORDER BY missed DESC, (more_than_planned OR more_than_allowed) DESC, late DESC, skipped DESC, next_due, person
 LIMIT %(limit)s
"""
EVERYBODY = CUSTOMERS.format(only="")
TOO_MANY = CUSTOMERS.format(only="WHERE more_than_planned OR more_than_allowed")

# What should have been done, the longest overdue first, and then what is to be done.
OPEN = f"""
WITH {CHOSEN}
SELECT person, plan, contact, due_on, purpose, channel, manager, overdue_days
  FROM chosen WHERE state = %(state)s ORDER BY due_on, person, plan, contact LIMIT %(limit)s
"""

REASONS = f"""
WITH {CHOSEN}
SELECT coalesce(reason, '') AS reason, count(*) AS skipped, count(DISTINCT person) AS customers
  FROM chosen WHERE state = 'skipped' GROUP BY reason ORDER BY skipped DESC, reason LIMIT %(limit)s
"""

LACKING = f"""
WITH {WITHOUT}
SELECT person, manager, since, last_made FROM without
 ORDER BY last_made NULLS FIRST, since, person LIMIT %(limit)s
"""
