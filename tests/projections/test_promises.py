"""Promises: what was promised first, due by the last word, and whether it is said to be kept or broken."""

from datetime import timedelta

from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade, PromiseMoved
from projections._engine.reference import as_mappings, fold
from projections.promises import Promises
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_the_way_of_a_promise() -> None:
    """Made, made again by somebody else, moved, broken, and kept all the same."""
    made = PromiseMade(promise="p", kind="answer", about="complaint:c", due_at=NOON + DAY, store="leeds", by="bot")
    told = Shop.facts(
        (made, NOON),
        (PromiseMade(promise="p", kind="visit", due_at=NOON + 2 * DAY, by="ann"), NOON + HOUR),
        (PromiseMoved(promise="p", due_at=NOON + 3 * DAY, reason="waited"), NOON + 2 * HOUR),
        (PromiseBroken(promise="p"), NOON + 3 * DAY),
        (PromiseKept(promise="p"), NOON + 4 * DAY),
        (PromiseKept(promise="p"), NOON + 5 * DAY),
    )

    (row,) = as_mappings(Promises(), fold(Promises(), told[::-1]))

    assert row == {
        "subject": "customer:1",
        "promise": "p",
        "kind": "answer",
        "about": "complaint:c",
        "store": "leeds",
        "promiser": "bot",
        "made": NOON,
        "due": NOON + 3 * DAY,
        "times_moved": 1,
        "kept": NOON + 4 * DAY,
        "broken": NOON + 3 * DAY,
    }
