"""What the house carries, and which of it a search was for: every word of the query begins a word of the name."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

WORD = re.compile(r"\w+")
SHORTEST_PLURAL = 4


class Product(NamedTuple):
    """A product of the catalogue, and when it was last put on offer or came in."""

    product: str
    name: str
    since: datetime


class Carried:
    """The catalogue by the words of its names."""

    def __init__(self, products: Iterable[Product]) -> None:
        """Look up in these."""
        self._of: dict[str, set[Product]] = defaultdict(set)
        for product in products:
            for word in WORD.findall(product.name.casefold()):
                self._of[word].add(product)
        self._words = sorted(self._of)

    def named(self, query: str) -> list[Product]:
        """Return what a query asks for, the newest first; a plural's "s" does not count, and no word asks for nothing.

        It takes names at their word: a "kettle" is found in "Kettle holder", and not in "Cauldron".
        """
        found = [self._beginning_with(_stem(word)) for word in WORD.findall(query)]
        products = set.intersection(*found) if found else set()
        return sorted(products, key=lambda each: (-each.since.timestamp(), each.product))

    def _beginning_with(self, stem: str) -> set[Product]:
        return {product for word in self._words_from(stem) for product in self._of[word]}

    def _words_from(self, stem: str) -> Iterator[str]:
        for place in range(bisect_left(self._words, stem), len(self._words)):
            if not self._words[place].startswith(stem):
                return
            yield self._words[place]


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) >= SHORTEST_PLURAL else word
