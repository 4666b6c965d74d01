"""Segments: who is in which, what they bring, and how that moves.

Reads `profile`, `purchases`, `products_bought`, `catalogue`, `preferences`, `complaint_cases`, `unmet_demand`,
`referrals` and `policies`. A customer is a known person. Money is net revenue of the period that is asked for or, where
no first day is, of the 12 months up to the clock.

* Value tiers: customers with an order in the 12 months up to the clock, ranked by net revenue in them, of all stores:
  the first 5 % are `top`, the next 15 % `high`, the next 30 % `middle`, then the `rest`; a percentage of customers that
  is no whole number is rounded up. `none` are known customers without an order in that time.
* The grid is tiers by needs. A customer's need is the one that they stated last; who stated none has the category that
  most of their orders' products are of, by the orders' lines or else by the catalogue. Its `basis` says which it is.
* A defined segment is a rule over such figures, such as `net_12_months >= 500 GBP and not complaint_open`; see
  `regulars segments explain`. A test of what is not known of a customer does not hold. Segments may overlap.
* Who is in a segment, and what they bring, is worked out when it is asked, by the clock. Entered and left, in the
  period, and sizes by day are what the refreshes found: they know a person by the name of then, whoever was merged or
  taken apart since, and with the first refresh all members entered. The last volume dial is read as it is now, also
  where a past is asked.

With a store, only customers with revenue there in the period count, and only that; which segment somebody is in is
settled by all stores.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, BadQuestion, Question, Report
from services.segments.compiling import Compiled, compiled
from services.segments.definitions import TIERS, Segment, all_segments, named
from services.segments.errors import BadSegment
from services.segments.members import refreshed_at
from services.segments.sources import CATEGORY_OF, PURCHASES
from services.segments.wording import in_words

REVENUE = f"""
SELECT own.person, sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor
  FROM {PURCHASES}
 WHERE currency = %(currency)s AND day <= coalesce(%(end)s::date, %(now)s::date)
   AND day > coalesce(%(begin)s::date - 1, (%(now)s::timestamptz - interval '12 months')::date)
   AND (%(store)s::text IS NULL OR store = %(store)s)
 GROUP BY own.person
"""

STATED = """
SELECT DISTINCT ON (person) coalesce(p.person, s.subject) AS person, topic AS need
  FROM preferences AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
 WHERE kind = 'needs' AND first_stated <= %(now)s ORDER BY person, wording_at DESC, wording_by DESC
"""

# Orders of products add up, so identifiers need not be merged first.
SHOWN = f"""
SELECT DISTINCT ON (person) person, category AS need
  FROM (SELECT coalesce(p.person, b.subject) AS person, coalesce(nullif(b.category, ''), c.category) AS category,
               sum(b.orders) AS orders
          FROM products_bought AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
          LEFT JOIN ({CATEGORY_OF}) AS c ON c.product = b.product
         WHERE b.first_bought <= %(now)s GROUP BY 1, 2) AS s
 WHERE category IS NOT NULL ORDER BY person, orders DESC, category
"""

# Every customer once, in the cell of their tier and need and in each of their segments.
CELLS = f"""
WITH facts AS MATERIALIZED (
    SELECT c.person, coalesce(tier.tier, 'none') AS tier, coalesce(stated.need, shown.need) AS need,
           CASE WHEN stated.need IS NOT NULL THEN 'stated' WHEN shown.need IS NOT NULL THEN 'bought' END AS basis,
           coalesce(revenue.net_minor, 0) AS net_minor, array_remove(ARRAY[{{flags}}]::text[], NULL) AS segments
      FROM {{joined}} LEFT JOIN ({REVENUE}) AS revenue USING (person)
      LEFT JOIN ({STATED}) AS stated USING (person) LEFT JOIN ({SHOWN}) AS shown USING (person)
     WHERE %(store)s::text IS NULL OR revenue.person IS NOT NULL
)
SELECT NULL AS segment, tier, need, basis, count(*) AS customers, sum(net_minor)::bigint AS net_minor
  FROM facts GROUP BY tier, need, basis
UNION ALL
SELECT s.segment, tier, NULL, NULL, count(*), sum(net_minor)::bigint
  FROM facts CROSS JOIN LATERAL unnest(segments) AS s (segment) GROUP BY s.segment, tier
 ORDER BY segment, tier, customers DESC, need, basis
"""

MEMBERS = f"""
SELECT c.person, coalesce(tier.tier, 'none') AS tier, coalesce(revenue.net_minor, 0) AS net_minor,
       (SELECT m.entered_at FROM membership AS m WHERE m.person = c.person AND m.segment = %(about)s
           AND m.left_at IS NULL AND m.entered_at <= %(now)s) AS since
  FROM {{joined}} LEFT JOIN ({REVENUE}) AS revenue USING (person)
 WHERE {{condition}} AND (%(store)s::text IS NULL OR revenue.person IS NOT NULL)
 ORDER BY net_minor DESC, c.person LIMIT %(limit)s
"""

MOVED = """
SELECT segment,
       count(*) FILTER (WHERE (%(begin)s::date IS NULL OR entered_at::date >= %(begin)s)
                          AND (%(end)s::date IS NULL OR entered_at::date <= %(end)s)) AS entered,
       count(*) FILTER (WHERE left_at <= %(now)s AND (%(begin)s::date IS NULL OR left_at::date >= %(begin)s)
                          AND (%(end)s::date IS NULL OR left_at::date <= %(end)s)) AS "left"
  FROM membership WHERE entered_at <= %(now)s GROUP BY segment
