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

# What each customer bought of each category, and the unit price that is usual with them there. Needs ``bought``.
FILED: LiteralString = """
SELECT person, category, sum(orders)::bigint AS times_bought, coalesce(sum(spend_minor), 0)::bigint AS spend_minor,
       round(sum(orders * spend_minor::numeric / quantity)
             / nullif(sum(orders) FILTER (WHERE spend_minor IS NOT NULL), 0))::bigint AS usual_minor
  FROM bought WHERE person LIKE 'customer:%%' GROUP BY person, category
"""

# What is bought by category, and how many customers are in which fifth of the prices of their favourite category.
CATEGORIES_AND_BANDS: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), bought AS NOT MATERIALIZED ({BOUGHT}), prices AS ({PRICES}),
cuts AS ({CUTS}), filed AS MATERIALIZED ({FILED}),
usual AS (SELECT DISTINCT ON (person) person, category, times_bought, usual_minor
            FROM filed ORDER BY person, times_bought DESC, category),
banded AS (SELECT 1 + (SELECT count(*) FROM unnest(c.cuts) AS cut WHERE cut < u.usual_minor) AS fifth
             FROM usual AS u JOIN cuts AS c USING (category)
            WHERE u.times_bought >= %(least_purchases)s AND u.usual_minor IS NOT NULL)
SELECT (SELECT coalesce(json_agg(c ORDER BY customers DESC, category), '[]') FROM (
            SELECT category, count(*) AS customers, sum(times_bought)::bigint AS times_bought,
                   sum(spend_minor)::bigint AS spend_minor
              FROM filed GROUP BY category ORDER BY customers DESC, category LIMIT %(limit)s) AS c) AS categories,
       (SELECT coalesce(json_agg(b ORDER BY fifth), '[]') FROM (
            SELECT fifth, count(*) AS customers FROM banded GROUP BY fifth) AS b) AS bands
"""

# What is bought most often, and by how many customers; these are counted for what is shown only.
FAVOURITES: LiteralString = f"""
WITH carried AS MATERIALIZED ({CARRIED}), bought AS NOT MATERIALIZED ({BOUGHT}),
most AS (SELECT product, sum(orders)::bigint AS times_bought, coalesce(sum(spend_minor), 0)::bigint AS spend_minor
           FROM bought WHERE person LIKE 'customer:%%'
          GROUP BY product ORDER BY times_bought DESC, product LIMIT %(limit)s)
SELECT m.product, max(b.product_name) AS product_name, max(b.category) AS category,
       count(DISTINCT b.person) AS customers, m.times_bought, m.spend_minor
  FROM most AS m JOIN bought AS b USING (product) WHERE b.person LIKE 'customer:%%'
 GROUP BY m.product, m.times_bought, m.spend_minor ORDER BY m.times_bought DESC, m.product
"""

# When and how known customers order. The orders of a day count at the hour and by the channel that it is known for.
HABITS: LiteralString = """
SELECT part, value, sum(orders)::bigint AS orders
  FROM (SELECT extract(isodow FROM d.day)::integer AS weekday, d.channel,
               extract(hour FROM d.first_order AT TIME ZONE 'UTC')::integer AS hour, sum(d.orders) AS orders
          FROM purchases AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
         WHERE d.orders > 0 AND coalesce(p.person, d.subject) LIKE 'customer:%%'
           AND (%(store)s::text IS NULL OR d.store = %(store)s)
           AND (%(begin)s::date IS NULL OR d.day >= %(begin)s) AND (%(end)s::date IS NULL OR d.day <= %(end)s)
         GROUP BY weekday, hour, d.channel) AS d
 CROSS JOIN LATERAL (VALUES ('weekday', weekday::text), ('hour', to_char(hour, 'FM00')),
                            ('channel', coalesce(channel, ''))) AS h (part, value)
 GROUP BY part, value ORDER BY part, value
"""
