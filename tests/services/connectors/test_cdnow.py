"""CDNOW: a slice of the real file, its totals checked against a plain reading of the lines."""

import gzip
from collections import Counter
from pathlib import Path

from events.catalog.orders import OrderPlaced
from services.connectors.loading import built_in
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

SLICE = Path(__file__).parent / "data" / "cdnow.txt.gz"


def test_every_line_is_a_purchase(tmp_path: Path) -> None:
    """Customers, days, CDs and cents agree with the file; equal lines are two purchases; twice adds nothing."""
    lines = [line.split() for line in gzip.decompress(SLICE.read_bytes()).decode().splitlines()]
    log = MemoryLog()

    first = shop.import_checked(SLICE, built_in("cdnow"), log, tmp_path / "rejects.jsonl")
    again = shop.import_checked(SLICE, built_in("cdnow"), log, tmp_path / "rejects.jsonl")

    facts = Counter(
        (one.subject, one.time.isoformat(), one.data.lines[0].quantity, one.data.total_minor)
        for one in log.envelopes()
        if isinstance(one.data, OrderPlaced)
    )
    assert facts == Counter(
        (
            f"customer:{customer}",
            f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00+00:00",
            int(cds),
            round(float(dollars) * 100),
        )
        for customer, _, day, cds, dollars in lines
    )
    assert max(facts.values()) == 2
    assert (first.imported, first.rejected, again.imported, again.duplicate) == (len(lines), 0, 0, len(lines))


def test_orders_of_one_day_have_their_own_ids(tmp_path: Path) -> None:
    """An order's id comes from its row; no two rows share one."""
    log = MemoryLog()

    shop.import_checked(SLICE, built_in("cdnow"), log, tmp_path / "rejects.jsonl")

    orders = [one.data.order for one in log.envelopes() if isinstance(one.data, OrderPlaced)]
    assert len(orders) == len(set(orders)) == 173


def test_a_line_that_is_short_is_rejected(tmp_path: Path) -> None:
    """The file of another layout, or half a line, is rejected line by line."""
    text = " 00004 0001 19970101  2   29.33\n 00004 0001 19970118\n 00004 0001 19971301  1 5.00\n"

    summary = shop.import_text(tmp_path / "cdnow.txt", text, using=built_in("cdnow"))

    assert (summary.imported, summary.rejected) == (1, 2)
    assert [reject.line for reject in shop.rejects(summary)] == [2, 3]
