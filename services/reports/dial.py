"""Volume dial: how loud each customer is now, where they are heading, and how loud they could be, from 0 to 100.

Reads the dials that `regulars dial fit` keeps of each month, which it makes of `purchases`. A customer is a known
person; a dial is of one currency. An order here is a day with an order.

* The dial is the mean of three parts, weighed 40, 20 and 40; `regulars dial fit --weights` says otherwise.
* Now: net spend, each day's counting half as much for every 90 days that it is old, as percentile rank among all who
  ever ordered (the share of customers with less, those with the same counting half).
* Heading: that sum as a rate, against the same with a half-life of 365 days: recent / (recent + longer). 50 is as ever,
  67 is twice as fast, 0 is silent. Both rates are over the days since the first order, 30 at least.
* Potential: expected spend in the next 12 months, as percentile rank.
* Expected purchases, and the probability that somebody still is a customer: BG/NBD (Fader, Hardie and Lee 2005), by
  maximum likelihood, in weeks, on days with an order after the first. Their expected value: Gamma-Gamma (Fader and
  Hardie 2013), on the mean spend of those days, before cancellations and returns. Expected spend is their product, over
  13, 52 and 156 weeks for 3, 12 and 36 months. Parameters are on the log, with the positions that they were fitted to.
* Leaving: how likely a customer leaves after an order, on average: a / (a + b). Where the data show nobody leaving, as
  short histories do, it is 0, and everybody counts as a customer for certain.
* Correlation of value and frequency: Gamma-Gamma takes it for 0; where it is large, expected values mislead.
* Movers: whose dial differs most from the month before; what moved it is the part with the largest weighed difference.

What it does not say: seasons and prices are unknown to it; who bought once counts as a customer for certain, however
long ago; three years ahead is far. Two parts are ranks among your customers of that month: they may fall because others
rose, and where many are alike, such as all who bought once, a small step passes them all. A store's customers are those
who ordered there on most of their days. The last month that had been dialled by the clock is shown, or by the end of
the period; a past shows the dials that were made for it, as they are kept now.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.dial import wording
from services.reports import words
from services.reports.dial_of import DIALS_OF
from services.reports.report import Answer, Question, Report

MUCH = 10
NOT_FIGURES = frozenset({"parts", "history", "currency", "place", "of_customers"})
PART_NAMES = ("now_part", "heading_part", "potential_part")

FITS = """
SELECT month, day, customers, parameters, positions FROM dial_fit
 WHERE currency = %(currency)s AND day <= (%(now)s::timestamptz)::date
   AND (%(end)s::date IS NULL OR day <= %(end)s)
 ORDER BY month DESC LIMIT 2
"""

OF_MONTH = """
  FROM dial WHERE month = %(month)s AND currency = %(currency)s AND (%(store)s::text IS NULL OR store = %(store)s)
"""

WHOLE = f"""
SELECT count(*) AS customers, coalesce(sum(alive_ppm), 0)::bigint AS alive_ppm,
       coalesce(avg(dial), 0)::float8 AS mean_dial,
       coalesce(sum(expected_3_minor), 0)::bigint AS expected_3_minor,
       coalesce(sum(expected_12_minor), 0)::bigint AS expected_12_minor,
       coalesce(sum(expected_36_minor), 0)::bigint AS expected_36_minor {OF_MONTH}
"""

BEST = f"""
SELECT * {OF_MONTH} ORDER BY dial DESC, expected_12_minor DESC, person LIMIT %(limit)s
"""

DISTRIBUTION = f"""
SELECT 10 * least(dial / 10, 9) AS dial_from, count(*) AS customers, sum(expected_12_minor)::bigint AS expected_12_minor
       {OF_MONTH} GROUP BY 1 ORDER BY 1 DESC
"""

STORES = f"""
SELECT store, count(*) AS customers, avg(dial)::float8 AS mean_dial, sum(expected_12_minor)::bigint AS expected_12_minor
       {OF_MONTH} GROUP BY store ORDER BY expected_12_minor DESC, store LIMIT %(limit)s
"""

# The dials of two months side by side, of who has both.
BOTH = """
  FROM dial AS n JOIN dial AS b ON b.person = n.person AND b.currency = n.currency AND b.month = %(before)s
 WHERE n.month = %(month)s AND n.currency = %(currency)s AND (%(store)s::text IS NULL OR n.store = %(store)s)
