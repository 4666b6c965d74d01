"""The queries behind the report of unmet demand, see ``unmet_demand``: who asked in vain, and what came then."""

# Misses of everybody in the period and in the one before it.
ASKED = """
SELECT coalesce(p.person, d.subject) AS person, d.query, d.without_result, d.first_asked, d.last_asked,
       d.day >= %(begin)s::date AS in_period
  FROM unmet_demand AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
 WHERE d.without_result > 0 AND d.day >= %(before)s::date AND d.day <= %(end)s::date AND d.first_asked <= %(now)s
   AND (%(store)s::text IS NULL OR d.store = %(store)s) AND (%(about)s::text IS NULL OR d.query = %(about)s)
"""

# Each person's asking for each wish, and for anything at all, and what they bought ever and then.
FOLLOWED = f"""
asked AS MATERIALIZED ({ASKED}), each_asker AS MATERIALIZED (
    SELECT person, coalesce(query, '') AS query, grouping(query) = 1 AS anything,
           sum(without_result)::bigint AS without_result, min(first_asked) AS first_asked, max(last_asked) AS last_asked
      FROM asked WHERE in_period GROUP BY GROUPING SETS ((person, query), (person))
), bought AS MATERIALIZED (
    SELECT coalesce(p.person, b.subject) AS person, b.currency, b.orders, b.spend_minor, b.first_order, b.last_order
      FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
     WHERE b.orders > 0 AND b.first_order <= %(now)s
       AND coalesce(p.person, b.subject) IN (SELECT person FROM each_asker)
), buyers AS (
    SELECT person, sum(orders)::bigint AS orders,
           div(sum(spend_minor) FILTER (WHERE currency = %(currency)s),
               sum(orders) FILTER (WHERE currency = %(currency)s))::bigint AS usual_minor
      FROM bought GROUP BY person
), in_time AS (
    SELECT DISTINCT a.person, a.query, a.anything
      FROM each_asker AS a JOIN bought AS t ON t.person = a.person AND t.last_order >= a.last_asked
       AND t.first_order <= a.last_asked + interval '7 days'
), followed AS (
    SELECT a.*, coalesce(b.orders, 0) AS orders, coalesce(b.usual_minor, 0) AS usual_minor,
           a.person LIKE 'customer:%%' AND coalesce(b.orders, 0) >= %(regular_orders)s AS regular,
           a.last_asked > %(now)s - interval '7 days' AS too_early,
           t.person IS NOT NULL AS bought_then
      FROM each_asker AS a LEFT JOIN buyers AS b ON b.person = a.person
      LEFT JOIN in_time AS t ON t.person = a.person AND t.query = a.query AND t.anything = a.anything
)
"""

# Each wish, those most often in vain first, and all of them together.
WISHES = f"""
WITH {FOLLOWED}, counted AS (
    SELECT coalesce(query, '') AS query, grouping(query) = 1 AS anything,
           coalesce(sum(without_result) FILTER (WHERE in_period), 0)::bigint AS without_result,
           coalesce(sum(without_result) FILTER (WHERE NOT in_period), 0)::bigint AS without_result_before,
           count(DISTINCT query) FILTER (WHERE in_period) AS wishes
      FROM asked GROUP BY GROUPING SETS ((query), ())
), asking AS (
    SELECT query, anything, count(*) AS askers, count(*) FILTER (WHERE regular) AS regulars,
           count(*) FILTER (WHERE NOT too_early AND NOT bought_then) AS at_stake_people,
           coalesce(sum(usual_minor) FILTER (WHERE NOT too_early AND NOT bought_then), 0)::bigint AS at_stake_minor,
           count(*) FILTER (WHERE too_early) AS too_early_people, max(last_asked) AS last_asked
      FROM followed GROUP BY query, anything
)
SELECT query, anything, c.wishes, c.without_result, c.without_result_before,
       c.without_result - c.without_result_before AS change, coalesce(a.askers, 0) AS askers,
       coalesce(a.regulars, 0) AS regulars, coalesce(a.at_stake_people, 0) AS at_stake_people,
       coalesce(a.at_stake_minor, 0) AS at_stake_minor, coalesce(a.too_early_people, 0) AS too_early_people,
       a.last_asked
  FROM counted AS c LEFT JOIN asking AS a USING (query, anything)
 WHERE c.anything OR c.without_result > 0
 ORDER BY c.anything DESC, c.without_result DESC, query LIMIT %(most)s + 1
"""

