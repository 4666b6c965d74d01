"""Loading the demo: what is shipped, what it comes to, and that doing it again changes nothing."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import duckdb

from events.catalog.orders import OrderLine, OrderPlaced
from events.envelope import Envelope
from events.log.postgres import Journal
from services.connectors.importing import Summary
from services.demo.loading import ORDERS, Simulated, imported, load_orders, load_simulated
from tests.services.demo import raw

MOST_BYTES = 3_000_000


def test_the_shipped_orders_are_small_and_attributed() -> None:
    """The repository carries at most 3 MB of them, and says beside them whose they are and which file it means."""
    data = ORDERS.read_bytes()
    attribution = files("services.demo").joinpath("data", "ATTRIBUTION.md").read_text(encoding="utf-8")

    said = re.search(r"`([0-9a-f]{64})`", attribution)

    assert len(data) <= MOST_BYTES
    assert said is not None
    assert said[1] == sha256(data).hexdigest()
    assert {word for word in ("CC BY 4.0", "Chen, D.", "10.24432/C5BW33") if word in attribution} == {
        "CC BY 4.0",
        "Chen, D.",
        "10.24432/C5BW33",
    }


def test_the_shipped_orders_are_whole(slice_of_orders: duckdb.DuckDBPyConnection) -> None:
    """The file holds whole months with everything in them: cancellations and unknown buyers too."""
    months = raw.rows(slice_of_orders, "SELECT DISTINCT strftime(happened, '%Y-%m') FROM line ORDER BY 1")
    odd = raw.rows(slice_of_orders, "SELECT count_if(NOT sale) > 1000, count_if(customer IS NULL) > 40000 FROM line")

    assert [month for (month,) in months] == ["2010-12", "2011-01", "2011-02", "2011-03"]
    assert odd == [(True, True)]


def test_every_order_is_imported(loaded: tuple[Summary, Simulated], slice_of_orders: duckdb.DuckDBPyConnection) -> None:
    """The log holds as many orders and returns as the file has invoices, and every row is accounted for."""
    summary, _ = loaded

    ((sales, credits_),) = raw.rows(
        slice_of_orders,
        "SELECT count(DISTINCT invoice) FILTER (sale), count(DISTINCT invoice) FILTER (NOT sale) FROM line",
    )

    assert summary.events_by_type["regulars.order.placed.v2"] == sales
    assert summary.events_by_type["regulars.fulfilment.return_accepted.v1"] == credits_
    assert summary.rows == summary.rows_in_events + summary.rejected == 142_083


def test_the_simulation_goes_by_the_shipped_orders_alone(journal: Journal) -> None:
    """What else is ordered in the shop later changes nothing of what is simulated, so loading again adds nothing."""
    line = OrderLine(product="22727", quantity=1, unit_price_minor=375, name="ALARM CLOCK BAKELIKE RED")
    order = OrderPlaced(order="1", currency="GBP", lines=(line,), total_minor=375)
    at = datetime(2011, 1, 5, 12, tzinfo=UTC)
    shipped, own = (
        Envelope(id=source, source=source, time=at, subject="customer:14646", data=order)
        for source in ("online-retail", "the-till")
    )
    journal.append([shipped, own])

    found = imported(journal)

    assert [envelope.id for envelope in found] == [shipped.id]


def test_loading_again_adds_nothing(loaded: tuple[Summary, Simulated], demo_journal: Journal, tmp_path: Path) -> None:
    """A second run finds every event on the log already, under the same id and with the same bytes."""
    before = demo_journal.ends()

    orders, life = load_orders(demo_journal, tmp_path / "rejects.jsonl"), load_simulated(demo_journal)

    assert (orders.imported, orders.conflict, life.stored, life.conflict) == (0, 0, 0, 0)
    assert life.duplicate == loaded[1].events
    assert demo_journal.ends() == before
