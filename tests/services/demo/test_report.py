"""The shop report: its figures are those that DuckDB finds in the raw file, and what the simulated events say."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import duckdb
import msgspec
import pytest

from events.catalog.searches import SearchPerformed
from events.catalog.visits import CartChanged, PageViewed, ProductViewed
from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from services.demo.report import BestCustomer, LateComplaint, QuietCustomer, Report, shop_report
from tests.services.demo import raw
from tests.services.demo.told import complaints, owners, plainly, searched_in_vain, told

PROMISE = timedelta(hours=24)

# How many of how many customers bring four fifths of what all of them bring together.
SHARE = """
WITH ranked AS (SELECT row_number() OVER w AS rank, sum(net) OVER w AS running
                  FROM customer WHERE net > 0 WINDOW w AS (ORDER BY net DESC, customer))
SELECT min(rank) FILTER (running >= 0.8 * (SELECT sum(net) FROM customer WHERE net > 0)),
       (SELECT count(*) FROM customer WHERE net > 0), (SELECT sum(net)::BIGINT FROM customer WHERE net > 0)
  FROM ranked
"""

# In how many baskets of at most 50 products two of them meet, and how many times more often than by chance.
MET = """
WITH basket AS (SELECT invoice, list(DISTINCT product) AS products FROM line WHERE sale GROUP BY invoice
                HAVING count(DISTINCT product) <= 50)
SELECT count_if(list_has_all(products, [?, ?])),
       count_if(list_has_all(products, [?, ?]))::DOUBLE * count(*)
       / (count_if(list_contains(products, ?)) * count_if(list_contains(products, ?)))
  FROM basket
"""


def test_the_share_of_customers_that_brings_most_is_that_of_the_raw_file(
    report: Report, slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """Customers count when they bring anything; revenue is net of what was taken back."""
    expected = raw.rows(slice_of_orders, SHARE)

    revenue = report.revenue

    assert [(revenue.bringing, revenue.customers, revenue.net_minor)] == expected
    assert revenue.percent == 80


def test_the_best_customers_are_those_of_the_raw_file(
    report: Report, slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """Ten customers by net revenue, each with their orders, in the raw file's own figures."""
    query = "SELECT customer, orders, net, last_order FROM customer ORDER BY net DESC, customer LIMIT 10"
    expected = raw.rows(slice_of_orders, query)

    best = [(one.person, one.orders, one.net_minor, one.last_order) for one in report.best]

    assert best == expected


def test_a_customer_is_called_by_name(report: Report) -> None:
    """A shopkeeper reads names, and not numbers."""
    shown: tuple[BestCustomer | QuietCustomer | LateComplaint, ...] = (*report.best, *report.quiet, *report.late)
    names = [one.name for one in shown]

    nameless = [name for name in names if ":" in name or " " not in name]

    assert (nameless, len(names)) == ([], 30)


def test_the_clock_is_the_time_of_the_last_event(report: Report, orders: list[Envelope], life: list[Envelope]) -> None:
    """The report's now is the shop's own, whatever the day on which somebody reads it."""
    times = [one.time for one in (*orders, *life)]

    assert (report.begin.date(), report.now) == (min(times).date(), max(times))


def test_who_went_quiet_is_quiet_in_the_raw_file(report: Report, slice_of_orders: duckdb.DuckDBPyConnection) -> None:
    """Each has three orders or more, and has been silent for 45 days or more and three times as long as usual."""
    facts = {row[0]: row[1:] for row in raw.rows(slice_of_orders, "FROM customer")}

    for one in report.quiet:
        orders, net, first_order, last_order = facts[one.person]
        usual = (last_order - first_order) / (orders - 1)
        silent = report.now - last_order
        assert (one.orders, one.net_minor, one.last_order) == (orders, net, last_order)
        assert silent >= max(timedelta(days=45), 3 * usual)
        assert one.silent_days == pytest.approx(silent / timedelta(days=1))
        assert one.usual_days == pytest.approx(usual / timedelta(days=1))
    assert len(report.quiet) == 10


def test_a_grudge_stands_behind_some_silences(report: Report, life: list[Envelope]) -> None:
    """Where a complaint stands behind a silence, it is the customer's own, and was answered late or never settled."""
    held = complaints(life)
    aggrieved = [one for one in report.quiet if one.grudge]

    wrong = [
        one.person
        for one in aggrieved
        if one.grudge
        and (held[one.grudge.complaint][0].subject != one.person or not (one.grudge.late or one.grudge.open))
    ]

    assert (wrong, 3 <= len(aggrieved) <= 9) == ([], True)


