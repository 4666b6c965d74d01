"""Imports: all rows are accounted for, bad ones cost as little as can be, and importing again adds nothing."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from events.log import Receipt
from services.connectors.errors import ImportRefused
from services.connectors.importing import import_file
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

GOOD = shop.HEADER + "1,ann,2024-07-02,tea,2,2.50\n1,ann,2024-07-02,pot,1,20\n2,bob,2024-01-03,tea,1,2.50\n"


def orders(log: MemoryLog) -> dict[str, OrderPlaced]:
    """Return the orders in a log by their id."""
    return {one.data.order: one.data for one in log.envelopes() if isinstance(one.data, OrderPlaced)}


def test_a_group_of_rows_is_one_event(tmp_path: Path) -> None:
    """The rows of a group become its lines, in source order; its time is London's summer time, written as UTC."""
    log = MemoryLog()

    summary = shop.import_text(tmp_path / "sales.csv", GOOD, using=shop.mapping(), log=log)

    assert (summary.rows, summary.rows_in_events, summary.rejected, summary.imported) == (3, 3, 0, 2)
    assert summary.events_by_type == {"regulars.order.placed.v2": 2}
    assert [(line.product, line.quantity, line.unit_price_minor) for line in orders(log)["1"].lines] == [
        ("tea", 2, 250),
        ("pot", 1, 2000),
    ]
    assert {one.time.isoformat() for one in log.envelopes()} == {
        "2024-07-01T23:00:00+00:00",
        "2024-01-03T00:00:00+00:00",
    }


def test_facts_are_appended_in_the_order_in_which_they_happened(tmp_path: Path) -> None:
    """A subject's history lies in order on the log, however the file is sorted."""
    rows = "".join(f"{day},ann,2024-01-{day:02},tea,1,1\n" for day in (9, 3, 7, 1, 5))
    log = MemoryLog()

    shop.import_text(tmp_path / "sales.csv", shop.HEADER + rows, using=shop.mapping(), log=log)

    assert [one.time.day for one in log.envelopes()] == [1, 3, 5, 7, 9]


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    """Every event of the second import is a duplicate, whatever the file is called."""
    log = MemoryLog()
    shop.import_text(tmp_path / "sales.csv", GOOD, using=shop.mapping(), log=log)
    ends = log.ends()

    again = shop.import_text(tmp_path / "copy.csv", GOOD, using=shop.mapping(), log=log)

    assert (again.imported, again.duplicate, again.conflict) == (0, 2, 0)
    assert log.ends() == ends


def test_every_bad_row_has_its_line_and_its_reason(tmp_path: Path) -> None:
    """What is malformed, cannot be computed, breaks a rule or makes no valid event is rejected; the rest counts."""
    text = (
        f"{shop.HEADER}1,ann,2024-01-02,tea,2,2.50\n"
        "2,bob,2024-01-02,tea\n"
        "3,cid,2024-01-02,tea,two,1\n"
        "4,dan,2024-01-02,void,0,0\n"
        "5,eve,2024-01-02,tea,-1,1\n"
        "6,,2024-01-02,tea,1,1\n"
        "7,fay,0001-01-02,tea,1,1\n"
        '8,gus,2024-01-02,"te"a,1,1\n'
        "9,hal,2024-01-02,tea,1,1\n"
    )
    log = MemoryLog()

    summary = shop.import_text(tmp_path / "sales.csv", text, using=shop.mapping(), log=log)

    assert set(orders(log)) == {"1", "9"}
    assert (summary.rows, summary.rows_in_events, summary.rejected) == (9, 2, 7)
    assert shop.reasons(summary) == [
        (3, "has 4 columns, not 6"),
        (4, "quantity: CAST(units AS INTEGER) cannot be computed for this row"),
        (5, "The till was opened and nothing was sold."),
        (6, "regulars.order.placed.v2: data.total_minor: expected `int` >= 0"),
        (7, "regulars.order.placed.v2: subject: is missing"),
        (8, "regulars.order.placed.v2: time: is 0001-01-02T00:01:15+00:00; a time lies between 1900 and 2100"),
        (9, "text follows a closing quote"),
    ]


def test_a_bad_line_of_a_group_leaves_the_others(tmp_path: Path) -> None:
    """The group is made again of the lines that are left, its total too; a group that has none left is no event."""
    text = (
        f"{shop.HEADER}1,ann,2024-01-02,tea,2,2.50\n"
        "1,ann,2024-01-02,,1,1\n"
        f"1,ann,2024-01-02,{'x' * 200},1,1\n"
        "1,ann,2024-01-02,pot,1,20\n"
        "2,bob,2024-01-02,tea,0,1\n"
        "2,bob,2024-01-02,pot,0,1\n"
    )
    log = MemoryLog()

    summary = shop.import_text(tmp_path / "sales.csv", text, using=shop.mapping(), log=log)

    assert {order: (len(data.lines), data.total_minor) for order, data in orders(log).items()} == {"1": (2, 2500)}
    assert shop.reasons(summary) == [
        (3, "regulars.order.placed.v2: data.line.product: is missing"),
        (4, "regulars.order.placed.v2: data.line.product: expected `str` of length <= 128"),
        (6, "regulars.order.placed.v2: data.line.quantity: expected `int` >= 1"),
        (7, "regulars.order.placed.v2: data.line.quantity: expected `int` >= 1"),
    ]