"""

SIZES = """
SELECT day, segment, customers FROM segment_size
 WHERE day IN (SELECT day FROM segment_size
                WHERE refreshed_at <= %(now)s AND (%(begin)s::date IS NULL OR day >= %(begin)s)
                  AND (%(end)s::date IS NULL OR day <= %(end)s)
                GROUP BY day ORDER BY day DESC LIMIT %(limit)s)
 ORDER BY day DESC, segment
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return sizes and revenue of segments, the grid of tiers and needs, and movements; or one segment's members."""
    segments = all_segments(connection)
    last = refreshed_at(connection, question.now)
    if question.about is not None:
        return _members(connection, question, segments)
    readable = [segment for segment in segments if segment.rule is not None]
    cells = _asked(connection, _cells(readable), question, [segment.name for segment in readable])
    grid = [cell for cell in cells if cell["segment"] is None]
    customers, net_minor = sum(cell["customers"] for cell in grid), sum(cell["net_minor"] for cell in grid)
    moved = {row["segment"]: row for row in queries.rows(connection, MOVED, **question.parameters())}
    by_tier: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for cell in cells:
        if cell["segment"] is not None:
            by_tier[cell["segment"]][cell["tier"]] = cell
    told = [_told(segment, by_tier[segment.name].values(), customers, net_minor, moved) for segment in segments]
    largest = sorted(grid, key=lambda cell: (-cell["customers"], cell["tier"], cell["need"] or ""))
    return Answer(
        {
            "customers": customers,
            "net_minor": net_minor,
            "defined_segments": sum(not segment.is_tier for segment in segments),
            "refreshed_at": last,
        },
        {
            "segments": told,
            "grid": [{name: cell[name] for name in _GRID} for cell in largest[: question.limit]],
            "overlap": [_overlap(segment, by_tier[segment.name]) for segment in segments if not segment.is_tier],
            "sizes": queries.rows(connection, SIZES, **question.parameters()),
        },
    )


_GRID = ("tier", "need", "basis", "customers", "net_minor")


def headline(question: Question, answer: Answer) -> str:
    """Say what the top tier brings, or how many are in the one that was asked."""
    if question.about is not None:
        return f"{answer.figures['title']}: {answer.figures['in_words']}"
    top = next(row for row in answer.tables["segments"] if row["segment"] == "tier.top")
    if not top["customers"]:
        return "Nobody has ordered in 12 months."
    brought = words.money(top["net_minor"], question.currency)
    share = "" if top["revenue_share"] is None else f", {words.share(top['revenue_share'])} of the revenue"
    customers = words.counted(answer.figures["customers"], "known customer")
    return f"The top {top['customers']:,} of {customers} bring {brought}{share}."


def _members(connection: Connection, question: Question, segments: list[Segment]) -> Answer:
    try:
        segment = named(segments, question.about or "")
    except BadSegment as error:
        message = f"about: {error}."
        raise BadQuestion(message) from error
    if segment.rule is None:
        message = f"about: the rule of {segment.name} cannot be read: {segment.problem}."
        raise BadQuestion(message)
    rule = compiled([segment.rule], also=("tier",))
    query = sql.SQL(MEMBERS).format(joined=rule.joined, condition=rule.conditions[0])
    members = _asked(connection, (query, rule), question, [])
    words = {"segment": segment.name, "title": segment.title, "rule": segment.text, "in_words": in_words(segment.rule)}
    return Answer(words, {"members": members})


def _cells(segments: Sequence[Segment]) -> tuple[sql.Composed, Compiled]:
    rules = compiled([segment.rule for segment in segments if segment.rule is not None], also=("tier",))
    flags = sql.SQL(", ").join(
        sql.SQL("CASE WHEN {} THEN {}::text END").format(condition, sql.Placeholder(f"segment_{place}"))
        for place, condition in enumerate(rules.conditions)
    )
    return sql.SQL(CELLS).format(joined=rules.joined, flags=flags), rules


def _asked(
    connection: Connection, query: tuple[sql.Composed, Compiled], question: Question, names: Sequence[str]
) -> list[dict[str, Any]]:
    text, rules = query
    labels = {f"segment_{place}": name for place, name in enumerate(names)}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, {**question.parameters(), **rules.parameters, **labels}).fetchall()


def _told(
    segment: Segment,
    cells: Any,  # noqa: ANN401 - a view of a dict's values
    customers: int,
    net_minor: int,
    moved: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    here, brought = sum(cell["customers"] for cell in cells), sum(cell["net_minor"] for cell in cells)
    readable = segment.rule is not None
    return {
        "segment": segment.name,
        "title": segment.title,
        "rule": segment.text,
        "customers": here if readable else None,
        "customers_share": here / customers if customers and readable else None,
        "net_minor": brought if readable else None,
        "revenue_share": brought / net_minor if net_minor > 0 and readable else None,
        "entered": moved.get(segment.name, {}).get("entered", 0),
        "left": moved.get(segment.name, {}).get("left", 0),
        "problem": segment.problem,
    }


def _overlap(segment: Segment, tiers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {"segment": segment.name, **{name: tiers[name]["customers"] if name in tiers else 0 for name in TIERS}}


SEGMENTS = Report(
    "segments",
    "Segments",
    (
        "profile",
        "purchases",
        "products_bought",
        "catalogue",
        "preferences",
        "complaint_cases",
        "unmet_demand",
        "referrals",
        "policies",
    ),
    answer,
    headline=headline,
    about="a segment, such as tier.top: its members, the best first",
)
