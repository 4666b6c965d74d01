"""One customer's preferences, as SQL for their page: what they said, whom they have, and what they show.

What everything means stands with the report `preferences`. Two things differ, so that it costs no more than the
customer's own rows: money is in the currency that they order in most, and prices are compared with those that the house
lists, never with what others pay. Shown are their five foremost categories and ten foremost products.
"""

from typing import LiteralString

from services.reports.stated import BIRTHDAYS, STATEMENTS

# What holds, what does not any more, and the people, each with the last word on them.
SAID: LiteralString = """
(SELECT coalesce(json_agg(json_build_object('kind', kind, 'topic', topic, 'wording', wording, 'times', stated,
            'since', first_stated, 'last_stated', last_stated, 'channel', channel) ORDER BY kind, topic, about), '[]')
   FROM statements WHERE holds AND kind IN ('likes', 'dislikes', 'needs')) AS holds,
(SELECT coalesce(json_agg(json_build_object('kind', kind, 'topic', topic, 'wording', wording, 'times', stated,
            'since', first_stated, 'last_stated', last_stated) ORDER BY kind, topic, about), '[]')
   FROM statements WHERE NOT holds) AS taken_back,
(SELECT json_build_object('birthday', birthday, 'no_such_day', NOT is_day) FROM birthdays WHERE member = '')
    AS birthday,
(SELECT coalesce(json_agg(json_build_object('member', member, 'relation', relation, 'name', name,
            'birthday', b.birthday, 'no_such_day', NOT b.is_day) ORDER BY member), '[]')
   FROM (SELECT topic AS member, max(wording) FILTER (WHERE kind = 'relation') AS relation,
                max(wording) FILTER (WHERE kind = 'name') AS name
           FROM statements WHERE holds AND topic <> '' AND kind IN ('relation', 'name', 'birthday') GROUP BY topic) AS f
   LEFT JOIN birthdays AS b USING (member)) AS family
"""

# The fifth of the listed prices in which the usual one lies: a cut of ``tastes.CUTS`` lies below it exactly where that
# many fifths of the prices do.
FIFTH: LiteralString = """
(SELECT CASE WHEN count(*) > 0 THEN 1 + least(4, 5 * count(*) FILTER (WHERE price_minor < g.usual_minor) / count(*)) END
   FROM catalogue WHERE category = g.category AND currency = g.currency AND price_minor > 0)
"""

SHOWN: LiteralString = f"""
(SELECT coalesce(json_agg(json_build_object('category', category, 'times_bought', times_bought,
            'spend_minor', spend_minor, 'usual_minor', usual_minor,
            'fifth', CASE WHEN times_bought >= 3 AND usual_minor IS NOT NULL THEN {FIFTH} END)
            ORDER BY times_bought DESC, category), '[]')
   FROM categories AS g) AS categories,
(SELECT coalesce(json_agg(json_build_object('product', product, 'name', product_name, 'orders', orders,
            'quantity', quantity, 'last_bought', last_bought) ORDER BY orders DESC, last_bought DESC, product), '[]')
   FROM (SELECT * FROM bought ORDER BY orders DESC, last_bought DESC, product LIMIT 10) AS f) AS favourites,
(SELECT json_object_agg(part, counted ORDER BY part) FROM (
    SELECT part, json_object_agg(value, orders ORDER BY value) AS counted
      FROM (SELECT part, value, sum(orders)::bigint AS orders FROM days CROSS JOIN LATERAL (VALUES
                ('weekday', to_char(day, 'ID')), ('channel', coalesce(channel, '')),
                ('hour', to_char(first_order AT TIME ZONE 'UTC', 'HH24'))) AS h (part, value)
             GROUP BY part, value) AS v GROUP BY part) AS w) AS habits
"""

PREFERENCES_OF: LiteralString = f"""
WITH statements AS MATERIALIZED ({STATEMENTS} FROM preferences_of(%(subject)s)), birthdays AS ({BIRTHDAYS}),
days AS MATERIALIZED (SELECT day, currency, orders, first_order, channel FROM purchases_of(%(subject)s)
                       WHERE orders > 0),
paid AS MATERIALIZED (SELECT currency FROM days GROUP BY currency ORDER BY sum(orders) DESC, currency LIMIT 1),
bought AS MATERIALIZED (
    SELECT b.product, b.product_name, b.orders, b.quantity, b.last_bought, paid.currency,
           coalesce((SELECT c.category FROM catalogue AS c WHERE c.product = b.product AND c.category IS NOT NULL
                      ORDER BY c.category_at DESC, c.category_by DESC, c.store LIMIT 1), b.category, '') AS category,
           CASE WHEN b.currency = paid.currency AND b.other_currency = paid.currency THEN b.spend_minor END
               AS spend_minor
      FROM products_bought_of(%(subject)s) AS b LEFT JOIN paid ON true
), categories AS (
    SELECT category, currency, sum(orders)::bigint AS times_bought, sum(spend_minor)::bigint AS spend_minor,
           round(sum(orders * spend_minor::numeric / quantity)
                 / nullif(sum(orders) FILTER (WHERE spend_minor IS NOT NULL), 0))::bigint AS usual_minor
      FROM bought GROUP BY category, currency ORDER BY times_bought DESC, category LIMIT 5
)
SELECT (SELECT currency FROM paid) AS currency, {SAID}, {SHOWN}
"""

# What a customer spent in the last 365 days, against what they say they spend with whomever, by currency.
SHARE_OF: LiteralString = """
SELECT currency, coalesce(s.year_minor, 0) AS last_365_days_minor, w.stated_minor, w.basis, w.stated_at,
       (coalesce(s.year_minor, 0) / nullif(w.stated_minor, 0)::numeric)::float8 AS stated_share, w.categories
  FROM (SELECT currency, (sum(spend_minor - cancelled_minor - returned_minor) FILTER (
                   WHERE day > (%(now)s::timestamptz AT TIME ZONE 'UTC')::date - 365))::bigint AS year_minor
          FROM purchases_of(%(subject)s) GROUP BY currency) AS s
  FULL JOIN (SELECT currency, max(amount_minor) FILTER (WHERE category = '') AS stated_minor,
                    max(basis) FILTER (WHERE category = '') AS basis,
                    max(last_stated) FILTER (WHERE category = '') AS stated_at,
                    json_object_agg(category, amount_minor ORDER BY category) FILTER (WHERE category <> '')
                        AS categories
               FROM wallets_of(%(subject)s) GROUP BY currency) AS w USING (currency)
 ORDER BY currency
"""
