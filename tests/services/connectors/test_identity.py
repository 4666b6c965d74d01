"""Event ids: they come from the rows and the mapping's name, and from nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

SALES = ["1,ann,2024-07-02,tea,2,2.50\n", "1,ann,2024-07-02,pot,1,20\n", "2,bob,2024-01-03,tea,1,2.50\n"]
VISITS = ["ann,2024-01-01\n", "ann,2024-01-01\n", "ann,2024-01-01\n", "ann,2024-01-02\n", "bob,2024-01-01\n"]


def ids(folder: Path, rows: Sequence[str], text: str) -> list[str]:
    """Return the ids of the events that some rows become."""
    log = MemoryLog()
    header = "who,day\n" if text == shop.VISITS else shop.HEADER
    shop.import_text(folder / "rows.csv", header + "".join(rows), using=shop.mapping(text), log=log)
    return sorted(one.id for one in log.envelopes())


@pytest.mark.parametrize(("text", "rows", "events"), [(shop.MAPPING, SALES, 2), (shop.VISITS, VISITS, 5)])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_order_of_the_rows_changes_no_id(
    tmp_path_factory: pytest.TempPathFactory, text: str, rows: list[str], events: int, data: st.DataObject
) -> None:
    """Any permutation of a file gives the same ids; of equal rows without a key, each one has its own."""
    folder = tmp_path_factory.mktemp("rows")
    permuted = data.draw(st.permutations(rows))

    found = ids(folder, permuted, text)

    assert found == ids(folder, rows, text)
    assert len(set(found)) == events


def test_the_order_of_the_columns_changes_no_id(tmp_path: Path) -> None:
    """A row without a key is known by its content, wherever its columns stand."""
    first, second = MemoryLog(), MemoryLog()

    shop.import_text(tmp_path / "a.csv", "who,day\nann,2024-01-01\n", using=shop.mapping(shop.VISITS), log=first)
    shop.import_text(tmp_path / "b.csv", "day,who\n2024-01-01,ann\n", using=shop.mapping(shop.VISITS), log=second)

    assert first.envelopes() == second.envelopes()


def test_another_mapping_gives_other_ids(tmp_path: Path) -> None:
    """Two sources that number their bills alike do not meet."""
    other = shop.MAPPING.replace("name: shop", "name: branch")

    assert set(ids(tmp_path, SALES, shop.MAPPING)).isdisjoint(ids(tmp_path, SALES, other))


def test_a_newer_version_of_a_type_has_the_same_id(tmp_path: Path) -> None:
    """A mapping that moves to the next version conflicts with what was imported before, and does not double it."""
    old = """
name: shop
source: till
tables: [{name: sales, columns: [bill, who, day, item, units, price]}]
events:
  - type: regulars.order.placed.v1
    group_by: [bill]
    subject: "'customer:' || min(who)"
    time: CAST(min(day) AS TIMESTAMP) AT TIME ZONE 'UTC'
    data: {order_id: bill, currency: "'GBP'"}
    lines: {into: items, fields: {sku: item, qty: CAST(units AS INTEGER), price_minor: 1}}
"""

    assert ids(tmp_path, SALES, old) == ids(tmp_path, SALES, shop.MAPPING)


def test_an_id_is_what_it_always_was(tmp_path: Path) -> None:
    """What was imported years ago must be known again: these ids were computed without DuckDB, and may never change."""
    equal_rows = ids(tmp_path, ["ann,2024-01-01\n", "ann,2024-01-01\n"], shop.VISITS)
    grouped_rows = ids(tmp_path, ["1,ann,2024-01-02,tea,2,2.50\n"], shop.MAPPING)

    assert equal_rows == ["5ba6fcb068d1cd1256401d95c3ceee07", "cdb3dbf54002c6a474548f3d570828cf"]
    assert grouped_rows == ["4ce834f5d838dcfcdf7b0bb051f9ecff"]
