"""The queries behind the report of the customers' voice: how they would have their goods."""

from projections.options_chosen import IN_ORDER

# Each choice that counts: every one of an order; of an occasion on which somebody only looked, the last of each option.
CHOSEN = f"""
chosen AS MATERIALIZED (
    SELECT * FROM (
        SELECT person, product, occasion, option, choice, quantity, starts_with(occasion, '{IN_ORDER}') AS ordered,
               row_number() OVER (PARTITION BY person, product, occasion, option
                                  ORDER BY last_chosen DESC, choice) AS newness
          FROM options_chosen_by_person
         WHERE first_chosen <= %(now)s AND (%(store)s::text IS NULL OR store = %(store)s)
           AND (%(begin)s::date IS NULL OR first_chosen::date >= %(begin)s)
           AND (%(end)s::date IS NULL OR first_chosen::date <= %(end)s)) AS c
     WHERE ordered OR newness = 1
)
"""

# Demand for each choice of each option, over all products and, in rows that name one, of each.
OPTIONS = f"""
WITH {CHOSEN}
SELECT product, option, choice, count(DISTINCT person) AS people,
       count(DISTINCT (person, occasion)) FILTER (WHERE ordered) AS orders,
       coalesce(sum(quantity) FILTER (WHERE ordered), 0)::bigint AS quantity,
       count(DISTINCT (person, occasion)) FILTER (WHERE NOT ordered) AS looked,
       (sum(quantity) FILTER (WHERE ordered)
           / sum(sum(quantity) FILTER (WHERE ordered)) OVER (PARTITION BY grouping(product), product, option))::float8
           AS share
  FROM chosen GROUP BY GROUPING SETS ((option, choice), (product, option, choice))
 ORDER BY quantity DESC, looked DESC, option, choice, product
"""

# What was chosen together for one product on one occasion: two options or more, each with one choice.
COMBINED = f"""
{CHOSEN}, combined AS MATERIALIZED (
    SELECT person, product, occasion, ordered, count(*) = count(DISTINCT option) AS clear, count(*) AS options,
           jsonb_object_agg(option, choice) AS combination, min(quantity) AS quantity
      FROM chosen GROUP BY person, product, occasion, ordered
)
"""

COMBINATIONS = f"""
WITH {COMBINED}
SELECT product, combination, count(DISTINCT person) AS people, count(*) FILTER (WHERE ordered) AS orders,
       coalesce(sum(quantity) FILTER (WHERE ordered), 0)::bigint AS quantity,
       count(*) FILTER (WHERE NOT ordered) AS looked
  FROM combined WHERE clear AND options > 1 GROUP BY product, combination
 ORDER BY quantity DESC, looked DESC, product, combination LIMIT %(limit)s
"""

MADE = f"""
WITH {COMBINED}
SELECT count(DISTINCT person) AS people, count(*) FILTER (WHERE ordered) AS in_orders,
       count(*) FILTER (WHERE NOT ordered) AS looked, count(*) FILTER (WHERE NOT clear) AS unclear
  FROM combined
"""
