"""The rows that fields are read from: a query each, of one row a person, over the projections.

Each counts what happened by the clock ``%(now)s``, as far as its rows can tell: purchases are kept by day. Queries name
projections without a schema, so that rules can be asked of a past too; the dial alone is of now, by months.

Where rows of a person's identifiers add up, they are read as they are stored, with ``person_of`` beside them: over a
million customers that takes half as long as the view that merges them row by row first.
"""

from typing import LiteralString

PURCHASES: LiteralString = """
purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
 CROSS JOIN LATERAL (SELECT coalesce(p.person, b.subject) AS person) AS own
"""

# Orders of every currency.
BUYING = f"""
SELECT own.person, sum(orders)::bigint AS orders, sum(returns)::bigint AS returns,
       coalesce(sum(orders) FILTER (WHERE day > (%(now)s::timestamptz - interval '12 months')::date), 0)::bigint
           AS orders_12_months,
       min(first_order) AS first_order, max(last_order) AS last_order
  FROM {PURCHASES} WHERE day <= %(now)s::date GROUP BY own.person
"""

# Money of one currency.
MONEY = f"""
SELECT own.person, sum(orders)::bigint AS orders, sum(spend_minor)::bigint AS spend_minor,
       sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor,
       sum(spend_minor - cancelled_minor - returned_minor)
           FILTER (WHERE day > (%(now)s::timestamptz - interval '12 months')::date)::bigint AS net_12_months_minor,
       sum(spend_minor - cancelled_minor - returned_minor)
           FILTER (WHERE day > %(now)s::date - 90)::bigint AS net_90_days_minor
  FROM {PURCHASES} WHERE currency = {{currency}} AND day <= %(now)s::date GROUP BY own.person
"""

# Known customers with an order in the last 12 months, ranked by net revenue in them: the first 5 % are top, the next
# 15 % high, the next 30 % middle; where a percentage is no whole number of customers, it is rounded up.
TIER = f"""
SELECT person, net_minor,
       CASE WHEN rank * 100 <= customers * 5 + 99 THEN 'top' WHEN rank * 100 <= customers * 20 + 99 THEN 'high'
            WHEN rank * 100 <= customers * 50 + 99 THEN 'middle' ELSE 'rest' END AS tier
  FROM (SELECT person, net_minor, row_number() OVER (ORDER BY net_minor DESC, person) AS rank,
               count(*) OVER () AS customers
          FROM (SELECT own.person, sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor
                  FROM {PURCHASES}
                 WHERE currency = {{currency}} AND own.person LIKE 'customer:%%' AND day <= %(now)s::date
                   AND day > (%(now)s::timestamptz - interval '12 months')::date
                 GROUP BY own.person HAVING sum(orders) > 0) AS s) AS r
"""

DIAL = """
SELECT DISTINCT ON (person) person, dial, alive_ppm, expected_12_minor
  FROM dial WHERE currency = {currency} AND month <= %(now)s::date
   AND month = (SELECT max(month) FROM dial_fit WHERE currency = {currency} AND month <= %(now)s::date)
 ORDER BY person, month DESC
"""

TRAITS = """
SELECT person, nullif(traits -> 'country' ->> 2, '') AS country, nullif(traits -> 'language' ->> 2, '') AS language
  FROM profile_by_person WHERE first_seen <= %(now)s
"""

SEEN = "SELECT person, first_seen, last_seen FROM profile_by_person WHERE first_seen <= %(now)s"

SEARCHES = """
SELECT coalesce(p.person, u.subject) AS person, sum(without_result)::bigint AS in_vain
  FROM unmet_demand AS u LEFT JOIN person_of AS p ON p.identifier = u.subject
 WHERE day <= %(now)s::date GROUP BY 1
"""

COMPLAINTS = """
SELECT person, count(*) AS complaints,
       bool_or(coalesce(resolved > %(now)s, true) OR coalesce(reopened > resolved AND reopened <= %(now)s, false))
           AS open
  FROM complaint_cases_by_person WHERE opened <= %(now)s GROUP BY person
"""

# Somebody brought themselves in where both ends came to be known as one person; that counts for nothing.
REFERRALS = """
SELECT r.person, count(DISTINCT coalesce(p.person, r.referred)) AS brought_in
  FROM referrals_by_person AS r LEFT JOIN person_of AS p ON p.identifier = r.referred
 WHERE r.first_made <= %(now)s AND coalesce(p.person, r.referred) <> r.person GROUP BY r.person
"""

SOURCES: dict[str, LiteralString] = {
    "buying": BUYING,
    "money": MONEY,
    "spent": MONEY,
    "tier": TIER,
    "dial": DIAL,
    "dial_in": DIAL,
    "traits": TRAITS,
    "seen": SEEN,
    "searches": SEARCHES,
    "complaints": COMPLAINTS,
    "referrals": REFERRALS,
}
"""The rows of each source. Those of ``money`` and ``dial_in`` are of the currency that the rule names."""

BOUGHT = """
SELECT coalesce(p.person, b.subject) FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
 WHERE b.product = ANY ({values}) AND b.first_bought <= %(now)s
"""

# A product's category is that of the order's lines, the last that tells one, by identifier; where they tell none, that
# of the latest listing.
CATEGORY_OF = """
SELECT DISTINCT ON (product) product, category FROM catalogue WHERE category <> ''
 ORDER BY product, category_at DESC, category_by DESC
"""

BOUGHT_CATEGORY = f"""
SELECT coalesce(p.person, b.subject) FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
  LEFT JOIN ({CATEGORY_OF}) AS c ON c.product = b.product
 WHERE lower(coalesce(nullif(b.category, ''), c.category)) = ANY ({{values}}) AND b.first_bought <= %(now)s
"""

BOUGHT_IN = f"""
SELECT own.person FROM {PURCHASES} WHERE store = ANY ({{values}}) AND orders > 0 AND day <= %(now)s::date
"""

# Of likes and dislikes of the same thing the one said last holds.
STANCE: LiteralString = """
SELECT person FROM (SELECT DISTINCT ON (person, topic, about) coalesce(p.person, s.subject) AS person, kind
                      FROM preferences AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
                     WHERE kind IN ('likes', 'dislikes') AND first_stated <= %(now)s
                       AND (lower(topic) = ANY ({values}) OR about = ANY ({values}))
                     ORDER BY person, topic, about, wording_at DESC, wording_by DESC) AS s
 WHERE kind = '{stance}'
"""

NEEDS = """
SELECT coalesce(p.person, s.subject) FROM preferences AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
 WHERE kind = 'needs' AND lower(topic) = ANY ({values}) AND first_stated <= %(now)s
"""

THINGS: dict[str, LiteralString] = {
    "bought": BOUGHT,
    "bought_category": BOUGHT_CATEGORY,
    "bought_in": BOUGHT_IN,
    "likes": STANCE.replace("{stance}", "likes"),
    "dislikes": STANCE.replace("{stance}", "dislikes"),
    "needs": NEEDS,
}
"""The persons that a thing holds of, given its ``{values}``."""
