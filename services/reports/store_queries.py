"""The queries behind the report of one store, see ``store``: its sales, its regulars, its wishes, and its pairs."""

from typing import LiteralString

DAYS: LiteralString = """
(%(begin)s::date IS NULL OR day >= %(begin)s) AND (%(end)s::date IS NULL OR day <= %(end)s)
"""

# What each person bought in the period, in each store and in all of them, which has no store.
BOUGHT: LiteralString = f"""
SELECT coalesce(p.person, b.subject) AS person, b.store, grouping(b.store) = 1 AS whole,
       sum(b.orders)::bigint AS orders, sum(b.returns)::bigint AS returns,
       coalesce(sum(b.spend_minor) FILTER (WHERE b.currency = %(currency)s), 0)::bigint AS gross_minor,
       coalesce(sum(b.spend_minor - b.cancelled_minor - b.returned_minor) FILTER (WHERE b.currency = %(currency)s),
                0)::bigint AS net_minor,
       coalesce(sum(b.returned_minor) FILTER (WHERE b.currency = %(currency)s), 0)::bigint AS returned_minor
  FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
 WHERE {DAYS}
 GROUP BY GROUPING SETS ((coalesce(p.person, b.subject), b.store), (coalesce(p.person, b.subject)))
"""

# Each store, and all of them together: what was sold, to whom, and what was sought in vain.
STORES = f"""
WITH bought AS (
    SELECT *, person LIKE 'customer:%%' AND orders > 0 AS customer,
           count(*) FILTER (WHERE NOT whole AND orders > 0) OVER (PARTITION BY person) AS stores
      FROM ({BOUGHT}) AS b
), sold AS (
    SELECT whole, coalesce(store, '') AS store, sum(orders)::bigint AS orders, sum(gross_minor)::bigint AS gross_minor,
           sum(net_minor)::bigint AS net_minor, sum(returns)::bigint AS returns,
           sum(returned_minor)::bigint AS returned_minor, count(*) FILTER (WHERE customer) AS customers,
           count(*) FILTER (WHERE customer AND orders >= %(regular_orders)s) AS regulars,
           coalesce(sum(net_minor) FILTER (WHERE customer AND orders >= %(regular_orders)s), 0)::bigint
               AS regulars_minor,
           count(*) FILTER (WHERE customer AND stores = 1) AS only_here
      FROM bought GROUP BY whole, coalesce(store, '')
), searched AS (
    SELECT grouping(store) = 1 AS whole, coalesce(store, '') AS store, sum(searches)::bigint AS searches,
           sum(without_result)::bigint AS without_result
      FROM unmet_demand WHERE first_asked <= %(now)s AND {DAYS} GROUP BY GROUPING SETS ((store), ())
)
SELECT whole, store, coalesce(orders, 0) AS orders, coalesce(gross_minor, 0) AS gross_minor,
       coalesce(net_minor, 0) AS net_minor, coalesce(returns, 0) AS returns,
       coalesce(returned_minor, 0) AS returned_minor, coalesce(customers, 0) AS customers,
       coalesce(regulars, 0) AS regulars, coalesce(regulars_minor, 0) AS regulars_minor,
       coalesce(only_here, 0) AS only_here, coalesce(searches, 0) AS searches,
       coalesce(without_result, 0) AS without_result
  FROM sold FULL JOIN searched USING (whole, store)
"""

# The known customers who bring a store most, and what they bring everywhere.
REGULARS = f"""
WITH bought AS MATERIALIZED ({BOUGHT})
SELECT row_number() OVER (ORDER BY h.net_minor DESC, h.person) AS rank, h.person, h.orders, h.net_minor, h.gross_minor,
       w.gross_minor AS everywhere_minor, h.gross_minor::float8 / nullif(w.gross_minor, 0) AS here_share
  FROM bought AS h JOIN bought AS w ON w.person = h.person AND w.whole
 WHERE NOT h.whole AND h.store = %(store)s AND h.orders > 0 AND h.person LIKE 'customer:%%'
 ORDER BY rank LIMIT %(limit)s
"""

