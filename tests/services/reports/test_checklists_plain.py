"""Checklists of made-up orders, as a plain count in Python has them that knows who is who from the start."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest

from events.catalog.fulfilment import ShipmentDispatched
from events.catalog.orders import OrderCancelled
from services.checklists.reading import parse
from services.reports.checklists import CHECKLISTS, STATES
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.checklists_told import in_force, order, tick

FIRST = """
name: parcels
trigger: {event: regulars.order.placed}
called_off_by: regulars.order.cancelled
steps:
  - {name: wrap, within: 24h}
  - {name: send, within: 3d, seen: regulars.fulfilment.shipment_dispatched}
"""
SECOND = """
name: parcels
trigger: {event: regulars.order.placed, stores: [leeds]}
steps:
  - {name: wrap, within: 48h}
  - {name: again, within: 10d, seen: regulars.order.placed}
"""
VERSIONS = ((0, FIRST), (20, SECOND), (40, ""), (45, FIRST))
DAYS = 60
NOW = NOON + timedelta(days=DAYS)
WITHIN = {(FIRST, "wrap"): 24, (FIRST, "send"): 72, (SECOND, "wrap"): 48, (SECOND, "again"): 240}


class Bought(NamedTuple):
    """An order as it was made up: hours since the beginning, None for what never came."""

    number: str
    person: int
    store: str
    placed: float
    shipped: float | None
    cancelled: float | None
    wrapped: float | None


def bought(dice: Random, number: int) -> Bought:
    """Return an order, and what came of it, some of it after the clock."""
    placed = dice.uniform(-100, DAYS * 24)

    def later(most: float) -> float | None:
        return placed + dice.uniform(0, most) if dice.random() < 0.6 else None

    store = dice.choice(("web", "leeds"))
    cancelled = later(100) if dice.random() < 0.3 else None
    return Bought(f"o-{number}", dice.randint(1, 6), store, placed, later(140), cancelled, later(70))


def hour(number: float) -> datetime:
    """Return a time so many hours after the beginning, as the log keeps it."""
    return NOON + timedelta(hours=number)


def stands(orders: list[Bought]) -> Iterator[tuple[str, str, str]]:
    """Yield each step that is asked of each order with its store, and how it stands."""
    clock = DAYS * 24
    for each in orders:
        held = [text for day, text in VERSIONS if day * 24 <= each.placed]
        text = held[-1] if held else ""
        if each.placed > clock or not text or (text is SECOND and each.store != "leeds"):
            continue
        nexts = [other.placed for other in orders if other.person == each.person and other.placed > each.placed]
        shown = {"wrap": [each.wrapped], "send": [each.shipped], "again": [min(nexts, default=None)]}
        for (version, step), hours in WITHIN.items():
            if version is not text:
                continue
            done = min((at for at in shown[step] if at is not None and at <= clock), default=None)
            due, off = each.placed + hours, each.cancelled if text is FIRST else None
            if done is not None and done <= due:
                yield step, each.store, "kept" if due <= clock else "ahead"
            elif off is not None and off < due and off <= clock:
                yield step, each.store, "called_off"
            elif done is not None:
                yield step, each.store, "late"
            else:
                yield step, each.store, "missed" if due < clock else "open"


@pytest.mark.parametrize("seed", range(2))
def test_made_up_orders_as_they_are_counted_plainly(shop: Shop, seed: int) -> None:
    """Every state comes up; each order's events come under either identifier of a person, in no order."""
    dice = Random(seed)
    orders = [bought(dice, number) for number in range(250)]
    for number, (day, text) in enumerate(VERSIONS, start=1):
        in_force(shop, parse(text, "parcels.yaml") if text else None, "parcels", str(number), hour(24 * day))
    for each in dice.sample(orders, len(orders)):
        cancelled = OrderCancelled(order=each.number, currency="GBP", total_minor=100, store=each.store)
        facts = (
            (tick("parcels", each.number, "wrap", each.store), each.wrapped),
            (ShipmentDispatched(order=each.number, parcel="p", store=each.store), each.shipped),
            (cancelled, each.cancelled),
            (order(each.number, each.store), each.placed),
        )
        for data, at in facts:
            if at is not None:
                shop.tell(data, by=f"{dice.choice(('customer', 'visitor'))}:{each.person}", time=hour(at))
    for person in range(1, 7):
        shop.link(f"customer:{person}", f"visitor:{person}")

    answer = told(shop.catch_up(), CHECKLISTS, now=NOW, limit=1000)

    expected = Counter(stands(orders))
    found = {
        (row["step"], row["store"], state): row[state]
        for row in answer.tables["stores"]
        for state in STATES
        if row[state]
    }
    assert found == expected
    assert {state for _, _, state in expected} == set(STATES)
    assert answer.figures["runs"] == len(answer.tables["runs"])
    missed = Counter(step for run in answer.tables["runs"] for step in run["missed"])
    assert missed == Counter(step for step, _, state in expected.elements() if state == "missed")
