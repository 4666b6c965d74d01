"""Orders: where each one is, which are late, and whether promises of delivery are kept.

Reads `orders`. An order is one of a person, by its number; it counts where and on the day in UTC when it was placed.
Orders that nobody placed, as far as we heard, are not told of here: the oddities list them.

* Delivered: all of it has arrived, when a delivery that names no parcel was told of, or as many parcels were handed
  over as were sent, and then with the last one. A shop that tells of two parcels sent and of one handed over leaves the
  order open; who tells of neither leaves all of them open (``untold``), until they are sent back or cancelled.
* Cancelled: called off, and not delivered nevertheless. Returned: sent back though no delivery was told of. Open: the
  rest, however far: placed, in work, on its way, partly delivered.
* On time: delivered at the promised instant or before. Late: delivered after it, or open when it has passed by the
  clock. The promise is the one that holds, the latest that was told; orders without one are neither. A shop that
  promises a day tells its last instant: a promise of midnight is broken at noon.
* Share on time: delivered on time among those delivered with a promise (SCOR metric RL.2.2, Delivery Performance to
  Customer Commit Date; ASCM, Supply Chain Operations Reference Model). It says nothing of what never comes, so beside
  it stands the share of promises kept: on time among those delivered with a promise, and those that are open and late.
  Who moves promises is always on time: so there is the share by the first promise, too, and how many were moved.
* Hours from order to delivery: their median, 90th and 95th percentile, interpolated between the two nearest orders as
  SQL's PERCENTILE_CONT has it; orders that arrived before they were placed are left out. Hours late: of those delivered
  late, from the promise to the arrival.
* The parcel's way: narrowed to an order's number, each stop: its steps, each parcel sent, seen by the carrier, arrived.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.order_rows import LAST_STOP, PLACED, STOPS
from services.reports.report import Answer, Question, Report

TO_DELIVERY = "FILTER (WHERE state = 'delivered' AND arrived >= ordered)"
HOURS = "percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY date_part('epoch', arrived - ordered) / 3600)"
LATE_HOURS = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY date_part('epoch', arrived - promised) / 3600)"

# All orders, and by store, month and, while they are open, where they are; one reading of them all.
PARTS = f"""
SELECT CASE GROUPING(store, month, waiting) WHEN 7 THEN 'all' WHEN 3 THEN 'stores' WHEN 5 THEN 'months' ELSE 'steps' END
           AS part, coalesce(store, month, waiting, '') AS name, step, count(*) AS orders,
       count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE open AND late) AS open_late,
       count(*) FILTER (WHERE state = 'placed') AS untold,
       count(*) FILTER (WHERE state = 'cancelled') AS cancelled, count(*) FILTER (WHERE state = 'returned') AS returned,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state = 'delivered' AND NOT late) AS on_time,
       count(*) FILTER (WHERE state = 'delivered' AND late) AS late,
       count(*) FILTER (WHERE state = 'delivered' AND arrived <= first_promised) AS on_time_at_first,
       count(*) FILTER (WHERE promised <> first_promised) AS promises_moved,
       {HOURS} {TO_DELIVERY} AS hours, {LATE_HOURS} FILTER (WHERE state = 'delivered' AND late) AS late_hours,
       min(ordered) AS oldest
  FROM (SELECT store, ordered, state, open, late, arrived, promised, first_promised,
               to_char(ordered AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
               CASE WHEN open THEN state END AS waiting, CASE WHEN open THEN step END AS step
          FROM ({PLACED}) AS p) AS o
 GROUP BY GROUPING SETS ((), (store), (month), (waiting, step))
HAVING GROUPING(waiting) = 1 OR waiting IS NOT NULL
 ORDER BY part, CASE WHEN GROUPING(month) = 1 THEN -count(*) END, name, step NULLS FIRST
"""

# The late ones: those that are open, the longest overdue first, and those that came too late, by how much.
LATE = f"""
SELECT o.open, o.person, o."order", o.store, o.ordered, o.promised, o.arrived, o.step, o.state,
       {LAST_STOP} AS last_stop, (extract(epoch FROM o.behind) / 3600)::float8 AS late_hours
  FROM (SELECT p.*, coalesce(p.arrived, %(now)s) - p.promised AS behind,
               row_number() OVER (PARTITION BY p.open ORDER BY coalesce(p.arrived, %(now)s) - p.promised DESC,
                                                               p.person, p."order") AS place
          FROM ({PLACED}) AS p WHERE p.late) AS o
 WHERE o.place <= %(limit)s ORDER BY o.open DESC, o.place
"""

# Orders of one number, each with its way.
ASKED = f"""
SELECT o.person, o."order", o.store, o.state, o.ordered, o.first_promised, o.promised, o.shipped, o.arrived,
       o.cancelled, o.late, {STOPS} AS stops
  FROM ({PLACED}) AS o ORDER BY o.ordered, o.person LIMIT %(limit)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures over all orders of the period; the late ones; tables by step, store and month."""
    asked = question.parameters()
    parts: dict[str, list[dict[str, Any]]] = {"stores": [], "months": [], "steps": []}
    for row in queries.rows(connection, PARTS, **asked):
        parts.setdefault(row["part"], []).append(row)
    late = queries.rows(connection, LATE, **asked)
    return Answer(
        _figures(parts["all"][0]),
        {
            "late_and_open": [_late(row, "last_stop") for row in late if row["open"]],
            "delivered_late": [_late(row, "arrived") for row in late if not row["open"]],
            "steps": [_step(row) for row in parts["steps"][: question.limit]],
            "stores": [{"store": row["name"], **_part(row)} for row in parts["stores"][: question.limit]],
            "months": [{"month": row["name"], **_part(row)} for row in parts["months"]],
            "orders": [] if question.about is None else queries.rows(connection, ASKED, **asked),
        },
    )


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    hours, late_hours = row["hours"] or (None,) * 3, row["late_hours"] or (None,) * 2
    counts = ("orders", "delivered", "cancelled", "returned", "open", "untold", "on_time", "late", "open_late")
    return {
        **{name: row[name] for name in counts},
        **_shares(row),
        "on_time_at_first_share": _share(row["on_time_at_first"], row["on_time"] + row["late"]),
        "promises_moved": row["promises_moved"],
        "median_hours": hours[0],
        "p90_hours": hours[1],
        "p95_hours": hours[2],
        "median_hours_late": late_hours[0],
        "p90_hours_late": late_hours[1],
    }


def _part(row: dict[str, Any]) -> dict[str, Any]:
    hours = row["hours"] or (None,) * 3
    counts = {name: row[name] for name in ("orders", "delivered", "open", "late", "open_late")}
    return {**counts, **_shares(row), "median_hours": hours[0], "p90_hours": hours[1]}


def _step(row: dict[str, Any]) -> dict[str, Any]:
    told = {"state": row["name"], "step": row["step"], "orders": row["orders"]}
    return told | {"late": row["open_late"], "oldest": row["oldest"]}


def _late(row: dict[str, Any], last: str) -> dict[str, Any]:
    names = ("person", "order", "store", "ordered", "promised", "state", "step", "late_hours", last)
    return {name: row[name] for name in names}


def _shares(row: dict[str, Any]) -> dict[str, Any]:
    promised = row["on_time"] + row["late"]
    return {
        "on_time_share": _share(row["on_time"], promised),
        "promises_kept_share": _share(row["on_time"], promised + row["open_late"]),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def headline(_question: Question, answer: Answer) -> str:
    """Say how many came on time, and how many are waited for in vain."""
    figures = answer.figures
    if not figures["orders"]:
        return "No order was placed."
    delivered = f"Of {words.counted(figures['orders'], 'order')} {figures['delivered']:,} were delivered"
    if figures["on_time_share"] is not None:
        delivered += f", {words.share(figures['on_time_share'])} of those with a promise on time"
    open_late = f"{figures['open_late']:,} of {figures['open']:,} open ones are late"
    return f"{delivered}; {open_late}."


ORDER_STATUS = Report(
    "order_status",
    "Orders and their promises",
    ("orders",),
    answer,
    about="an order's number: it alone, with every stop of its way",
    headline=headline,
)
