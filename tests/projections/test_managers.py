"""Managers: each whom a customer had, with the last time that they were put in charge."""

from datetime import timedelta

from events.catalog.customers import ManagerAssigned
from projections._engine.reference import as_mappings, fold
from projections.managers import Managers
from tests.projections.shop import NOON, Shop


def test_who_came_back_is_in_charge_since_the_last_time() -> None:
    """The one between stays known; the order of hearing changes nothing."""
    told = Shop.facts(
        (ManagerAssigned(manager="ann", reason="new"), NOON),
        (ManagerAssigned(manager="bob", reason="leave"), NOON + timedelta(days=1)),
        (ManagerAssigned(manager="ann", reason="back"), NOON + timedelta(days=2)),
    )

    rows = as_mappings(Managers(), fold(Managers(), told[::-1]))

    assert [(row["manager"], row["first_assigned"], row["reason"]) for row in rows] == [
        ("ann", NOON, "back"),
        ("bob", NOON + timedelta(days=1), "leave"),
    ]