"""

BESIDE = f"""
SELECT n.*, b.dial AS dial_before, b.now_part AS now_part_before, b.heading_part AS heading_part_before,
       b.potential_part AS potential_part_before, b.days AS days_before, b.recent_minor AS recent_minor_before {BOTH}
"""

UP = f"{BESIDE} AND n.dial > b.dial ORDER BY n.dial - b.dial DESC, n.expected_12_minor DESC, n.person LIMIT %(limit)s"
DOWN = f"{BESIDE} AND n.dial < b.dial ORDER BY n.dial - b.dial, b.expected_12_minor DESC, n.person LIMIT %(limit)s"

MOVED = f"""
SELECT count(*) FILTER (WHERE n.dial - b.dial >= %(much)s) AS rose,
       count(*) FILTER (WHERE b.dial - n.dial >= %(much)s) AS fell {BOTH}
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of the month; tables of the loudest, the spread, stores, and movers; or one person's dials."""
    if question.about is not None:
        return _about(connection, question)
    asked = question.parameters() | {"much": MUCH}
    fits = queries.rows(connection, FITS, **asked)
    if not fits:
        return Answer({"customers": 0}, {})
    fit = fits[0]
    before = fits[1]["month"] if len(fits) > 1 else None
    asked |= {"month": fit["month"], "before": before}
    tables = {
        "loudest": [_listed(row | fit) for row in queries.rows(connection, BEST, **asked)],
        "distribution": queries.rows(connection, DISTRIBUTION, **asked),
        "stores": queries.rows(connection, STORES, **asked),
    }
    if before is not None:
        tables["up"] = [_mover(row | fit) for row in queries.rows(connection, UP, **asked)]
        tables["down"] = [_mover(row | fit) for row in queries.rows(connection, DOWN, **asked)]
    return Answer(_figures(connection, fit, asked), tables)


def _figures(connection: Connection, fit: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    whole = queries.row(connection, WHOLE, **asked)
    figures = {"month": fit["month"], "day": fit["day"], "customers": whole["customers"]}
    weights = zip(wording.PARTS, wording.formula_of(fit).weights, strict=True)
    figures |= {"weights": ", ".join(f"{name} {weight}" for name, weight in weights)}
    figures |= {"mean_dial": whole["mean_dial"], "expected_active": whole["alive_ppm"] / 1e6}
    a, b, correlation = (float(fit["parameters"][name]) for name in ("a", "b", "correlation"))
    figures |= {"leaving_share": a / (a + b), "correlation": correlation}
    figures |= {name: whole[name] for name in whole if name.endswith("_minor")}
    if asked["before"] is not None:
        figures |= {"month_before": asked["before"], **queries.row(connection, MOVED, **asked)}
    return figures


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("person", "dial", *PART_NAMES, "expected_12_minor")}
    return told | {"alive_share": row["alive_ppm"] / 1e6, "why": wording.why(row)}


def _mover(row: dict[str, Any]) -> dict[str, Any]:
    moved = row["dial"] - row["dial_before"]
    return {name: row[name] for name in ("person", "dial_before", "dial")} | {"moved": moved, "why": wording.moved(row)}


def _about(connection: Connection, question: Question) -> Answer:
    rows = queries.rows(connection, DIALS_OF, subject=question.about, now=question.now)
    rows = [row for row in rows if row["currency"] == question.currency]
    told = wording.history_of(rows)
    if not told:
        return Answer({"customers": 0}, {})
    figures = {name: told[0][name] for name in told[0] if name not in NOT_FIGURES}
    return Answer({"customers": 1, **figures}, {"parts": told[0]["parts"], "months": told[0]["history"]})


def headline(question: Question, answer: Answer) -> str:
    """Say what is expected, of how many, and how many moved."""
    figures = answer.figures
    if not figures["customers"]:
        return "There is no dial by then yet: 'regulars dial fit' makes them."
    expected = words.money(figures["expected_12_minor"], question.currency)
    if question.about is not None:
        return f"{question.about} has a dial of {figures['dial']}: {expected} are expected in the next 12 months."
    customers = words.counted(figures["customers"], "customer")
    sentence = f"Of {customers}, {expected} are expected in the next 12 months"
    if "rose" not in figures:
        return f"{sentence}."
    moved = f"{figures['rose']:,} dials rose by {MUCH} or more since the month before, {figures['fell']:,} fell"
    return f"{sentence}; {moved}."


DIAL = Report("dial", "Volume dial", ("purchases",), answer, "a person, by any identifier of theirs", headline)
