"""What customers show by what they buy, as SQL: categories, price bands, favourites, usual day, hour and channel.

Pieces of queries over `products_bought`, `catalogue` and `purchases`, for reports and for a customer's page.
"""

from typing import LiteralString

LEAST_PURCHASES = 3
"""From how many purchases in a category on somebody has a usual price there."""

# The category of each product that the house lists, by the latest word of any of its stores.
CARRIED: LiteralString = """
SELECT DISTINCT ON (product) product, category FROM catalogue WHERE category IS NOT NULL
 ORDER BY product, category_at DESC, category_by DESC, store
"""

# What each person bought of each product: the house's own word on its category, else the order's, else none. Needs
# ``carried``. Identifiers of one person are not added up yet, so that nothing is grouped twice.
BOUGHT: LiteralString = """
SELECT coalesce(p.person, b.subject) AS person, b.product, coalesce(c.category, b.category, '') AS category,
       b.product_name, b.orders, b.quantity, b.first_bought, b.last_bought,
       CASE WHEN b.currency = %(currency)s AND b.other_currency = %(currency)s THEN b.spend_minor END AS spend_minor
  FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject LEFT JOIN carried AS c USING (product)
 WHERE (%(begin)s::date IS NULL OR (b.last_bought AT TIME ZONE 'UTC')::date >= %(begin)s)
   AND (%(end)s::date IS NULL OR (b.first_bought AT TIME ZONE 'UTC')::date <= %(end)s)
"""

# The prices of a category: those listed, or, where the house lists none, what is paid for each product on average.
# Needs ``bought``.
PRICES: LiteralString = """
SELECT coalesce(category, '') AS category, price_minor FROM catalogue
 WHERE currency = %(currency)s AND price_minor > 0
UNION ALL
SELECT category, round(sum(spend_minor) / sum(quantity))::bigint AS price_minor
  FROM bought WHERE spend_minor IS NOT NULL
   AND NOT EXISTS (SELECT FROM catalogue WHERE currency = %(currency)s AND price_minor > 0)
 GROUP BY category, product
"""

# What parts a category's prices into fifths: each is the least price that so many fifths of them do not exceed.
CUTS: LiteralString = """
SELECT category, array_agg(cut ORDER BY fifths) AS cuts
  FROM (SELECT category, fifths, min(price_minor) FILTER (WHERE rank * 5 >= prices * fifths) AS cut
          FROM (SELECT category, price_minor, row_number() OVER (PARTITION BY category ORDER BY price_minor) AS rank,
                       count(*) OVER (PARTITION BY category) AS prices FROM prices) AS ranked
         CROSS JOIN generate_series(1, 4) AS fifths
         GROUP BY category, fifths) AS c
 GROUP BY category
"""

# Each customer's favourite category, and the unit price that is usual with them there. Needs ``bought``.
USUAL: LiteralString = """
SELECT DISTINCT ON (person) person, category, times_bought, usual_minor
  FROM (SELECT person, category, sum(orders)::bigint AS times_bought,
               round(sum(orders * spend_minor::numeric / quantity)
                     / nullif(sum(orders) FILTER (WHERE spend_minor IS NOT NULL), 0))::bigint AS usual_minor
          FROM bought WHERE person LIKE 'customer:%%' GROUP BY person, category) AS c
 ORDER BY person, times_bought DESC, category
"""

# How many customers are in which fifth.
BANDS: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), bought AS NOT MATERIALIZED ({BOUGHT}), prices AS ({PRICES}),
cuts AS ({CUTS}), usual AS ({USUAL})
SELECT fifth, count(*) AS customers
  FROM (SELECT 1 + (SELECT count(*) FROM unnest(c.cuts) AS cut WHERE cut < u.usual_minor) AS fifth
          FROM usual AS u JOIN cuts AS c USING (category)
         WHERE u.times_bought >= %(least_purchases)s AND u.usual_minor IS NOT NULL) AS b
 GROUP BY fifth ORDER BY fifth
"""

# What is bought, by category and by product: by how many customers, and how often.
CATEGORIES: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), bought AS ({BOUGHT})
SELECT category, count(*) AS customers, sum(times)::bigint AS times_bought, sum(spend)::bigint AS spend_minor
  FROM (SELECT person, category, sum(orders) AS times, coalesce(sum(spend_minor), 0) AS spend
          FROM bought WHERE person LIKE 'customer:%%' GROUP BY person, category) AS c
 GROUP BY category ORDER BY customers DESC, category LIMIT %(limit)s
"""

FAVOURITES: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), bought AS ({BOUGHT})
SELECT product, max(name) AS product_name, max(category) AS category, count(*) AS customers,
       sum(times)::bigint AS times_bought, sum(spend)::bigint AS spend_minor
  FROM (SELECT person, product, max(product_name) AS name, max(category) AS category, sum(orders) AS times,
               coalesce(sum(spend_minor), 0) AS spend
          FROM bought WHERE person LIKE 'customer:%%' GROUP BY person, product) AS c
 GROUP BY product ORDER BY times_bought DESC, product LIMIT %(limit)s
"""

# When and how known customers order. The orders of a day count at the hour and by the channel that it is known for.
HABITS: LiteralString = """
SELECT part, value, sum(orders)::bigint AS orders
  FROM (SELECT coalesce(p.person, d.subject) AS person, d.day, d.orders, d.first_order, d.channel, d.store
          FROM purchases AS d LEFT JOIN person_of AS p ON p.identifier = d.subject WHERE d.orders > 0) AS d
 CROSS JOIN LATERAL (VALUES ('weekday', to_char(d.day, 'ID')),
                            ('hour', to_char(d.first_order AT TIME ZONE 'UTC', 'HH24')),
                            ('channel', coalesce(d.channel, ''))) AS h (part, value)
 WHERE d.person LIKE 'customer:%%' AND (%(store)s::text IS NULL OR d.store = %(store)s)
   AND (%(begin)s::date IS NULL OR d.day >= %(begin)s) AND (%(end)s::date IS NULL OR d.day <= %(end)s)
 GROUP BY part, value ORDER BY part, value
"""