# What is sought in vain here more often, of all searches, than elsewhere; by how many more searches that makes.
WISHES = f"""
WITH asked AS MATERIALIZED (
    SELECT coalesce(p.person, d.subject) AS person, d.query, d.store = %(store)s AS here, d.searches, d.without_result,
           d.last_asked
      FROM unmet_demand AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
     WHERE d.first_asked <= %(now)s AND {DAYS}
), whole AS (
    SELECT coalesce(sum(searches) FILTER (WHERE here), 0)::float8 AS here,
           coalesce(sum(searches) FILTER (WHERE NOT here), 0)::float8 AS elsewhere
      FROM asked
), counted AS (
    SELECT query, coalesce(sum(searches) FILTER (WHERE here), 0)::bigint AS searches,
           coalesce(sum(without_result) FILTER (WHERE here), 0)::bigint AS without_result,
           count(DISTINCT person) FILTER (WHERE here AND without_result > 0) AS askers,
           coalesce(sum(without_result) FILTER (WHERE NOT here), 0)::bigint AS elsewhere_without_result,
           coalesce(sum(searches - without_result) FILTER (WHERE NOT here), 0)::bigint AS elsewhere_found,
           max(last_asked) FILTER (WHERE here AND without_result > 0) AS last_asked
      FROM asked GROUP BY query
), rated AS (
    SELECT c.*, without_result / nullif(here, 0) AS of_searches_share,
           coalesce(elsewhere_without_result / nullif(elsewhere, 0), 0) AS elsewhere_share
      FROM counted AS c CROSS JOIN whole WHERE without_result > 0
)
SELECT query, without_result, searches, askers, of_searches_share, elsewhere_share,
       of_searches_share / nullif(elsewhere_share, 0) AS index, here * (of_searches_share - elsewhere_share) AS excess,
       elsewhere_without_result, elsewhere_found, last_asked
  FROM rated CROSS JOIN whole WHERE of_searches_share > elsewhere_share
 ORDER BY excess DESC, without_result DESC, query LIMIT %(limit)s
"""

# Who is a known customer of the store, having ordered there in the period, and who is one of any store, ever.
CUSTOMERS: LiteralString = f"""
everywhere AS MATERIALIZED (
    SELECT coalesce(p.person, b.subject) AS person, bool_or(b.store = %(store)s AND {DAYS}) AS here
      FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
     WHERE b.orders > 0 AND coalesce(p.person, b.subject) LIKE 'customer:%%' GROUP BY 1
)
"""

# Of the products that most of the store's customers bought, whenever and wherever, every two that some bought both of.
PAIRS = f"""
WITH {CUSTOMERS}, had AS MATERIALIZED (
    SELECT e.person, b.product, max(b.product_name) AS product_name
      FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
      JOIN everywhere AS e ON e.person = coalesce(p.person, b.subject) AND e.here
     WHERE b.orders > 0 AND coalesce(b.category, '') <> ALL (%(no_goods)s) GROUP BY e.person, b.product
), most AS MATERIALIZED (
    SELECT product, max(product_name) AS name, count(*) AS customers
      FROM had GROUP BY product ORDER BY customers DESC, product LIMIT %(products)s
), few AS MATERIALIZED (SELECT had.person, had.product FROM had JOIN most USING (product)),
met AS (
    SELECT a.product, b.product AS other, count(*) AS both_customers
      FROM few AS a JOIN few AS b ON b.person = a.person AND b.product > a.product
     GROUP BY a.product, b.product HAVING count(*) >= %(least_customers)s
)
SELECT m.product, m.other, a.name AS product_name, b.name AS other_name, m.both_customers,
       a.customers AS product_customers, b.customers AS other_customers,
       (SELECT count(*) FROM everywhere WHERE here) AS customers
  FROM met AS m JOIN most AS a ON a.product = m.product JOIN most AS b ON b.product = m.other
 ORDER BY m.product, m.other
"""

# The same counts of some pairs over the customers of all stores.
PAIRS_EVERYWHERE = f"""
WITH {CUSTOMERS}, pairs AS (
    SELECT * FROM unnest(%(one)s::text[], %(two)s::text[]) AS p (product, other)
), had AS MATERIALIZED (
    SELECT DISTINCT e.person, b.product
      FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
      JOIN everywhere AS e ON e.person = coalesce(p.person, b.subject)
     WHERE b.orders > 0 AND b.product IN (SELECT product FROM pairs UNION SELECT other FROM pairs)
), buyers AS (SELECT product, count(*) AS customers FROM had GROUP BY product),
met AS (
    SELECT p.product, p.other, count(*) AS both_customers
      FROM pairs AS p JOIN had AS a ON a.product = p.product
      JOIN had AS b ON b.product = p.other AND b.person = a.person
     GROUP BY p.product, p.other
)
SELECT p.product, p.other, m.both_customers, a.customers AS product_customers, b.customers AS other_customers,
       (SELECT count(*) FROM everywhere) AS customers
  FROM met AS m JOIN pairs AS p USING (product, other)
  JOIN buyers AS a ON a.product = p.product JOIN buyers AS b ON b.product = p.other
"""
