"""Real complaints against working days, as another engine counts them from the raw file.

They are of the Consumer Financial Protection Bureau. A complaint's first reply is made up of the day on which the
company got it, half a day later; it is reopened where the customer disputes the answer. Of the promise there are two
versions: five working days of the United States, and from the fifth of May 2016 on two.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintReplied, ComplaintResolved
from events.catalog.operations import PolicyPublished
from services.reports.complaints import COMPLAINTS
from tests.projections.shop import Shop
from tests.services.reports.asked import told

FILE = Path(__file__).with_name("data") / "cfpb_complaints.csv.gz"
HOUR = timedelta(hours=1)
STRICTER = datetime(2016, 5, 5, tzinfo=UTC)
FIRST = datetime(2013, 1, 1, tzinfo=UTC)
NOW = datetime(2017, 6, 1, tzinfo=UTC)

# Federal holidays, as the Office of Personnel Management lists them.
FEDERAL = """2013-01-01 2013-01-21 2013-02-18 2013-05-27 2013-07-04 2013-09-02 2013-10-14 2013-11-11 2013-11-28
    2013-12-25 2014-01-01 2014-01-20 2014-02-17 2014-05-26 2014-07-04 2014-09-01 2014-10-13 2014-11-11 2014-11-27
    2014-12-25 2016-01-01 2016-01-18 2016-02-15 2016-05-30 2016-07-04 2016-09-05 2016-10-10 2016-11-11 2016-11-24
    2016-12-26 2017-01-02 2017-01-16 2017-02-20 2017-05-29"""

RAW = """
CREATE TABLE complaint AS
WITH told AS (
    SELECT 'c-' || row_number() OVER () AS complaint, Product AS cause, State AS store,
           strptime("Date received", '%m/%d/%Y') AS opened, "Consumer disputed?" = 'Yes' AS disputed,
           strptime("Date sent to company", '%m/%d/%Y') + INTERVAL 12 HOUR AS replied
      FROM read_csv($path, all_varchar = true)
)
SELECT *, greatest(0, date_diff('hour', opened, replied)) AS waited_hours,
       CASE WHEN opened < TIMESTAMP '2016-05-05' THEN 5 ELSE 2 END AS promised_days,
       coalesce(list_sum(list_transform(generate_series(opened, replied, INTERVAL 1 DAY), lambda day:
           CASE WHEN isodow(day) > 5 OR list_contains($holidays, strftime(day, '%Y-%m-%d')) THEN 0
                WHEN day + INTERVAL 1 DAY <= replied THEN 24
                ELSE date_diff('hour', day, replied) END)), 0) AS worked_hours
  FROM told
"""

COUNTED = """
SELECT {of}, count(*), count(*) FILTER (worked_hours > 24 * promised_days), count(*) FILTER (disputed)
  FROM complaint GROUP BY 1 ORDER BY 2 DESC, 1
"""


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the complaints as DuckDB reads and measures them."""
    with closing(duckdb.connect()) as connection:
        connection.execute(RAW, {"path": str(FILE), "holidays": FEDERAL.split()})
        yield connection


def test_real_complaints_as_another_engine_counts_them(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    """How many promises were kept by state and by product, what was reopened, and how long a reply took."""
    for days, since, version in (("5", FIRST, "1"), ("2", STRICTER, "2")):
        content = {"hours": str(24 * int(days)), "days": "mon-fri", "country": "US"}
        policy = PolicyPublished(policy="complaint_promise", version=version, content=content)
        shop.tell(policy, by="policy:complaint_promise", time=since)
    for name, cause, store, opened, replied, disputed in raw.execute(
        "SELECT complaint, cause, store, opened, replied, disputed FROM complaint"
    ).fetchall():
        began, answered = opened.replace(tzinfo=UTC), replied.replace(tzinfo=UTC)
        shop.tell(ComplaintRaised(complaint=name, cause=cause, store=store), by=f"customer:{name}", time=began)
        shop.tell(ComplaintReplied(complaint=name), by=f"customer:{name}", time=answered)
        shop.tell(ComplaintResolved(complaint=name), by=f"customer:{name}", time=answered + HOUR)
        if disputed:
            shop.tell(ComplaintReopened(complaint=name), by=f"customer:{name}", time=answered + 2 * HOUR)

    answer = told(shop.catch_up(), COMPLAINTS, now=NOW, limit=1000)

    for table, of in (("causes", "cause"), ("stores", "store")):
        shown = [
            tuple(row[name] for name in (of, "complaints", "reply_broken", "reopened")) for row in answer.tables[table]
        ]
        assert shown == raw.execute(COUNTED.format(of=of)).fetchall()
    (waited, worked) = (
        raw.execute(f"SELECT quantile_cont({hours}, [0.5, 0.9, 0.95]) FROM complaint").fetchall()[0][0]
        for hours in ("waited_hours", "worked_hours")
    )
    names = ("p50_hours", "p90_hours", "p95_hours")
    wall, working = ([row[name] for name in names] for row in answer.tables["times"][:2])
    assert wall == pytest.approx(waited)
    assert working == pytest.approx(worked)
    assert answer.figures["complaints"] == 1206
    assert 0 < answer.figures["reply_broken"] < answer.figures["complaints"] / 2
    assert answer.figures["open"] == answer.figures["reopened"] > 100
