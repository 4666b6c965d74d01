"""The query behind the report of the customers' voice on how they would have their goods; they may be many.

Each row of the answer says in ``kind`` what it tells of.
"""

from projections.options_chosen import IN_ORDER

# Each choice of a person that counts: every one of an order; of an occasion on which somebody only looked, the last of
# each option.
CHOSEN = f"""
told AS (
    SELECT coalesce(p.person, o.subject) AS person, o.product, o.occasion, o.option, o.choice,
           starts_with(o.occasion, '{IN_ORDER}') AS ordered, o.quantity, o.last_chosen
      FROM options_chosen AS o LEFT JOIN person_of AS p ON p.identifier = o.subject
     WHERE o.first_chosen <= %(now)s AND (%(store)s::text IS NULL OR o.store = %(store)s)
       AND (%(begin)s::date IS NULL OR o.first_chosen::date >= %(begin)s)
       AND (%(end)s::date IS NULL OR o.first_chosen::date <= %(end)s)
), chosen AS MATERIALIZED (
    SELECT person, product, occasion, option, choice, true AS ordered, sum(quantity)::bigint AS quantity
      FROM told WHERE ordered GROUP BY person, product, occasion, option, choice
     UNION ALL
    (SELECT DISTINCT ON (person, product, occasion, option) person, product, occasion, option, choice, false, quantity
       FROM told WHERE NOT ordered ORDER BY person, product, occasion, option, last_chosen DESC, choice)
)
"""

# What was chosen of one product on one occasion; it is clear where each option has one choice.
COMBINED = """
combined AS MATERIALIZED (
    SELECT person, product, ordered, count(*) = count(DISTINCT option) AS clear, count(*) AS options,
           jsonb_object_agg(option, choice) AS combination, min(quantity) AS quantity
      FROM chosen GROUP BY person, product, occasion, ordered
)
"""

# Demand for each choice of each option, over all products and, in rows that name one, of each. People are counted by
# persons first, which costs less than counting distinct ones.
OPTIONS = """
SELECT 'option' AS kind, product, option, choice, NULL::jsonb AS combination, people, orders, quantity, looked, share
  FROM (SELECT product, option, choice, count(*) AS people, sum(orders)::bigint AS orders,
               sum(quantity)::bigint AS quantity, sum(looked)::bigint AS looked,
               (sum(quantity) / nullif(sum(sum(quantity)) OVER (PARTITION BY of_one, product, option), 0))::float8
                   AS share,
               row_number() OVER (PARTITION BY of_one ORDER BY sum(quantity) DESC, sum(looked) DESC, option, choice,
                                                               product) AS place
          FROM (SELECT product, option, choice, person, grouping(product) = 0 AS of_one,
                       count(*) FILTER (WHERE ordered) AS orders, count(*) FILTER (WHERE NOT ordered) AS looked,
                       coalesce(sum(quantity) FILTER (WHERE ordered), 0) AS quantity
                  FROM chosen GROUP BY GROUPING SETS ((product, option, choice, person), (option, choice, person)))
               AS each
         GROUP BY of_one, product, option, choice) AS ranked
 WHERE place <= %(limit)s
"""

COMBINATIONS = """
(SELECT 'combination', product, NULL, NULL, combination, count(*), sum(orders)::bigint, sum(quantity)::bigint,
        sum(looked)::bigint, NULL
   FROM (SELECT product, combination, person, count(*) FILTER (WHERE ordered) AS orders,
                count(*) FILTER (WHERE NOT ordered) AS looked,
                coalesce(sum(quantity) FILTER (WHERE ordered), 0) AS quantity
           FROM combined WHERE clear AND options > 1 GROUP BY product, combination, person) AS each
  GROUP BY product, combination
  ORDER BY sum(quantity) DESC, sum(looked) DESC, product, combination LIMIT %(limit)s)
"""

# In how many orders anything was chosen, on how many occasions somebody only looked, and how many are unclear.
MADE = """
SELECT 'made', NULL, NULL, NULL, NULL, count(DISTINCT person), count(*) FILTER (WHERE ordered),
       count(*) FILTER (WHERE NOT clear), count(*) FILTER (WHERE NOT ordered), NULL
  FROM combined
"""

HOW = f"""
WITH {CHOSEN}, {COMBINED}
SELECT * FROM ({OPTIONS} UNION ALL {COMBINATIONS} UNION ALL {MADE}) AS h
 ORDER BY kind, quantity DESC, looked DESC, option, choice, product, combination
"""
