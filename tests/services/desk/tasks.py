"""Orders about tasks, for tests of the desk itself."""

from datetime import UTC, datetime

from services.desk import task
from services.desk.deciding import Command, Order

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def opened(name: str, key: str = "", causation: str = "", by: str = "anna") -> Order:
    """Return the order that opens a task."""
    return order(name, task.Open(subject="customer:42", title="Call them"), by, key, causation=causation)


def order(  # noqa: PLR0913, PLR0917 - all that an order has
    name: str, command: Command, by: str = "anna", key: str = "", expected: int | None = None, causation: str = ""
) -> Order:
    """Return an order about a task."""
    return Order("task", name, command, by, key, expected, causation)