# Who asked for one wish: regulars first, then who brings more.
ASKERS = f"""
WITH {FOLLOWED}
SELECT person, regular, without_result, first_asked, last_asked, orders, usual_minor, bought_then
  FROM followed WHERE NOT anything ORDER BY regular DESC, orders DESC, person LIMIT %(limit)s
"""

TRIGRAMS = "SELECT to_regprocedure('word_similarity(text, text)') IS NOT NULL AS there"

# The products that are called most like each of some wishes.
NEAREST = """
WITH listed AS MATERIALIZED (
    SELECT product, min(product_name) AS name FROM catalogue
     WHERE product_name <> '' AND (%(store)s::text IS NULL OR store = %(store)s) GROUP BY product
), goods AS MATERIALIZED (
    SELECT product, name FROM listed
     UNION ALL SELECT product, product_name FROM product_pairs
                WHERE product = other AND product_name <> '' AND NOT EXISTS (SELECT FROM listed)
)
SELECT w.query, g.product, g.name, g.likeness::float8
  FROM unnest(%(wishes)s::text[]) WITH ORDINALITY AS w (query, place)
 CROSS JOIN LATERAL (SELECT * FROM (SELECT product, name, word_similarity(w.query, name) AS likeness FROM goods
                                    OFFSET 0) AS each
                      WHERE likeness >= 0.4 ORDER BY likeness DESC, name, product LIMIT %(most)s) AS g
 ORDER BY w.place, g.likeness DESC, g.name, g.product
"""

# What was put on offer, or came in, in the period or since.
CATALOGUE = """
SELECT product, min(product_name) AS name, max(greatest(first_listed, last_arrived)) AS since FROM catalogue
 WHERE product_name <> '' AND greatest(first_listed, last_arrived) >= %(begin)s::date
   AND greatest(first_listed, last_arrived) <= %(now)s AND (%(store)s::text IS NULL OR store = %(store)s)
 GROUP BY product
"""

# Who asked in vain before a product came, and has not bought it since.
TO_TELL = f"""
WITH asked AS ({ASKED}), askers AS (
    SELECT person, query, min(first_asked) AS first_asked FROM asked WHERE in_period GROUP BY person, query
), waiting AS MATERIALIZED (
    SELECT f.query, f.product, f.name, f.since, a.person
      FROM unnest(%(wishes)s::text[], %(products)s::text[], %(names)s::text[], %(since)s::timestamptz[])
               AS f (query, product, name, since)
      JOIN askers AS a ON a.query = f.query AND a.first_asked < f.since
), had AS (
    SELECT coalesce(p.person, b.subject) AS person, b.product, max(b.last_bought) AS last_bought
      FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
     WHERE b.product IN (SELECT product FROM waiting) GROUP BY 1, 2
), told AS MATERIALIZED (
    SELECT coalesce(p.person, c.subject) AS person, c.purpose, c.channel, c.given, c.given_at, c.given_by
      FROM consents AS c LEFT JOIN person_of AS p ON p.identifier = c.subject
     WHERE c.purpose IN ('personal_offers', '')
       AND coalesce(p.person, c.subject) IN (SELECT person FROM waiting)
), allowing AS (
    SELECT DISTINCT g.person FROM told AS g
     WHERE g.given AND g.purpose <> ''
       AND NOT EXISTS (SELECT FROM told AS t
                        WHERE t.person = g.person AND NOT t.given AND t.channel IN (g.channel, '')
                          AND (t.given_at, t.given_by) > (g.given_at, g.given_by))
)
SELECT w.query, w.product, w.name, w.since, count(*) AS people, count(a.person) AS allowing_people
  FROM waiting AS w LEFT JOIN had AS h ON h.person = w.person AND h.product = w.product AND h.last_bought >= w.since
  LEFT JOIN allowing AS a ON a.person = w.person
 WHERE h.person IS NULL
 GROUP BY w.query, w.product, w.name, w.since ORDER BY people DESC, w.since DESC, w.query, w.product
"""

# What one person asked for in vain, for their page.
WISHES_OF = """
SELECT query, (array_agg(phrasing ORDER BY phrasing_at DESC, phrasing_by DESC))[1] AS phrasing,
       sum(without_result)::bigint AS without_result, min(first_asked) AS first_asked, max(last_asked) AS last_asked
  FROM unmet_demand_of(%(subject)s) WHERE without_result > 0 AND first_asked <= %(now)s
 GROUP BY query ORDER BY last_asked DESC, query LIMIT 20
"""
