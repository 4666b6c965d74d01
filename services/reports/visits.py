"""Visits: who came in, how long they stayed, where they entered and left, and what came of it.

Reads `visits` and `orders`; for the pages of one person's visits the `timeline`, where there is one. Without a period
it tells of the last 30 days by the clock. A visit counts on the day in UTC on which it began, with all that happened in
it. It lasts from the first to the last thing that happened: how long somebody looked at their last page nobody knows,
so one page alone lasts no time. A visit is a session of the source's, or ends when nothing happens for some time, here
30 minutes (Web Analytics Association, Web Analytics Definitions, 2008). What was over more than a day before the period
is not read, so a visit of days is cut there.

* Known: the visitor is a customer, by now, also if they were anonymous while they were here.
* Bounce: nothing happened but that one page, or one product, was looked at (a single page visit, ibid.). A source that
  tells of a product's page only as a product viewed bounces once too often, where that came after one other page.
* Entry and exit pages: the first and the last page viewed; visits without any page have none.
* Outcome, the first of these that holds: ordered; cart left (it was changed, perhaps emptied again, and nothing was
  ordered); searched in vain; looked only.
* Ordered: an order names the visit's session; or an order without a session was placed by the same person in the same
  store, from the entering until 30 minutes after the leaving. That could be an order by telephone: those that only
  their time tells are counted in ``ordering_by_time``.
* Medians and 90th percentiles are interpolated between the two nearest visits, as SQL's PERCENTILE_CONT has it.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from projections.visits import WHOLE
from services.reports import words
from services.reports.period import bounded
from services.reports.report import Answer, Question, Report

SHOWN_VISITS = 10

# The slots of everybody's visits that may belong to the period.
SLOTS = """
SELECT coalesce(p.person, v.subject) AS person, v.*
  FROM visits AS v LEFT JOIN person_of AS p ON p.identifier = v.subject
 WHERE v."left" >= %(begin)s::date - interval '1 day' AND v.entered < %(end)s::date + interval '2 days'
   AND (%(store)s::text IS NULL OR v.store = %(store)s)
   AND (%(about)s::text IS NULL OR v.subject = ANY (%(identifiers)s::text[]))
"""

# All identifiers of one person, who is named by any.
IDENTIFIERS = """
WITH asked AS (SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(about)s), %(about)s) AS person)
SELECT person AS identifier FROM asked UNION SELECT o.identifier FROM person_of AS o JOIN asked USING (person)
"""

# Orders that name no session, which their time alone may bring into a visit.
PLACED = """
SELECT DISTINCT coalesce(p.person, o.subject) AS person, o.store, o."order", o.ordered
  FROM orders AS o LEFT JOIN person_of AS p ON p.identifier = o.subject
 WHERE o.session IS NULL AND o.ordered >= %(begin)s::date AND o.ordered < %(end)s::date + interval '3 days'
   AND (%(store)s::text IS NULL OR o.store = %(store)s)
