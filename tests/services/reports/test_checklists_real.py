"""Checklists over real orders: Online Retail, three months, as DuckDB counts them from the raw file."""

import json
from datetime import UTC, date, datetime

import duckdb

from services.checklists.publishing import settings
from services.checklists.reading import parse
from services.installation import Connection
from services.reports.checklists import CHECKLISTS
from services.reports.report import Question
from tests.services.demo import raw

NOW = datetime(2011, 2, 20, 12, tzinfo=UTC)
BEGIN, END = date(2010, 12, 10), date(2011, 1, 31)
PLAYBOOK = """
name: again
trigger: {event: regulars.order.placed, nth: 1}
steps:
  - {name: soon, within: 30d, seen: regulars.order.placed}
  - {name: called, within: 36h}
"""

# Everybody's first order in the period, and their next one; who nobody knows ordered once, under their order's number.
FIRSTS = """
WITH placed AS (SELECT coalesce(customer, 'order ' || invoice) AS who, invoice, min(happened) AS began
                  FROM line WHERE sale GROUP BY customer, invoice),
     first AS (SELECT who, min(began) AS began FROM placed GROUP BY who),
     next AS (SELECT f.who, f.began, f.began + INTERVAL 720 HOURS AS due,
                     (SELECT min(p.began) FROM placed AS p WHERE p.who = f.who AND p.began > f.began) AS again
                FROM first AS f WHERE CAST(f.began AS DATE) BETWEEN CAST(? AS DATE) AND CAST(? AS DATE)),
     seen AS (SELECT who, due, began, CASE WHEN again <= CAST(? AS TIMESTAMPTZ) THEN again END AS again,
                     due <= CAST(? AS TIMESTAMPTZ) AS past FROM next)
SELECT count(*), count(*) FILTER (again <= due AND past), count(*) FILTER (again > due),
       count(*) FILTER (again IS NULL AND past), count(*) FILTER (again <= due AND NOT past),
       count(*) FILTER (again IS NULL AND NOT past)
  FROM seen
"""

PUBLISH = """
INSERT INTO policies (policy, policy_version, first_published, content, content_at, content_by)
VALUES ('checklist.again', '1', %(since)s, %(content)s, %(since)s, 'published')
"""


def test_who_ordered_again_as_another_engine_counts_it(
    retail: Connection, raw_retail: duckdb.DuckDBPyConnection
) -> None:
    """A second order within 30 days of the first: kept, late, missed, ahead, open; what nobody ticks is missed."""
    (expected,) = raw.rows(raw_retail, FIRSTS, f"{BEGIN}", f"{END}", f"{NOW}", f"{NOW}")
    content = json.dumps(settings(parse(PLAYBOOK, "again.yaml")))
    since = datetime(2010, 12, 1, tzinfo=UTC)

    with retail.transaction(force_rollback=True):
        retail.execute(PUBLISH, {"since": since, "content": content})
        answer = CHECKLISTS.answer(retail, Question(NOW, "GBP", begin=BEGIN, end=END))

    soon, called = answer.tables["steps"]
    names = ("runs", "kept", "late", "missed", "ahead", "open")
    assert tuple(soon[name] for name in names) == expected
    assert expected[1] > 0
    assert expected[2] > 0
    assert (called["missed"], called["runs"], called["kept_share"]) == (expected[0], expected[0], 0.0)
    assert answer.figures["late"] == expected[0]
