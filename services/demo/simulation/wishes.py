"""What customers look for and the shop does not carry, and the many ways in which they write it."""

from random import Random
from typing import NamedTuple

EVERY_MONTH = tuple(range(1, 13))


class Wish(NamedTuple):
    """A search in vain: how often it comes, and in which months."""

    phrase: str
    weight: int
    months: tuple[int, ...] = EVERY_MONTH


WISHES = (
    Wish("gift wrapping", 10),
    Wish("bird feeder", 9),
    Wish("personalised mug", 8),
    Wish("solar lights", 8, (2, 3, 4, 5, 6)),
    Wish("recycled wrapping paper", 6),
    Wish("dog bed", 6),
    Wish("picnic blanket", 6, (3, 4, 5, 6)),
    Wish("advent candle", 6, (11, 12)),
    Wish("snow globe", 5, (11, 12, 1)),
    Wish("wedding guest book", 4),
    Wish("mothers day card", 5, (2, 3)),
    Wish("travel mug", 4),
    Wish("linen napkins", 4),
    Wish("gift card", 4),
    Wish("christening gift", 3),
    Wish("beeswax wraps", 3),
    Wish("oil diffuser", 3),
    Wish("reusable coffee cup", 3),
    Wish("bee house", 3, (3, 4, 5)),
    Wish("baby blanket", 3),
    Wish("bath mat", 2),
    Wish("spice rack", 2),
    Wish("loose leaf tea", 2),
    Wish("cocktail shaker", 2),
    Wish("lantren", 2),
    Wish("hot waterbottle", 2),
    Wish("left handed scissors", 1),
    Wish("fountain pen", 1),
    Wish("sewing machine", 1),
)


def wishes_of(dice: Random, *, regular: bool) -> list[Wish]:
    """Return what somebody wishes for: a regular, who knows the shop, tells it more of their wishes."""
    count = 1 + int(3 * dice.random()) if regular else int(2 * dice.random())
    return dice.choices(WISHES, [wish.weight for wish in WISHES], k=count)


def typed(dice: Random, phrase: str) -> str:
    """Return a phrase as somebody types it: in capitals, with a space too many, or as it is."""
    manners = (
        phrase,
        phrase,
        phrase,
        phrase.title(),
        phrase.upper(),
        phrase.capitalize(),
        f" {phrase}",
        f"{phrase} ",
        phrase.replace(" ", "  "),
    )
    return dice.choice(manners)
