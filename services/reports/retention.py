"""Retention: who orders again, who is at risk, who came back, and who brings in others.

Reads `purchases` and `referrals`, and the volume dial. Customers are known persons. An order counts on its day in UTC,
also if it was cancelled or sent back; money is net of both. With a store, only what was ordered there counts, and a
first order is the first there; the dial and who brought in whom are not a store's.

* Cohorts: customers by the month of their first order; of each the share that ordered in the month 1, 2, 3 … 12 months
  after. A month that has not begun by the clock is empty, and the clock's own month counts up to it. The period says
  which cohorts: first orders in it. `curve` is all of them together, each month over the cohorts that have seen it.
* Churn: the volume dial's probability that a customer still is one (BG/NBD; see the report `dial`), of the last month
  that has one by the clock. 1 less its mean is the expected churn; customers and what they brought in 12 months are
  told by bands of 20 %. It is read as it is now, also where a past is asked. Without a dial these figures are empty.
* Silence: a customer's usual interval is the mean one between the days on which they ordered, where there are three
  such days or more. Who has been silent for three usual intervals, and for LEAST_DAYS, has fallen silent; who has no
  usual interval, after STATED_DAYS. The factors are the house's rule of thumb, and no estimate.
* At risk now: who brought something in the last 12 months, and is likelier gone than not by the dial or has fallen
  silent. `basis` says by which of the two. Over a short history the dial may find nobody gone yet.
* Win-backs: who ordered again after they had fallen silent, by what was known then; the last return in the period, and
  net revenue from that day on.
* Referrals: who brought in how many, directly and down the tree, and what those bring in the period. Of several who
  say so the first one did. What they would have brought anyway is not known.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.referral_trees import referrers, tree_of, worth
from services.reports.report import Answer, Question, Report
from services.segments.sources import PURCHASES

MONTHS = 12
LEAST_DAYS = 45
STATED_DAYS = 180
BANDS = ("0 to 20 %", "20 to 40 %", "40 to 60 %", "60 to 80 %", "80 to 100 %")
DAYS_PARAMETERS = {"least_days": LEAST_DAYS, "stated_days": STATED_DAYS}

# The days on which each customer ordered.
DAYS = f"""
SELECT own.person COLLATE "C" AS person, day
  FROM {PURCHASES}
 WHERE orders > 0 AND own.person LIKE 'customer:%%' AND day <= %(now)s::date
   AND (%(store)s::text IS NULL OR store = %(store)s)
 GROUP BY 1, 2
"""

# How many of each cohort ordered how many months after; months are counted through from year nought.
COHORTS = f"""
WITH months AS MATERIALIZED (
    SELECT person, (extract(year FROM day) * 12 + extract(month FROM day) - 1)::integer AS month,
           min(day) AS day, count(*) AS days
      FROM ({DAYS}) AS d GROUP BY 1, 2
), firsts AS MATERIALIZED (
    SELECT person, min(month) AS cohort, min(day) AS first_day, sum(days) > 1 AS again FROM months GROUP BY person
), asked AS MATERIALIZED (
    SELECT * FROM firsts WHERE (%(begin)s::date IS NULL OR first_day >= %(begin)s)
                           AND (%(end)s::date IS NULL OR first_day <= %(end)s)
)
SELECT cohort, m.month - cohort AS after, count(*) AS customers, count(*) FILTER (WHERE again) AS again
  FROM asked JOIN months AS m USING (person) GROUP BY 1, 2 ORDER BY 1, 2
