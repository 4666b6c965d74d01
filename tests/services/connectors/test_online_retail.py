"""Online Retail: a slice of the real file, its totals checked against what DuckDB says of the raw rows."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.catalog.customers import TraitsChanged
from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from events.log.postgres import Journal
from services.connectors.importing import Summary, import_file
from services.connectors.loading import built_in
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

SLICE = Path(__file__).parent / "data" / "online_retail.csv"
SALES = "InvoiceNo NOT LIKE 'C%' AND (CustomerID IS NOT NULL OR CAST(UnitPrice AS DOUBLE) > 0)"
CREDITS = "InvoiceNo LIKE 'C%'"


@pytest.fixture(name="imported")
def _imported(tmp_path: Path) -> tuple[MemoryLog, Summary]:
    log = MemoryLog()
    return log, shop.import_checked(SLICE, built_in("online-retail"), log, tmp_path / "rejects.jsonl")


def raw(select: str, where: str) -> tuple[Any, ...]:
    """Ask the raw file, read by DuckDB's own reader."""
    source = f"read_csv('{SLICE}', all_varchar=true, header=true)"
    return duckdb.execute(f"SELECT {select} FROM {source} WHERE {where}").fetchall()[0]


def of_type(log: MemoryLog, kind: type) -> list[Envelope]:
    """Return the facts of one type."""
    return [one for one in log.envelopes() if isinstance(one.data, kind)]


def test_orders_add_up_to_the_penny(imported: tuple[MemoryLog, Summary]) -> None:
    """Each line is quantity times unit price, rounded to the penny; orders, lines, pieces and customers agree too."""
    placed = [(one.subject, one.data) for one in of_type(imported[0], OrderPlaced) if isinstance(one.data, OrderPlaced)]

    figures = (
        len(placed),
        sum(len(data.lines) for _, data in placed),
        sum(line.quantity for _, data in placed for line in data.lines),
        sum(data.total_minor for _, data in placed),
        len({subject for subject, _ in placed if subject.startswith("customer:")}),
    )

    assert figures == raw(
        "count(DISTINCT InvoiceNo), count(*), sum(CAST(Quantity AS INTEGER)), "
        "sum(round(CAST(Quantity AS INTEGER) * CAST(UnitPrice AS DECIMAL(10, 3)) * 100)), count(DISTINCT CustomerID)",
        SALES,
    )


def test_credit_notes_are_returns_with_positive_figures(imported: tuple[MemoryLog, Summary]) -> None:
    """An invoice that starts with C takes goods back: its quantities and its amount are what was negative there."""
    returned = [one.data for one in of_type(imported[0], ReturnAccepted) if isinstance(one.data, ReturnAccepted)]

    figures = (
        len(returned),
        sum(len(data.lines) for data in returned),
        sum(line.quantity for data in returned for line in data.lines),
        sum(data.amount_minor for data in returned),
    )

    assert figures == raw(
        "count(DISTINCT InvoiceNo), count(*), -sum(CAST(Quantity AS INTEGER)), "
        "-sum(round(CAST(Quantity AS INTEGER) * CAST(UnitPrice AS DECIMAL(10, 3)) * 100))",
        CREDITS,
    )


def test_rows_without_customer_and_price_are_rejected(imported: tuple[MemoryLog, Summary]) -> None:
    """Stock that moves is no sale; every other row is in an event."""
    summary = imported[1]
    expected = raw("count(*)", f"NOT ({SALES}) AND NOT ({CREDITS})")[0]

    assert (summary.rows, summary.rejected) == (raw("count(*)", "true")[0], expected)
    assert summary.reasons == {"A line without customer and price moves stock, and is no sale.": expected}
    assert {reject.row["UnitPrice"] for reject in shop.rejects(summary) if isinstance(reject.row, dict)} == {"0.0"}


def test_a_buyer_without_number_is_the_order(imported: tuple[MemoryLog, Summary]) -> None:
    """A sale without CustomerID is still a fact; two such sales are never taken for one buyer."""
    unknown = sorted(one.subject for one in imported[0].envelopes() if one.subject.startswith("order:"))

    invoices = raw("list_sort(list(DISTINCT InvoiceNo))", f"CustomerID IS NULL AND ({SALES} OR {CREDITS})")[0]
    assert unknown == [f"order:{invoice}" for invoice in invoices]
    assert "order:C537251" in unknown


