"""Decisions of the desk for tests of its relay: tasks that are opened, given to people and done."""

from collections.abc import Iterator
from datetime import UTC, datetime

from services.desk.deciding import Order
from services.desk.task import Assign, Complete, Open

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
FACTS = 4
"""Events of one task, if its orders are carried out to the end."""


def orders_of(number: int) -> Iterator[Order]:
    """Yield the orders of one task, each of which leads to one event; under its key each counts once."""
    task = f"t-{number}"
    commands = (
        Open(subject=f"customer:{number % 7}", title="Call them"),
        Assign(assignee="bob"),
        Assign(assignee="cyd"),
        Complete(outcome="called"),
    )
    for place, command in enumerate(commands):
        yield Order("task", task, command, "ann", key=f"{task}-{place}")
