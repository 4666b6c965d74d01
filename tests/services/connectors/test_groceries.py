"""Groceries: baskets that are made up, one a line, of an unknown buyer at an unknown time."""

from datetime import UTC, datetime
from pathlib import Path

from events.catalog.orders import OrderPlaced
from services.connectors.importing import Summary
from services.connectors.loading import built_in
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

BASKETS = "whole milk,butter ,rolls/buns\nwhole milk\nwhole milk\nyogurt,whole milk,apples\n"


def baskets(path: Path, text: str) -> tuple[MemoryLog, Summary]:
    """Import baskets into a new log."""
    log = MemoryLog()
    return log, shop.import_text(path, text, using=built_in("groceries"), log=log)


def contents(log: MemoryLog) -> list[tuple[str, ...]]:
    """Return what is in each basket, in its own order."""
    return sorted(
        tuple(line.product for line in one.data.lines) for one in log.envelopes() if isinstance(one.data, OrderPlaced)
    )


def test_a_line_is_an_order(tmp_path: Path) -> None:
    """Items keep their order and lose their blanks; equal baskets are two orders with buyers of their own."""
    log, summary = baskets(tmp_path / "groceries.csv", BASKETS)

    assert contents(log) == [
        ("whole milk",),
        ("whole milk",),
        ("whole milk", "butter", "rolls/buns"),
        ("yogurt", "whole milk", "apples"),
    ]
    assert (summary.rows, summary.imported) == (4, 4)
    assert len({one.subject for one in log.envelopes()}) == 4


def test_the_stand_in_time_comes_from_the_basket_alone(tmp_path: Path) -> None:
    """It lies within the thirty days and the opening hours, and the order of the lines does not change it."""
    log, _ = baskets(tmp_path / "one.csv", BASKETS)
    shuffled, _ = baskets(tmp_path / "two.csv", "".join(reversed(BASKETS.splitlines(keepends=True))))

    times = {one.id: one.time for one in log.envelopes()}

    assert times == {one.id: one.time for one in shuffled.envelopes()}
    assert all(datetime(2006, 4, 1, tzinfo=UTC) <= time < datetime(2006, 5, 1, tzinfo=UTC) for time in times.values())
    assert all(8 <= time.hour < 20 for time in times.values())


def test_a_part_of_a_basket_can_be_rejected(tmp_path: Path) -> None:
    """Nothing between two commas, or a name too long, costs that item; the basket is one row and stays in its event."""
    log, summary = baskets(tmp_path / "groceries.csv", f"milk,,bread\n,\nmilk,{'x' * 200}\n")

    assert contents(log) == [("milk",), ("milk", "bread")]
    assert (summary.rows, summary.rows_in_events, summary.rejected, summary.rejected_parts) == (3, 2, 1, 2)
    assert [(one.line, one.part, one.reason) for one in shop.rejects(summary)] == [
        (1, True, "There is nothing between two commas."),
        (2, False, "There is nothing between two commas."),
        (3, True, "regulars.order.placed.v2: data.line.product: expected `str` of length <= 128"),
    ]
