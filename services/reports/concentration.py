"""Best customers: how few of them bring how much.

Reads `purchases`. A customer is a person: all identifiers that are known to be one. Gross revenue is what was ordered,
with amendments; net revenue is that less what was cancelled and sent back. Whose revenue in the period is not above
zero brings nothing, and is counted apart.

* Ranked by revenue, the customers' running share says how many bring 80 % of it (Pareto's rule asks for 20 %).
* Gini coefficient: half the mean difference between any two customers, over the mean revenue: 0 where all bring the
  same, nearly 1 where one brings all. With revenues x₁ ≤ … ≤ xₙ it is (2·Σ i·xᵢ) / (n·Σ xᵢ) - (n + 1)/n (Gini 1912, in
  the form of Sen, On Economic Inequality, 1973).
* Deciles: customers in tenths by rank, the best first; where n is no multiple of 10, the first ones have one more.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, Question, Report

PERCENT = 80

# Each customer's revenue in the period, in one currency.
REVENUES = """
SELECT p.person, sum(p.orders)::bigint AS orders, sum(p.spend_minor)::bigint AS gross_minor,
       sum(p.spend_minor - p.cancelled_minor - p.returned_minor)::bigint AS net_minor
  FROM purchases_by_person AS p
 WHERE p.currency = %(currency)s AND p.person LIKE 'customer:%%'
   AND (%(store)s::text IS NULL OR p.store = %(store)s)
   AND (%(begin)s::date IS NULL OR p.day >= %(begin)s) AND (%(end)s::date IS NULL OR p.day <= %(end)s)
 GROUP BY p.person
"""

# How revenue is spread, gross and net: one row each.
SPREAD = f"""
WITH revenues AS MATERIALIZED ({REVENUES}),
measured AS (
    SELECT m.measure, r.person, m.minor FROM revenues AS r
     CROSS JOIN LATERAL (VALUES ('gross', r.gross_minor), ('net', r.net_minor)) AS m (measure, minor)
     WHERE m.minor > 0
), ranked AS (
    SELECT measure, minor, row_number() OVER best AS rank, sum(minor) OVER best AS running,
           count(*) OVER (PARTITION BY measure) AS customers, sum(minor) OVER (PARTITION BY measure) AS total
      FROM measured WINDOW best AS (PARTITION BY measure ORDER BY minor DESC, person)
)
SELECT measure, customers, total::bigint AS revenue_minor,
       min(rank) FILTER (WHERE running * 100 >= total * %(percent)s) AS bringing,
       (SELECT count(*) FROM revenues) - customers AS bringing_nothing,
       (2 * sum((customers + 1 - rank) * minor) / (customers * total) - (customers + 1)::numeric / customers)::float8
           AS gini
  FROM ranked GROUP BY measure, customers, total ORDER BY measure
"""

DECILES = f"""
WITH ranked AS (
    SELECT net_minor, ntile(10) OVER (ORDER BY net_minor DESC, person) AS decile
      FROM ({REVENUES}) AS r WHERE net_minor > 0
)
SELECT decile, count(*) AS customers, sum(net_minor)::bigint AS net_minor,
       (sum(net_minor) / sum(sum(net_minor)) OVER ())::float8 AS share
  FROM ranked GROUP BY decile ORDER BY decile
"""

TOP = f"""
SELECT row_number() OVER (ORDER BY net_minor DESC, person) AS rank, person, orders, gross_minor, net_minor,
       (net_minor / sum(greatest(net_minor, 0)) OVER ())::float8 AS share
  FROM ({REVENUES}) AS r WHERE net_minor > 0 ORDER BY rank LIMIT %(limit)s
"""

# The same by store, where there are several.
STORES = """
SELECT store, count(DISTINCT person) AS customers, sum(orders)::bigint AS orders,
       sum(spend_minor)::bigint AS gross_minor,
       sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor
  FROM purchases_by_person
 WHERE currency = %(currency)s AND person LIKE 'customer:%%' AND (%(store)s::text IS NULL OR store = %(store)s)
   AND (%(begin)s::date IS NULL OR day >= %(begin)s) AND (%(end)s::date IS NULL OR day <= %(end)s)
 GROUP BY store ORDER BY net_minor DESC, store LIMIT %(limit)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of net revenue, and gross beside them; tables of deciles, of the best, and of stores."""
    asked = question.parameters()
    spread = {row["measure"]: row for row in queries.rows(connection, SPREAD, **asked, percent=PERCENT)}
    return Answer(
        {"percent": PERCENT, **_figures(spread.get("net")), **_figures(spread.get("gross"), "gross_")},
        {
            "deciles": queries.rows(connection, DECILES, **asked),
            "best": queries.rows(connection, TOP, **asked),
            "stores": queries.rows(connection, STORES, **asked),
        },
    )


def _figures(row: dict[str, Any] | None, prefix: str = "") -> dict[str, Any]:
    if row is None:
        return {f"{prefix}customers": 0, f"{prefix}revenue_minor": 0, f"{prefix}bringing": 0}
    share = row["bringing"] / row["customers"]
    told = {name: row[name] for name in ("customers", "bringing_nothing", "revenue_minor", "bringing")}
    return {prefix + name: value for name, value in (told | {"bringing_share": share, "gini": row["gini"]}).items()}


def headline(question: Question, answer: Answer) -> str:
    """Say how few bring most."""
    figures = answer.figures
    if not figures["customers"]:
        return "Nobody has brought anything yet."
    revenue = words.money(figures["revenue_minor"], question.currency)
    return (
        f"{words.share(figures['bringing_share'])} of the customers, {figures['bringing']:,} of"
        f" {figures['customers']:,}, bring {PERCENT} % of their revenue of {revenue}."
    )


CONCENTRATION = Report("concentration", "Best customers", ("purchases",), answer, headline=headline)