"""

# Each customer's last day with an order and usual interval, and what they brought in the last 12 months.
STANDING = f"""
standing AS MATERIALIZED (
    SELECT d.person, max(d.day) AS last_day, %(now)s::date - max(d.day) AS silent_days,
           CASE WHEN count(*) >= 3 THEN (max(d.day) - min(d.day))::numeric / (count(*) - 1) END AS usual_days
      FROM ({DAYS}) AS d GROUP BY d.person
), revenues AS MATERIALIZED (
    SELECT own.person COLLATE "C" AS person, sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor
      FROM {PURCHASES}
     WHERE currency = %(currency)s AND (%(store)s::text IS NULL OR store = %(store)s) AND day <= %(now)s::date
       AND day > (%(now)s::timestamptz - interval '12 months')::date AND own.person LIKE 'customer:%%'
     GROUP BY 1
), dialled AS MATERIALIZED (
    SELECT person, alive_ppm, expected_12_minor FROM dial
     WHERE currency = %(currency)s AND month = (SELECT max(month) FROM dial_fit
                                                 WHERE currency = %(currency)s AND month <= %(now)s::date)
)
"""

SILENT = """
silent_days >= CASE WHEN usual_days IS NULL THEN %(stated_days)s ELSE greatest(3 * usual_days, %(least_days)s) END
"""

CHURN = f"""
WITH {STANDING}
SELECT least(4, d.alive_ppm / 200000) AS band, count(*) AS customers, sum(d.alive_ppm)::bigint AS alive_ppm,
       coalesce(sum(r.net_minor), 0)::bigint AS net_minor, sum(d.expected_12_minor)::bigint AS expected_12_minor
  FROM dialled AS d JOIN standing USING (person) LEFT JOIN revenues AS r USING (person) GROUP BY 1 ORDER BY 1
"""

AT_RISK = f"""
WITH {STANDING}
SELECT person, CASE WHEN d.alive_ppm < 500000 THEN 'dial' ELSE 'silence' END AS basis, last_day AS last_order,
       silent_days, usual_days::float8 AS usual_days, d.alive_ppm / 1000000.0::float8 AS probability_alive,
       r.net_minor AS net_12_months_minor, d.expected_12_minor,
       count(*) OVER () AS customers, (sum(r.net_minor) OVER ())::bigint AS whole_minor
  FROM standing JOIN revenues AS r USING (person) LEFT JOIN dialled AS d USING (person)
 WHERE r.net_minor > 0 AND (coalesce(d.alive_ppm < 500000, false) OR {SILENT})
 ORDER BY r.net_minor DESC, person LIMIT %(limit)s
"""

# What was known of a customer before they came back: the days up to the last one before.
WIN_BACKS = f"""
WITH numbered AS (
    SELECT person, day, lag(day) OVER earlier AS before, row_number() OVER earlier AS number,
           first_value(day) OVER earlier AS first_day
      FROM ({DAYS}) AS d WINDOW earlier AS (PARTITION BY person ORDER BY day)
), gaps AS (
    SELECT person, day AS returned, day - before AS silent_days,
           CASE WHEN number > 3 THEN (before - first_day)::numeric / (number - 2) END AS usual_days
      FROM numbered WHERE before IS NOT NULL
), won AS MATERIALIZED (
    SELECT DISTINCT ON (person) * FROM gaps
     WHERE {SILENT} AND (%(begin)s::date IS NULL OR returned >= %(begin)s)
       AND (%(end)s::date IS NULL OR returned <= %(end)s)
     ORDER BY person, returned DESC
)
SELECT person, returned, silent_days, usual_days::float8 AS usual_days, coalesce(since.orders, 0) AS orders_since,
       coalesce(since.net_minor, 0) AS net_since_minor,
       count(*) OVER () AS customers, (sum(coalesce(since.net_minor, 0)) OVER ())::bigint AS whole_minor
  FROM won LEFT JOIN (SELECT w.person, sum(b.orders)::bigint AS orders,
                             sum(b.spend_minor - b.cancelled_minor - b.returned_minor)
                                 FILTER (WHERE b.currency = %(currency)s)::bigint AS net_minor
                        FROM {PURCHASES} JOIN won AS w ON w.person = own.person AND b.day >= w.returned
                       WHERE b.day <= %(now)s::date AND (%(store)s::text IS NULL OR b.store = %(store)s)
                       GROUP BY w.person) AS since USING (person)
 ORDER BY net_since_minor DESC, person LIMIT %(limit)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return cohorts, churn, who is at risk, win-backs and referrals; or one person's referral tree."""
    asked = question.parameters() | DAYS_PARAMETERS
    if question.about is not None:
        tree = tree_of(connection, question)
        return Answer({"person": question.about, "down_the_tree": len(tree)}, {"tree": tree})
    counted = queries.rows(connection, COHORTS, **asked)
    bands = queries.rows(connection, CHURN, **asked)
    at_risk, at_risk_figures = _with_totals(queries.rows(connection, AT_RISK, **asked), "at_risk")
    won, won_figures = _with_totals(queries.rows(connection, WIN_BACKS, **asked), "won_back")
    cohorts, curve, figures = cohorts_of(counted, question)
    return Answer(
        {**figures, **_churn(bands), **at_risk_figures, **won_figures, **worth(connection, question)},
        {
            "cohorts": cohorts[-question.limit :],
            "curve": curve,
            "alive": [{"probability": BANDS[row["band"]], **_but(row, "band", "alive_ppm")} for row in bands],
            "at_risk": at_risk,
            "win_backs": won,
            "referrers": referrers(connection, question),
        },
    )


