"""Whom an answer names: every identifier of a customer in it, wherever it stands.

The awkward half: a name without an identifier beside it is not seen; what shows one shows the other, too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.directory.finding import KINDS
from services.views.view import Row

IDENTIFIER = re.compile(rf"(?:{'|'.join(KINDS)}):\S{{1,160}}")
SUBJECTS = frozenset({"person", "subject"})
"""Under which names identifiers of any kind stand."""

MOST_HELD = 10_000


class Named:
    """Gathers whom an answer names. Beyond MOST_HELD people each row that names somebody counts as one more."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.rows = 0
        self._whom: dict[str, None] = {}
        self._more = 0

    @property
    def people(self) -> int:
        """How many were named."""
        return len(self._whom) + self._more

    @property
    def whom(self) -> list[str]:
        """Who was named, in order; the first MOST_HELD of them."""
        return sorted(self._whom)

    def add(self, told: Any) -> None:  # noqa: ANN401 - a document, or a part of one
        """Gather whom a document, or a part of one, names."""
        for identifier in identifiers(told):
            if len(self._whom) < MOST_HELD:
                self._whom[identifier] = None

    def passing(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield rows as they come, and gather whom they name."""
        for row in rows:
            self.rows += 1
            if len(self._whom) < MOST_HELD:
                self.add(row)
            elif next(identifiers(row), None):
                self._more += 1
            yield row


def identifiers(told: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401 - as above
    """Yield every identifier of a customer in plain data."""
    if isinstance(told, str):
        if IDENTIFIER.fullmatch(told) or (name in SUBJECTS and ":" in told):
            yield told
    elif isinstance(told, Mapping):
        for key, value in told.items():
            if isinstance(key, str) and IDENTIFIER.fullmatch(key):
                yield key
            yield from identifiers(value, str(key))
    elif isinstance(told, list | tuple):
        for each in told:
            yield from identifiers(each, name)
