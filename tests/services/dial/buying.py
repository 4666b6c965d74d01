"""People who buy on days, as tests tell them to."""

from datetime import UTC, date, datetime, timedelta

from tests.projections.shop import Shop
from tests.services.reports.test_concentration import placed

FIRST = date(2024, 3, 5)


def noon(day: date) -> datetime:
    """Return a day's noon."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def buy(shop: Shop, by: str, *days: int, minor: int = 1000, **order: str) -> None:
    """Have somebody order on days, counted from the first one."""
    for day in days:
        shop.tell(placed(minor, **order), by=by, time=noon(FIRST + timedelta(days=day)))


def crowd(shop: Shop, customers: int = 12, **order: str) -> None:
    """Have customers 100, 101 … order on three days each, of different distance; all before the last day of April."""
    for number in range(customers):
        buy(shop, f"customer:{100 + number}", number, number + 9, 30 + 2 * (number % 13), minor=900 + number, **order)
