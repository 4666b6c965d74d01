"""Segments and referrals on the demo: who is in which, and who brought in whom, by a plain scan over the events."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintResolved
from events.catalog.customers import ReferralMade
from events.envelope import Envelope
from services import installation
from services.demo.report import Report
from services.demo.simulation.house import SEGMENTS as DEFINED
from services.installation import Connection
from services.reports.retention import RETENTION
from services.reports.segments import SEGMENTS
from services.segments.parsing import parsed
from services.segments.rule import written
from tests.services.demo import raw
from tests.services.reports.asked import told

GOOD_AND_QUIET = """
SELECT customer FROM customer
 WHERE net >= 50000 AND last_order <= TIMESTAMPTZ '2011-03-31 18:55:00+00' - INTERVAL 46 DAY
"""
NET = "SELECT customer, net FROM customer"


@pytest.fixture(scope="module")
def connection(report: Report, demo_database: str) -> Iterator[Connection]:
    """Return a connection to the demo, all projections caught up."""
    assert report
    with closing(installation.connect(demo_database)) as opened:
        yield opened


def test_the_segments_of_the_house_are_written_as_they_are_read() -> None:
    """As ``regulars segments define`` would publish them."""
    assert [written(parsed(rule)) for _, _, rule in DEFINED] == [rule for _, _, rule in DEFINED]


def test_who_drifts_away(
    connection: Connection, life: list[Envelope], slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """Net revenue and last orders by DuckDB from the raw file, complaints by the last word on each."""
    kinds = ComplaintRaised | ComplaintReopened | ComplaintResolved
    last: dict[tuple[str, str], bool] = {}
    for each in sorted(life, key=lambda one: (one.time, one.id)):
        if isinstance(each.data, kinds):
            last[each.subject, each.data.complaint] = not isinstance(each.data, ComplaintResolved)
    complaining = {subject for (subject, _), is_open in last.items() if is_open}
    expected = {customer for (customer,) in raw.rows(slice_of_orders, GOOD_AND_QUIET)} - complaining

    answer = told(connection, SEGMENTS, about="drifting", limit=10_000)

    assert {row["person"] for row in answer.tables["members"]} == expected
    assert len(expected) > 10


def test_every_segment_has_somebody_in_it(connection: Connection) -> None:
    """So that the demo has something to show; and needs are known of nearly everybody."""
    answer = told(connection, SEGMENTS, limit=10_000)

    assert {row["segment"] for row in answer.tables["segments"] if not row["customers"]} <= {"tier.none"}
    known = sum(row["customers"] for row in answer.tables["grid"] if row["need"])
    assert known / answer.figures["customers"] > 0.95


def test_who_brought_in_whom(
    connection: Connection, life: list[Envelope], slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """Everybody has one who brought them in first; a tree's worth is what all below bring, by DuckDB."""
    net: dict[str, int] = dict(raw.rows(slice_of_orders, NET))
    parent: dict[str, str] = {}
    for each in sorted(life, key=lambda one: (one.time, one.subject)):
        if isinstance(each.data, ReferralMade):
            parent.setdefault(each.data.referred, each.subject)
    worth: dict[str, int] = defaultdict(int)
    for child in parent:
        head = child
        while head in parent:
            head = parent[head]
            worth[head] += net.get(child, 0)

    answer = told(connection, RETENTION, limit=10_000)

    assert {row["person"]: row["tree_net_minor"] for row in answer.tables["referrers"]} == dict(worth)
    assert answer.figures["brought_in"] == len(parent) > 10
    assert answer.figures["brought_in_net_minor"] == sum(net.get(child, 0) for child in parent)