def test_a_country_is_told_once_for_each_customer_and_country(imported: tuple[MemoryLog, Summary]) -> None:
    """A customer who ordered from two countries has two; ``Unspecified`` is none."""
    told = [
        (one.subject, one.data.traits["country"])
        for one in of_type(imported[0], TraitsChanged)
        if isinstance(one.data, TraitsChanged)
    ]

    assert len(told) == len(set(told))
    assert [country for subject, country in sorted(told) if subject == "customer:12370"] == ["Austria", "Cyprus"]
    assert (len(told),) == raw(
        "count(DISTINCT (CustomerID, Country))", "CustomerID IS NOT NULL AND Country <> 'Unspecified'"
    )


def test_times_are_londons(imported: tuple[MemoryLog, Summary]) -> None:
    """From April on, the clock of the shop is an hour before UTC."""
    times = {one.data.order: one.time for one in of_type(imported[0], OrderPlaced) if isinstance(one.data, OrderPlaced)}

    assert times["536365"].isoformat() == "2010-12-01T08:26:00+00:00"
    assert times["550193"].isoformat() == "2011-04-15T08:27:00+00:00"


def test_what_is_no_product_has_a_category(imported: tuple[MemoryLog, Summary]) -> None:
    """Postage and fees stand among the goods; a tenth of a penny and a gift are kept, at a price of nothing."""
    lines = [
        line
        for one in of_type(imported[0], OrderPlaced)
        if isinstance(one.data, OrderPlaced)
        for line in one.data.lines
    ]

    categories = {line.product: line.category for line in lines if line.category}
    free = {line.product for line in lines if line.unit_price_minor == 0}

    assert categories == {"POST": "charge", "M": "charge"}
    assert free == {"PADS", "22168"}


def test_importing_the_slice_twice_adds_nothing(imported: tuple[MemoryLog, Summary], tmp_path: Path) -> None:
    """The shipped mapping gives the same events again."""
    log, first = imported

    again = shop.import_checked(SLICE, built_in("online-retail"), log, tmp_path / "rejects.jsonl")

    assert (again.imported, again.duplicate) == (0, first.imported)


def test_a_line_that_says_two_things_is_rejected(tmp_path: Path) -> None:
    """A mapping of orders and returns keeps out what is neither; a gift voucher is sold like goods."""
    header = SLICE.read_text().splitlines()[0]
    rows = [
        "1,gift_0001_20,Voucher,1,2011-01-04 10:00:00,20,17850,France",
        "1,22841,Tin,0,2011-01-04 10:00:00,1,17850,France",
        "2,22841,Tin,-1,2011-01-04 10:00:00,1,17850,France",
        "C3,22841,Tin,1,2011-01-04 10:00:00,1,17850,France",
        "A4,B,Adjust bad debt,1,2011-01-04 10:00:00,11062.06,,France",
        "5,B,Adjust bad debt,1,2011-01-04 10:00:00,-11062.06,,France",
        "6,22841,Tin,3,1/4/2011 10:00,0.005,17850.0,France",
    ]
    log = MemoryLog()

    summary = shop.import_text(tmp_path / "r.csv", "\n".join([header, *rows]), using=built_in("online-retail"), log=log)

    assert [(line, reason.split(",")[0]) for line, reason in shop.reasons(summary)] == [
        (3, "A quantity of nothing is neither a sale nor a return."),
        (4, "A negative quantity outside a credit note takes stock away"),
        (5, "A credit note takes goods back"),
        (6, "An adjustment of bad debt is a matter of the books"),
        (7, "A negative price is a matter of the books"),
    ]
    placed = {one.data.order: one.data for one in of_type(log, OrderPlaced) if isinstance(one.data, OrderPlaced)}
    assert (placed["1"].lines[0].category, placed["6"].total_minor) == ("voucher", 2)  # a penny and a half


def test_the_journal_takes_the_slice_once(journal: Journal, tmp_path: Path) -> None:
    """In Postgres too: the second import finds every fact there, bytes and all."""
    first = import_file(SLICE, built_in("online-retail"), journal, rejects_path=tmp_path / "rejects.jsonl")
    ends = journal.ends()

    again = import_file(SLICE, built_in("online-retail"), journal, rejects_path=tmp_path / "rejects.jsonl")

    assert (first.imported, again.imported, again.duplicate) == (sum(ends.values()), 0, first.imported)
    assert journal.ends() == ends
