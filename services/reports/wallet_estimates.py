"""What customers could spend, as SQL: one statement from the projections to everything that the report shows.

See ``share_of_customer`` for what it means. Every step is one set; nothing is asked customer by customer. ``begin`` and
``end`` are the period, ``covered_days`` how much of it the house has sold in.
"""

from typing import LiteralString

from services.reports.tastes import CARRIED

# What each customer spent with us, net, as a year of it.
SPENT: LiteralString = """
SELECT person, round(net_minor * 365.0 / %(covered_days)s)::bigint AS year_minor
  FROM (SELECT coalesce(p.person, d.subject) AS person,
               coalesce(sum(d.spend_minor - d.cancelled_minor - d.returned_minor) FILTER (WHERE d.day >= %(begin)s), 0)
                   AS net_minor
          FROM purchases AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
         WHERE d.currency = %(currency)s AND d.day <= %(end)s AND (%(store)s::text IS NULL OR d.store = %(store)s)
         GROUP BY coalesce(p.person, d.subject) HAVING sum(d.orders) > 0) AS s
 WHERE person LIKE 'customer:%%'
"""

# What each product brought in the period. Who bought it both within and without spread their spend evenly over the time
# between the first and the last purchase.
LINES: LiteralString = """
SELECT coalesce(p.person, b.subject) AS person, coalesce(c.category, b.category, '') AS category, b.spend_minor,
       b.last_bought >= since AND b.first_bought < until AS within,
       CASE WHEN b.first_bought >= since AND b.last_bought < until THEN b.spend_minor
            WHEN b.last_bought < since OR b.first_bought >= until THEN 0
            ELSE b.spend_minor * extract(epoch FROM least(b.last_bought, until) - greatest(b.first_bought, since))
                 / extract(epoch FROM b.last_bought - b.first_bought) END AS within_minor
  FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject LEFT JOIN carried AS c USING (product)
 CROSS JOIN (SELECT %(begin)s::date::timestamp AT TIME ZONE 'UTC' AS since,
                    (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC' AS until) AS w
 WHERE b.currency = %(currency)s AND b.other_currency = %(currency)s
"""

FILED: LiteralString = """
SELECT person, category, sum(spend_minor) AS ever_minor, bool_or(within) AS within,
       round(sum(within_minor) * 365.0 / %(covered_days)s)::bigint AS year_minor
  FROM lines WHERE person LIKE 'customer:%%' AND category <> ALL (%(no_goods)s) GROUP BY person, category
"""

# A customer's needs are told by the two categories that they ever spent most in; '' is none, or none that is known.
MIXES: LiteralString = """
SELECT person, top[1] AS first, coalesce(top[2], '') AS second
  FROM (SELECT person, array_agg(category ORDER BY ever_minor DESC, category) AS top FROM filed GROUP BY person) AS m
"""

# What customers said: of everything, and the sum over single categories.
STATED: LiteralString = """
SELECT person, max(amount_minor) FILTER (WHERE category = '') AS stated_minor,
       (max(last_stated) FILTER (WHERE category = '') AT TIME ZONE 'UTC')::date AS stated_on,
       sum(amount_minor) FILTER (WHERE category <> '')::bigint AS parts_minor
  FROM told GROUP BY person
"""

PEOPLE: LiteralString = """
SELECT person, coalesce(year_minor, 0) AS year_minor, coalesce(first, '') AS first, coalesce(second, '') AS second,
       stated_minor, stated_on, parts_minor
  FROM spent FULL JOIN stated USING (person) LEFT JOIN mixes USING (person)
"""

# The estimate of every group of peers that is large enough: the same two categories, the same first one, everybody.
ESTIMATES: LiteralString = """
SELECT row_number() OVER (ORDER BY GROUPING(first, second), first, second) AS id, GROUPING(first, second) AS level,
       first, second, count(*) AS peers, percentile_disc(0.9) WITHIN GROUP (ORDER BY year_minor) AS estimate_minor
  FROM people WHERE year_minor > 0 GROUP BY GROUPING SETS ((first, second), (first), ())
HAVING count(*) >= %(least_peers)s OR GROUPING(first, second) = 3
"""

# Each customer with all the groups that they are in, the closest first.
PLACED: LiteralString = """
SELECT p.*, array_remove(ARRAY[m.id, c.id, a.id], NULL) AS groups, coalesce(m.id, c.id, a.id) AS own,
       coalesce(m.peers, c.peers, a.peers) AS peers,
       CASE WHEN m.id IS NOT NULL THEN 'peers_of_both' WHEN c.id IS NOT NULL THEN 'peers_of_first' ELSE 'all' END
           AS whom,
       coalesce(m.estimate_minor, c.estimate_minor, a.estimate_minor, 0) AS estimate_minor
  FROM people AS p
  LEFT JOIN estimates AS m ON m.level = 0 AND m.first = p.first AND m.second = p.second
  LEFT JOIN estimates AS c ON c.level = 1 AND c.first = p.first
  LEFT JOIN estimates AS a ON a.level = 3
"""