def cohorts_of(
    counted: list[dict[str, Any]], question: Question
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """Return the triangle, oldest cohort first, the curve of all cohorts together, and figures."""
    now = question.now.year * 12 + question.now.month - 1
    ordering = {(row["cohort"], row["after"]): row["customers"] for row in counted}
    sizes = {row["cohort"]: row["customers"] for row in counted if row["after"] == 0}
    triangle = []
    for cohort, customers in sizes.items():
        shares = {
            f"month_{after}_share": ordering.get((cohort, after), 0) / customers if cohort + after <= now else None
            for after in range(1, MONTHS + 1)
        }
        triangle.append({"cohort": f"{cohort // 12}-{cohort % 12 + 1:02}", "customers": customers, **shares})
    curve = []
    for after in range(1, MONTHS + 1):
        seen = [cohort for cohort in sizes if cohort + after <= now]
        customers = sum(sizes[cohort] for cohort in seen)
        again = sum(ordering.get((cohort, after), 0) for cohort in seen)
        if customers:
            curve.append({"months_after": after, "customers": customers, "ordering": again, "share": again / customers})
    whole, again = sum(sizes.values()), sum(row["again"] for row in counted if row["after"] == 0)
    return triangle, curve, {"customers": whole, "repeat_customers": again, "repeat_share": _ratio(again, whole)}


def _churn(bands: list[dict[str, Any]]) -> dict[str, Any]:
    customers, alive = sum(row["customers"] for row in bands), sum(row["alive_ppm"] for row in bands) / 1_000_000
    share = _ratio(alive, customers)
    return {
        "dialled_customers": customers,
        "expected_alive": round(alive) if customers else None,
        "churn_share": None if share is None else 1 - share,
    }


def _with_totals(rows: list[dict[str, Any]], name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return rows without the totals that each carries, and the totals as figures."""
    first = rows[0] if rows else {"customers": 0, "whole_minor": 0}
    figures = {f"{name}_customers": first["customers"], f"{name}_net_minor": first["whole_minor"]}
    return [_but(row, "customers", "whole_minor") for row in rows], figures


def _but(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _ratio(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def headline(question: Question, answer: Answer) -> str:
    """Say how many order again and what is at risk, or how large a tree is."""
    figures = answer.figures
    if question.about is not None:
        return f"{words.counted(figures['down_the_tree'], 'person', 'people')} below {question.about} are shown."
    if not figures["customers"]:
        return "Nobody has ordered for the first time yet."
    at_risk = words.money(figures["at_risk_net_minor"], question.currency)
    return (
        f"{words.share(figures['repeat_share'])} of {words.counted(figures['customers'], 'customer')} ordered again;"
        f" {words.counted(figures['at_risk_customers'], 'customer')} who brought {at_risk} in 12 months are at risk."
    )


RETENTION = Report(
    "retention",
    "Retention and referrals",
    ("purchases", "referrals"),
    answer,
    about="a customer, such as customer:42: whom they brought in, down the tree",
    headline=headline,
)
