"""Where what a report's tables hold leads: a store, a wish, a product, a segment."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

Row = Mapping[str, Any]
Points = Mapping[str, str]
"""The point in time that a page is asked of, as its URL has it."""
BLANK = " "
"""A search for nothing but white space, as it is asked for: what is empty would ask for everything."""


def _to(path: str, parameter: str, column: str) -> Callable[[Row], str]:
    def href(row: Row) -> str:
        return f"{path}?{urlencode({parameter: row[column]})}" if row[column] else ""

    return href


LINKS: dict[str, Callable[[Row], str]] = {
    "store": _to("/stores", "store", "store"),
    "query": _to("/zero-results", "about", "query"),
    "product": _to("/associations", "about", "product"),
    "other": _to("/associations", "about", "other"),
    "segment": _to("/reports/segments", "about", "segment"),
}
"""Where the value of a column leads: a function of its row."""


def to_here(path: str, parameter: str, column: str, points: Mapping[str, str]) -> Callable[[Row], str]:
    """Return where a row's value leads on the page itself, at the same point in time."""
    blank = BLANK if column == "query" else ""
    return lambda row: f"{path}?{urlencode({**points, parameter: row[column] or blank})}"