VALUED: LiteralString = """
SELECT *, wallet_minor - greatest(year_minor, 0) AS gap_minor,
       (greatest(year_minor, 0) / nullif(wallet_minor, 0)::numeric)::float8 AS share
  FROM (SELECT *,
               greatest(year_minor, coalesce(stated_minor, greatest(estimate_minor, parts_minor)), 0) AS wallet_minor,
               CASE WHEN stated_minor IS NOT NULL THEN 'stated'
                    WHEN parts_minor > greatest(estimate_minor, year_minor) THEN 'stated_in_parts' ELSE whom END
                   AS basis
          FROM placed) AS p
"""

# What the best-served of a group buy from us: who reaches its estimate, and what half of them or more have in common.
USUAL: LiteralString = """
SELECT b.id, f.category, percentile_disc(0.5) WITHIN GROUP (ORDER BY f.year_minor) AS usual_minor
  FROM best AS b JOIN (SELECT id, count(*) AS people FROM best GROUP BY id) AS s USING (id)
  JOIN filed AS f USING (person)
 WHERE f.within AND f.year_minor > 0
 GROUP BY b.id, s.people, f.category HAVING count(*) * 100 >= %(least_percent)s * s.people
"""

# What customers buy elsewhere: what they say, and else what the best-served peers buy and they do not.
ELSEWHERE: LiteralString = """
SELECT t.person, t.category, 'stated' AS basis, t.amount_minor - greatest(coalesce(f.year_minor, 0), 0) AS gap_minor
  FROM told AS t LEFT JOIN filed AS f USING (person, category)
 WHERE t.category <> '' AND t.amount_minor > greatest(coalesce(f.year_minor, 0), 0)
UNION ALL
SELECT v.person, u.category, 'peers', u.usual_minor
  FROM valued AS v JOIN usual AS u ON u.id = v.own
 WHERE NOT EXISTS (SELECT FROM filed AS f WHERE f.person = v.person AND f.category = u.category AND f.within)
   AND NOT EXISTS (SELECT FROM told AS t WHERE t.person = v.person AND t.category = u.category)
"""

STEPS: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), spent AS ({SPENT}), lines AS ({LINES}), filed AS MATERIALIZED ({FILED}),
mixes AS ({MIXES}),
told AS MATERIALIZED (SELECT person, category, amount_minor, last_stated FROM wallets_by_person
                       WHERE currency = %(currency)s AND person LIKE 'customer:%%'),
stated AS ({STATED}), people AS MATERIALIZED ({PEOPLE}), estimates AS MATERIALIZED ({ESTIMATES}),
placed AS ({PLACED}), valued AS MATERIALIZED ({VALUED}),
best AS MATERIALIZED (SELECT id, v.person FROM valued AS v CROSS JOIN LATERAL unnest(v.groups) AS g (id)
                        JOIN estimates AS e USING (id) WHERE v.year_minor > 0 AND v.year_minor >= e.estimate_minor),
usual AS MATERIALIZED ({USUAL}), elsewhere AS MATERIALIZED ({ELSEWHERE})
"""

# What is shown of a customer.
CUSTOMER: LiteralString = """
SELECT person, year_minor, wallet_minor, gap_minor, share, basis, peers, first AS first_category,
       second AS second_category, stated_minor, stated_on, estimate_minor FROM valued
"""

SHOWN: LiteralString = f"""{STEPS}
SELECT (SELECT row_to_json(f) FROM (
            SELECT count(*) AS customers, count(*) FILTER (WHERE stated_minor IS NOT NULL) AS customers_who_stated,
                   coalesce(sum(greatest(year_minor, 0)), 0)::bigint AS year_minor,
                   coalesce(sum(wallet_minor), 0)::bigint AS wallet_minor,
                   coalesce(sum(gap_minor), 0)::bigint AS gap_minor,
                   coalesce(sum(greatest(year_minor, 0)) / nullif(sum(wallet_minor), 0), 0)::float8 AS share
              FROM valued) AS f) AS figures,
       (SELECT coalesce(json_agg(b ORDER BY gap_minor DESC, basis), '[]') FROM (
            SELECT basis, count(*) AS customers, sum(greatest(year_minor, 0))::bigint AS year_minor,
                   sum(wallet_minor)::bigint AS wallet_minor, sum(gap_minor)::bigint AS gap_minor,
                   (sum(greatest(year_minor, 0)) / nullif(sum(wallet_minor), 0))::float8 AS share
              FROM valued GROUP BY basis) AS b) AS bases,
       (SELECT coalesce(json_agg(g ORDER BY gap_minor DESC, person), '[]') FROM (
            {CUSTOMER} WHERE gap_minor > 0 ORDER BY gap_minor DESC, person LIMIT %(limit)s) AS g) AS gaps,
       (SELECT coalesce(json_agg(e ORDER BY gap_minor DESC, category, basis), '[]') FROM (
            SELECT category, basis, count(*) AS customers, sum(gap_minor)::bigint AS gap_minor
              FROM elsewhere GROUP BY category, basis ORDER BY gap_minor DESC, category, basis LIMIT %(limit)s) AS e)
           AS elsewhere,
       (SELECT row_to_json(c) FROM ({CUSTOMER} WHERE person = %(person)s) AS c) AS customer,
       (SELECT coalesce(json_agg(t ORDER BY gap_minor DESC, category), '[]') FROM (
            SELECT category, basis, gap_minor FROM elsewhere WHERE person = %(person)s) AS t) AS theirs
"""