"""

# What came of each whole visit. Of several that an order may belong to, it belongs to the one that began last.
OUTCOMES = """
by_time AS (
    SELECT person, store, session, entered, count(*) AS orders_by_time
      FROM (SELECT DISTINCT ON (o.person, o."order", o.ordered) w.person, w.store, w.session, w.entered
              FROM placed AS o JOIN whole AS w ON w.person = o.person AND w.store = o.store
               AND o.ordered >= w.entered AND o.ordered < w."left" + interval '30 minutes'
             ORDER BY o.person, o."order", o.ordered, w.entered DESC, w.session DESC) AS found
     GROUP BY person, store, session, entered
), ended AS (
    SELECT w.*, coalesce(b.orders_by_time, 0) AS orders_by_time,
           CASE WHEN w.orders > 0 OR b.orders_by_time > 0 THEN 'ordered' WHEN w.cart_changes > 0 THEN 'cart_left'
                WHEN w.searches_in_vain > 0 THEN 'searched_in_vain' ELSE 'looked_only' END AS outcome
      FROM whole AS w LEFT JOIN by_time AS b USING (person, store, session, entered)
)
"""

MEASURED = """
count(*) AS visits, count(*) FILTER (WHERE known) AS known_visits, count(*) FILTER (WHERE bounce) AS bounces,
count(*) FILTER (WHERE outcome = 'ordered') AS ordering,
count(*) FILTER (WHERE outcome = 'ordered' AND orders = 0) AS ordering_by_time,
sum(searches)::bigint AS searches, sum(searches_in_vain)::bigint AS searches_in_vain
"""

CAME = "count(*) AS visitors, count(*) FILTER (WHERE known) AS known_visitors"

# One statement, so that visits are joined once: all, and by day, store, outcome, entry page and exit page.
TOLD = f"""
WITH slots AS ({SLOTS}), {WHOLE}, placed AS ({PLACED}), {OUTCOMES}, seen AS MATERIALIZED (
    SELECT *, person LIKE 'customer:%%' AS known, (entered AT TIME ZONE 'UTC')::date::text AS day,
           extract(epoch FROM "left" - entered)::float8 AS seconds,
           pages <= 1 AND products <= 1 AND pages + products > 0 AND searches + cart_changes + orders = 0 AS bounce
      FROM ended
     WHERE entered >= %(begin)s::date AND entered < %(end)s::date + interval '1 day' AND entered <= %(now)s
), parts AS (
    SELECT 'all' AS part, '' AS name, {MEASURED} FROM seen
     UNION ALL SELECT 'days', day, {MEASURED} FROM seen GROUP BY day
     UNION ALL SELECT 'stores', store, {MEASURED} FROM seen GROUP BY store
     UNION ALL SELECT 'outcomes', outcome, {MEASURED} FROM seen GROUP BY outcome
     UNION ALL SELECT 'entry_pages', entry_page, {MEASURED} FROM seen WHERE entry_page IS NOT NULL GROUP BY entry_page
     UNION ALL SELECT 'exit_pages', exit_page, {MEASURED} FROM seen WHERE exit_page IS NOT NULL GROUP BY exit_page
), came AS (
    SELECT 'all' AS part, '' AS name, {CAME} FROM (SELECT DISTINCT person, known FROM seen) AS v
     UNION ALL SELECT 'days', day, {CAME} FROM (SELECT DISTINCT day, person, known FROM seen) AS v GROUP BY day
     UNION ALL SELECT 'stores', store, {CAME} FROM (SELECT DISTINCT store, person, known FROM seen) AS v GROUP BY store
), ranked AS (SELECT p.*, row_number() OVER (PARTITION BY part ORDER BY visits DESC, name) AS place FROM parts AS p)
SELECT * FROM ranked LEFT JOIN came USING (part, name)
  LEFT JOIN (SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) AS seconds,
                    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY pages) AS pages_a_visit
               FROM seen) AS spread ON part = 'all'
 WHERE part IN ('all', 'days', 'outcomes') OR place <= %(limit)s ORDER BY part, place
"""

# The visits of one person: the last ones for their page, and those of a period.
OF_ONE = f"""
WITH slots AS (SELECT * FROM visits_of(%(subject)s)), {WHOLE},
     placed AS (SELECT person, store, "order", ordered FROM orders_of(%(subject)s) WHERE session IS NULL), {OUTCOMES}
SELECT store, session, entered, "left", entry_page, exit_page, pages, products, searches, searches_in_vain,
       cart_changes, orders + orders_by_time AS orders, outcome
  FROM ended WHERE entered <= %(now)s
"""
LAST_VISITS = f"{OF_ONE} ORDER BY entered DESC, store, session LIMIT {SHOWN_VISITS}"
IN_PERIOD = f"""
{OF_ONE} AND entered >= %(begin)s::date AND entered < %(end)s::date + interval '1 day'
     AND (%(store)s::text IS NULL OR store = %(store)s)
 ORDER BY entered DESC, store, session LIMIT %(limit)s
