"""Orders as tests write them: a basket is written as the letters of its products."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from services.associations.orders import Order, Orders, gathered

MONDAY = datetime(2024, 5, 13, 12, 0, tzinfo=UTC)


def bought(*baskets: str) -> Orders:
    """Return one order a basket, each of somebody else, an hour after the one before."""
    return told((f"order:{number}", number / 24, basket) for number, basket in enumerate(baskets))


def told(orders: Iterable[tuple[str, float, str]]) -> Orders:
    """Return orders, each of a buyer, some days after the first Monday."""
    return gathered(
        Order(f"fact-{number}", buyer, MONDAY + timedelta(days=days), {letter: (letter * 2, "") for letter in basket})
        for number, (buyer, days, basket) in enumerate(orders)
    )


def drawn(dice: Random, baskets: int, letters: str = "abcdefgh", most: int = 5) -> list[str]:
    """Return baskets by dice; the first letters are drawn more often."""
    weights = [1 / (place + 1) for place in range(len(letters))]
    return ["".join(sorted(set(dice.choices(letters, weights, k=dice.randint(1, most))))) for _ in range(baskets)]