def test_wishes_are_counted_over_all_spellings(report: Report, life: list[Envelope]) -> None:
    """A search counts under its words, however they were written; what is missed most comes first."""
    missed = Counter(plainly(query) for _, query in searched_in_vain(life))

    shown = [(wish.query, wish.without_result) for wish in report.wishes]

    assert shown == sorted(missed.items(), key=lambda item: (-item[1], item[0]))[:10]


def test_who_asks_in_vain_is_one_person_on_all_devices(
    report: Report, life: list[Envelope], slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """Who asks as a visitor and logs in later is one asker, and a regular when they ordered three times or more."""
    owner = owners(life)
    regulars = {row[0] for row in raw.rows(slice_of_orders, "SELECT customer FROM customer WHERE orders >= 3")}
    askers = defaultdict(set)
    for envelope, query in searched_in_vain(life):
        askers[plainly(query)].add(owner.get(envelope.subject, envelope.subject))

    shown = {wish.query: (wish.askers, wish.regulars) for wish in report.wishes}

    assert shown == {query: (len(askers[query]), len(askers[query] & regulars)) for query in shown}
    assert all(wish.regulars > 0 for wish in report.wishes)


def test_pairs_are_those_of_the_raw_file(report: Report, slice_of_orders: duckdb.DuckDBPyConnection) -> None:
    """Two products meet in as many baskets, and as often beyond chance, as DuckDB counts."""
    for pair in report.pairs:
        both = [pair.product, pair.other]
        ((baskets, lift),) = raw.rows(slice_of_orders, MET, *both, *both, *both)
        assert pair.baskets == baskets
        assert pair.lift == pytest.approx(lift)
    assert len(report.pairs) == 8


def test_late_complaints_are_those_that_waited_longest(report: Report, life: list[Envelope]) -> None:
    """Those without an answer come first, the oldest at the top; then those answered late."""
    late = [
        (first is not None, one.time - (first or report.now), complaint)
        for complaint, (one, first) in complaints(life).items()
        if (first or report.now) - one.time > PROMISE
    ]

    shown = [one.grudge.complaint for one in report.late]

    assert shown == [complaint for *_, complaint in sorted(late)][:10]
    assert report.promise.broken == len(late)
    assert report.promise.complaints == len(complaints(life))


def test_a_visit_is_shown_from_entering_to_leaving(report: Report, life: list[Envelope]) -> None:
    """The visits of one of the best customers hold just what happened between entering and leaving."""
    owner = owners(life)

    for visit in report.visits:
        steps = [
            one
            for one in life
            if owner.get(one.subject, one.subject) == visit.person and visit.entered <= one.time <= visit.left
        ]
        pages = [page.page for _, page in told(steps, PageViewed)]
        assert visit.person in {one.person for one in report.best}
        assert (visit.entry_page, visit.exit_page, visit.pages) == (pages[0], pages[-1], len(pages))
        assert visit.products == len(told(steps, ProductViewed))
        assert visit.searches == len(told(steps, SearchPerformed))
        assert visit.searches_in_vain == len(searched_in_vain(steps))
        assert visit.cart_changes == len(told(steps, CartChanged))
    seen_at = [
        one.time for one, _ in told(life, PageViewed) if owner.get(one.subject, one.subject) == report.visits[-1].person
    ]
    assert max(seen_at) <= report.visits[-1].left
    assert len(report.visits) == 3


def test_the_report_is_plain_data(report: Report) -> None:
    """Another programme can have the whole report as JSON."""
    document = msgspec.json.decode(msgspec.json.encode(report))

    assert document["now"] == "2011-03-31T18:55:00Z"
    assert document["best"][0]["net_minor"] == report.best[0].net_minor
    assert set(document["revenue"]) == {"percent", "bringing", "customers", "net_minor"}


def test_an_empty_shop_has_no_report(journal: Journal, connect: Callable[[], installation.Connection]) -> None:
    """Where nobody has ordered there is nothing to report, and that is no error."""
    with closing(Projector(journal, connect, PROJECTIONS)) as projector:
        projector.catch_up()

    found = shop_report(connect())

    assert found is None