"""

# The pages of some visits of one person, in the order in which they were looked at.
WALKED = """
SELECT v.number, array_agg(e.event #>> '{data,page}' ORDER BY t."time", t.id) AS walked
  FROM unnest(%(numbers)s::integer[], %(stores)s::text[], %(sessions)s::text[], %(entered)s::timestamptz[],
              %(lefts)s::timestamptz[]) AS v (number, store, session, entered, "left")
  JOIN timeline AS t ON t.subject = ANY (%(identifiers)s::text[]) AND t."time" BETWEEN v.entered AND v."left"
   AND t.type LIKE 'regulars.visit.page_viewed.%%'
 CROSS JOIN LATERAL (SELECT convert_from(t.value, 'UTF8')::json AS event) AS e
 WHERE coalesce(e.event #>> '{data,store}', 'web') = v.store AND coalesce(e.event #>> '{data,session}', '') = v.session
 GROUP BY v.number
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures over all visits of the period, and tables of its parts, which have the same measures."""
    asked = bounded(question) | {"identifiers": _identifiers(connection, question.about)}
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in queries.rows(connection, TOLD, **asked):
        parts.setdefault(row["part"], []).append(row)
    (whole,) = parts["all"]
    return Answer(
        {"first_day": asked["begin"], "last_day": asked["end"], **_figures(whole)},
        {
            "outcomes": [_part(row, "outcome", whole) for row in parts.get("outcomes", ())],
            "days": sorted((_peopled(row, "day") for row in parts.get("days", ())), key=lambda row: row["day"]),
            "stores": [_peopled(row, "store") for row in parts.get("stores", ())],
            "entry_pages": [_part(row, "page", whole) for row in parts.get("entry_pages", ())],
            "exit_pages": [_part(row, "page", whole) for row in parts.get("exit_pages", ())],
            "visits": [] if question.about is None else _visits(connection, question.about, asked),
        },
    )


def _identifiers(connection: Connection, about: str | None) -> list[str]:
    if about is None:
        return []
    return [row["identifier"] for row in queries.rows(connection, IDENTIFIERS, about=about)]


def _visits(connection: Connection, person: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one person's visits in the period, each with its pages in order; None where there is no timeline."""
    found = queries.rows(connection, IN_PERIOD, **asked, subject=person)
    if not queries.row(connection, "SELECT to_regclass('timeline') IS NOT NULL AS there")["there"]:
        return [visit | {"walked": None} for visit in found]
    columns = {f"{name}s": [visit[name] for visit in found] for name in ("store", "session", "left")}
    columns |= {"entered": [visit["entered"] for visit in found], "numbers": list(range(len(found)))}
    walked = queries.rows(connection, WALKED, **columns, identifiers=asked["identifiers"])
    by_number = {row["number"]: row["walked"] for row in walked}
    return [visit | {"walked": by_number.get(number, [])} for number, visit in enumerate(found)]


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    seconds, pages = row["seconds"] or (None, None), row["pages_a_visit"] or (None, None)
    return {
        "visits": row["visits"],
        "known_visits": row["known_visits"],
        "anonymous_visits": row["visits"] - row["known_visits"],
        "visitors": row["visitors"],
        "known_visitors": row["known_visitors"],
        "anonymous_visitors": row["visitors"] - row["known_visitors"],
        "median_seconds": seconds[0],
        "p90_seconds": seconds[1],
        "median_pages": pages[0],
        "p90_pages": pages[1],
        "bounces": row["bounces"],
        "bounce_share": _share(row["bounces"], row["visits"]),
        "ordering": row["ordering"],
        "ordering_share": _share(row["ordering"], row["visits"]),
        "ordering_by_time": row["ordering_by_time"],
        "searches": row["searches"] or 0,
        "searches_in_vain": row["searches_in_vain"] or 0,
    }


def _part(row: dict[str, Any], called: str, whole: dict[str, Any]) -> dict[str, Any]:
    return {
        called: row["name"],
        "visits": row["visits"],
        "share": _share(row["visits"], whole["visits"]),
        "bounce_share": _share(row["bounces"], row["visits"]),
        "ordering_share": _share(row["ordering"], row["visits"]),
        "searches": row["searches"],
        "searches_in_vain": row["searches_in_vain"],
    }


def _peopled(row: dict[str, Any], called: str) -> dict[str, Any]:
    """Return a part with how many people came."""
    return {
        called: row["name"],
        "visits": row["visits"],
        "visitors": row["visitors"],
        "known_visitors": row["known_visitors"],
        "bounce_share": _share(row["bounces"], row["visits"]),
        "ordering_share": _share(row["ordering"], row["visits"]),
        "searches_in_vain": row["searches_in_vain"],
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def headline(_question: Question, answer: Answer) -> str:
    """Say how many came, and how many of them ordered."""
    figures = answer.figures
    if not figures["visits"]:
        return f"Nobody came from {figures['first_day']} to {figures['last_day']}."
    return (
        f"{words.counted(figures['visitors'], 'visitor')} came {words.counted(figures['visits'], 'time')} from"
        f" {figures['first_day']} to {figures['last_day']}; {words.share(figures['ordering_share'])} of the visits"
        f" ended with an order, {words.share(figures['bounce_share'])} at the first page."
    )


VISITS = Report(
    "visits",
    "Visits",
    ("visits", "orders"),
    answer,
    about="a person, by any identifier: their visits alone, with the pages in order",
    headline=headline,
)
