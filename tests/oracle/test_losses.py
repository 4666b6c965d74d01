"""The oracle can fail: what the log lost, or never had, is found too."""

from pathlib import Path

import psycopg
import pytest

from tests.oracle import judge
from tests.oracle.contract import published
from tests.oracle.facts import Reader
from tests.oracle.shop import Shop, as_log, judged
from tests.oracle.stored import stored


def test_an_event_lost_from_the_log_is_found(shop: Shop) -> None:
    """Every table holds what the log no longer says."""
    log = as_log(shop.log)
    victim = next(each for each in log.records if b"search.performed.v2" in each.value and b"\n" not in each.value)
    without = log._replace(records=[each for each in as_log(shop.log).records if each != victim])

    findings = judged(shop, log=without).findings

    assert [sentence for sentence in findings if sentence.startswith("profile")]
    assert [sentence for sentence in findings if "which nothing below its positions says" in sentence]


def test_a_log_that_forgot_its_beginning_is_found(shop: Shop) -> None:
    """What retention removed cannot be told again, and the oracle does not pretend that it could."""
    log = as_log(shop.log)
    shorter = log._replace(
        starts={**log.starts, 2: 5}, records=[each for each in log.records if each.partition != 2 or each.offset >= 5]
    )

    assert (
        "the log begins at offset 5 of partition 2: what was before cannot be told again"
        in judged(shop, log=shorter).findings
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("made-up 0 0", "'made-up' was acknowledged at offset 0 of partition 0, and there lies "),
        ("made-up 0 99999", "'made-up' was acknowledged at offset 99999 of partition 0, which the log does not have"),
        ("made up, too 9 1", "'made up, too' was acknowledged at offset 1 of partition 9, which the log does not have"),
        ("made-up 0 <5", "'made-up' was acknowledged before offset 5 of partition 0, and does not lie there"),
    ],
)
def test_an_acknowledged_event_that_is_not_there_is_lost(shop: Shop, tmp_path: Path, line: str, says: str) -> None:
    """Each id that was acknowledged lies where the answer said; the others are named and counted."""
    kept = Reader(published())
    right = [
        f"{kept.read(each.value).id} {each.partition} {each.offset}"
        for each in as_log(shop.log).records
        if not kept.why_not(each.value) and each.offset not in {0, 99999}
    ]
    file = tmp_path / "acknowledged"

    with psycopg.connect(shop.dsn) as connection:
        file.write_text("".join(f"{each}\n" for each in right) + "cut of", encoding="utf-8")
        whole = judge(connection, stored(connection), as_log(shop.log), acknowledged=file)
        file.write_text("".join(f"{each}\n" for each in [*right, line]), encoding="utf-8")
        lacking = judge(connection, stored(connection), as_log(shop.log), acknowledged=file)

    assert (whole.findings, whole.lost) == ([], 0)
    assert (len(lacking.findings), lacking.findings[0].startswith(says), lacking.lost) == (1, True, 1)


def test_an_event_may_be_acknowledged_with_how_far_one_has_to_read(shop: Shop, tmp_path: Path) -> None:
    """Whoever is told no place is told what to read up to: the event lies before it, and not at it or behind it."""
    kept = Reader(published())
    first = next(each for each in as_log(shop.log).records if each.offset and not kept.why_not(each.value))
    event_id, file = kept.read(first.value).id, tmp_path / "acknowledged"

    def lost(end: int) -> int:
        file.write_text(f"{event_id} {first.partition} <{end}\n", encoding="utf-8")
        with psycopg.connect(shop.dsn) as connection:
            return judge(connection, stored(connection), as_log(shop.log), acknowledged=file).lost

    assert [lost(first.offset + 1), lost(first.offset + 1_000), lost(first.offset)] == [0, 0, 1]