def test_a_row_is_a_fact_or_a_reject_and_never_both(tmp_path: Path) -> None:
    """A row that makes one of its events impossible is in none of them."""
    visit = (
        "  - {type: regulars.visit.started.v1, id: [bill, item], subject: \"'customer:' || who\", time: sold_at,"
        " data: {session: 'repeat(item, 40)'}}\n"
    )
    text = GOOD + "1,ann,2024-01-02,long,1,1\n"
    log = MemoryLog()

    summary = shop.import_text(
        tmp_path / "sales.csv",
        text,
        using=shop.mapping(shop.MAPPING + visit),
        log=log,
    )

    assert summary.events_by_type == {"regulars.order.placed.v2": 2, "regulars.visit.started.v1": 3}
    assert [reject.line for reject in shop.rejects(summary)] == [5]
    assert len(orders(log)["1"].lines) == 2


def test_a_row_without_any_event_is_rejected(tmp_path: Path) -> None:
    """No row is dropped in silence: the mapping made nothing of this one."""
    using = shop.mapping(**{"    group_by": "    when: units <> '2'\n    group_by"})

    summary = shop.import_text(tmp_path / "sales.csv", GOOD, using=using)

    assert shop.reasons(summary) == [(2, "no rule of the mapping makes a fact of this row")]


def test_the_same_id_with_another_body_is_a_conflict(tmp_path: Path) -> None:
    """The log keeps the first one; the file of rejects says which fact it did not take, and the summary counts it."""
    log = MemoryLog()
    shop.import_text(tmp_path / "sales.csv", GOOD, using=shop.mapping(), log=log)

    changed = shop.import_text(tmp_path / "later.csv", GOOD.replace("pot", "cup"), using=shop.mapping(), log=log)

    assert (changed.imported, changed.duplicate, changed.conflict, changed.rejected) == (0, 1, 1, 0)
    [refused] = shop.rejects(changed)
    assert (refused.line, refused.reason) == (2, "conflict: the log holds another fact under this id")
    assert refused.id in {one.id for one in log.envelopes()}
    assert orders(log)["1"].lines[1].product == "pot"


class FailingLog(MemoryLog):
    """A log whose database goes away after the first batch."""

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append once; then the line is dead."""
        if self.appends:
            message = "the connection is closed"
            raise ConnectionError(message)
        return super().append(envelopes)


def test_an_import_that_broke_off_goes_on_when_it_is_repeated(tmp_path: Path) -> None:
    """What was appended before the log failed stays; importing again adds the rest, and nothing twice."""
    text = shop.HEADER + "".join(f"{bill},ann,2024-01-02,tea,1,1\n" for bill in range(2500))
    failing, whole = FailingLog(), MemoryLog()
    with pytest.raises(ConnectionError):
        shop.import_text(tmp_path / "sales.csv", text, using=shop.mapping(), log=failing)
    whole.append(failing.envelopes())

    summary = shop.import_text(tmp_path / "sales.csv", text, using=shop.mapping(), log=whole)

    assert (summary.imported, summary.duplicate) == (500, 2000)


def test_a_file_with_a_header_only_is_an_import_of_nothing(tmp_path: Path) -> None:
    """No rows are no error."""
    summary = shop.import_text(tmp_path / "sales.csv", shop.HEADER, using=shop.mapping())

    assert (summary.rows, summary.events, summary.rejects_path) == (0, 0, "")


def test_rejects_lie_beside_the_file_and_speak_of_the_last_import(tmp_path: Path) -> None:
    """The file of rejects holds table, file, line, reason and row, and goes away when nothing is rejected any more."""
    path = tmp_path / "sales.csv"
    bad = GOOD.replace("pot,1", "pot,one")

    summary = shop.import_text(path, bad, using=shop.mapping())

    written = tmp_path / "sales.csv.rejects.jsonl"
    assert summary.rejects_path == str(written)
    assert written.read_text() == (
        '{"table":"sales","file":"sales.csv","line":3,"reason":"quantity: CAST(units AS INTEGER) cannot be computed for'
        ' this row","row":{"bill":"1","who":"ann","day":"2024-07-02","item":"pot","units":"one","price":"20"}}\n'
    )
    assert summary.reasons == {"quantity: CAST(units AS INTEGER) cannot be computed for this row": 1}
    shop.import_text(path, GOOD, using=shop.mapping())
    assert list(tmp_path.iterdir()) == [path]


def test_rejects_go_where_they_are_sent(tmp_path: Path) -> None:
    """A path that is given wins; one that cannot be written stops the import before anything is appended."""
    path, log = tmp_path / "sales.csv", MemoryLog()
    path.write_text(GOOD.replace("pot,1", "pot,one"))

    with pytest.raises(ImportRefused, match=re.escape("the rejects cannot be written there; name another place")):
        import_file(path, shop.mapping(), log, rejects_path=tmp_path / "nowhere" / "bad.jsonl")
    assert log.appends == 0
    summary = import_file(path, shop.mapping(), log, rejects_path=tmp_path / "bad.jsonl")

    assert summary.rejects_path == str(tmp_path / "bad.jsonl")
    assert [reject.line for reject in shop.rejects(summary)] == [3]
