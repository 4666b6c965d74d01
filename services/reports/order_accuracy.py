"""Order accuracy: what was ordered against what was delivered, such as two burgers and three fries.

Reads `orders`. What was ordered is what the order's latest placing or amendment says; what was delivered is what was
counted in all its deliveries together, so what was forgotten and brought later is not missing: this is how orders end,
not how the first delivery was. An order is judged once all of it has arrived, as the report of orders has it, and if
somebody counted each delivery; those delivered uncounted are told of beside. It counts on the day in UTC on which it
arrived, in its store.

* Missing: units of a product that were ordered and did not come. Extra: units of an ordered product beyond what was
  ordered. Wrong: units of a product that was not ordered at all.
* Exact: nothing of all that. The share of orders delivered exactly is their share among those judged (SCOR metric
  RL.2.1, Percentage of Orders Delivered In Full, by item and quantity; ASCM, Supply Chain Operations Reference Model).
* Products are told apart by their number alone: whether the burger came without onions, as was chosen, it cannot say,
  nor whether what came was whole. What came of a cancelled order is judged like any other.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.order_rows import EVERYBODYS, STANDING
from services.reports.report import Answer, Question, Report

# Delivered orders of the period; whether somebody counted, and whether it is exactly what was ordered.
DELIVERED = f"""
SELECT o.person, o."order", o.store, o.arrived, o.ordered_lines::jsonb AS ordered_lines, o.delivered_lines,
       o.deliveries_counted = o.deliveries AS counted, o.ordered_lines::jsonb = o.delivered_lines AS exact,
       to_char(o.arrived AT TIME ZONE 'UTC', 'YYYY-MM') AS month
  FROM ({STANDING.format(source=EVERYBODYS)}) AS o
 WHERE o.state = 'delivered' AND o.arrived <= %(now)s
   AND (%(store)s::text IS NULL OR o.store = %(store)s)
   AND (%(begin)s::date IS NULL OR o.arrived >= %(begin)s::date)
   AND (%(end)s::date IS NULL OR o.arrived < %(end)s::date + interval '1 day')
"""

PARTS = f"""
SELECT CASE GROUPING(store, month) WHEN 3 THEN 'all' WHEN 1 THEN 'stores' ELSE 'months' END AS part,
       coalesce(store, month, '') AS name, count(*) AS delivered, count(*) FILTER (WHERE counted) AS judged,
       count(*) FILTER (WHERE counted AND exact) AS exact
  FROM ({DELIVERED}) AS o GROUP BY GROUPING SETS ((), (store), (month))
 ORDER BY part, CASE WHEN GROUPING(month) = 1 THEN -count(*) END, name
"""

# Each product of each order that was not delivered exactly, with how far what came is from what was ordered.
DIFFERENCES = f"""
SELECT o.person, o."order", o.store, o.arrived, d.product, greatest(d.ordered - d.came, 0) AS missing,
       CASE WHEN d.ordered > 0 THEN greatest(d.came - d.ordered, 0) ELSE 0 END AS extra,
       CASE WHEN d.ordered = 0 THEN d.came ELSE 0 END AS wrong
  FROM ({DELIVERED}) AS o
 CROSS JOIN LATERAL (SELECT product, sum(ordered)::bigint AS ordered, sum(came)::bigint AS came
                       FROM (SELECT key AS product, value::bigint AS ordered, 0 AS came
                               FROM jsonb_each_text(o.ordered_lines)
                              UNION ALL SELECT key, 0, value::bigint FROM jsonb_each_text(o.delivered_lines)) AS lines
                      GROUP BY product) AS d
 WHERE o.counted AND NOT o.exact AND d.ordered <> d.came
"""

# Units and orders by product, all products together first.
PRODUCTS = f"""
SELECT coalesce(product, '') AS product, GROUPING(product) = 1 AS whole, count(*) AS orders,
       coalesce(sum(missing), 0)::bigint AS missing, coalesce(sum(extra), 0)::bigint AS extra,
       coalesce(sum(wrong), 0)::bigint AS wrong
  FROM ({DIFFERENCES}) AS d GROUP BY GROUPING SETS ((), (product))
 ORDER BY whole DESC, orders DESC, product COLLATE "C" LIMIT %(limit)s + 1
"""

ORDERS = f"""
SELECT person, "order", store, arrived, jsonb_object_agg(product, missing) FILTER (WHERE missing > 0) AS missing,
       jsonb_object_agg(product, extra) FILTER (WHERE extra > 0) AS extra,
       jsonb_object_agg(product, wrong) FILTER (WHERE wrong > 0) AS wrong
  FROM ({DIFFERENCES}) AS d GROUP BY person, "order", store, arrived
 ORDER BY arrived DESC, person, "order" LIMIT %(limit)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return how many orders came exactly as ordered; those that did not, and tables by product, store and month."""
    asked = question.parameters()
    parts: dict[str, list[dict[str, Any]]] = {"stores": [], "months": []}
    for row in queries.rows(connection, PARTS, **asked):
        parts.setdefault(row["part"], []).append(row)
    whole, *products = queries.rows(connection, PRODUCTS, **asked)
    return Answer(
        {
            **_part(parts["all"][0]),
            "uncounted": parts["all"][0]["delivered"] - parts["all"][0]["judged"],
            **{f"{name}_units": whole[name] for name in ("missing", "extra", "wrong")},
        },
        {
            "orders": queries.rows(connection, ORDERS, **asked),
            "products": [{name: row[name] for name in row if name != "whole"} for row in products],
            "stores": [{"store": row["name"], **_part(row)} for row in parts["stores"][: question.limit]],
            "months": [{"month": row["name"], **_part(row)} for row in parts["months"]],
        },
    )


def _part(row: dict[str, Any]) -> dict[str, Any]:
    judged = row["judged"]
    share = row["exact"] / judged if judged else None
    return {name: row[name] for name in ("delivered", "judged", "exact")} | {"exact_share": share}


def headline(_question: Question, answer: Answer) -> str:
    """Say how many came exactly as ordered, and what went wrong with the others."""
    figures = answer.figures
    if not figures["judged"]:
        return "Nobody counted what was delivered."
    units = ", ".join(f"{figures[f'{name}_units']:,} {name}" for name in ("missing", "extra", "wrong"))
    exact, judged = words.share(figures["exact_share"], 1), words.counted(figures["judged"], "order")
    return f"{exact} of {judged} came exactly as ordered; units that did not: {units}."


ORDER_ACCURACY = Report(
    "order_accuracy", "Order accuracy", ("orders",), answer, about="an order's number", headline=headline
)
